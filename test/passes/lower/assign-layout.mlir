// RUN: qfin-opt %s -p 'assign-layout{target=avx2}' | filecheck %s
// RUN: qfin-opt %s -p 'assign-layout{target=avx512-vnni}' | filecheck %s --check-prefix=WIDE

!q = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25>
!conv = !quant.packed<conv2d, tensor<3x1x1x2xi8>>
!linear = !quant.packed<linear, tensor<2x3xi8>, bias = i32>

// CHECK: builtin.module attributes {layout.target = "avx2"}
// WIDE: builtin.module attributes {layout.target = "avx512-vnni"}

// Conversions stay where row-major tensors come in and go out.
// CHECK-LABEL: @in_and_out
// CHECK-NEXT:    %0 = layout.to_nhwc %x : tensor<1x8x4x4x[[q:.*]]> to tensor<1x8x4x4x[[q]], #layout.nhwc>
// CHECK-NEXT:    %1 = nn.max_pool2d %0 {{.*}} : (tensor<1x8x4x4x[[q]], #layout.nhwc>) -> tensor<1x8x2x2x[[q]], #layout.nhwc>
// CHECK-NEXT:    %2 = layout.to_nchw %1 : tensor<1x8x2x2x[[q]], #layout.nhwc> to tensor<1x8x2x2x[[q]]>
// CHECK-NEXT:    func.return %2
func.func @in_and_out(%x: tensor<1x8x4x4x!q>) -> tensor<1x8x2x2x!q> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x2x2x!q>
  func.return %0 : tensor<1x8x2x2x!q>
}

// Between ops on channels innermost they cancel; relu takes either layout.
// CHECK-LABEL: @chain
// CHECK-NEXT:    %0 = layout.to_nhwc %x
// CHECK-NEXT:    %1 = nn.max_pool2d %0
// CHECK-NEXT:    %2 = nn.relu %1 : tensor<1x8x4x4x{{.*}}, #layout.nhwc>
// CHECK-NEXT:    %3 = quant.avg_pool2d %2
// CHECK-NEXT:    %4 = quant.adaptive_avg_pool2d %3 : ({{.*}}, #layout.nhwc>) -> {{.*}}, #layout.nhwc>
// CHECK-NEXT:    %5 = layout.to_nchw %4
// CHECK-NEXT:    func.return %5
func.func @chain(%x: tensor<1x8x8x8x!q>) -> tensor<1x8x1x1x!y> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x8x8x8x!q>) -> tensor<1x8x4x4x!q>
  %1 = nn.relu %0 : tensor<1x8x4x4x!q>
  %2 = quant.avg_pool2d %1 {kernel = array<i64: 2, 2>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x3x3x!y>
  %3 = quant.adaptive_avg_pool2d %2 : (tensor<1x8x3x3x!y>) -> tensor<1x8x1x1x!y>
  func.return %3 : tensor<1x8x1x1x!y>
}

// Casts convert on the way.
// CHECK-LABEL: @casts
// CHECK-NEXT:    %0 = quant.qcast %x : tensor<1x8x4x4xf32> to tensor<1x8x4x4x{{.*}}, #layout.nhwc>
// CHECK-NEXT:    %1 = nn.max_pool2d %0
// CHECK-NEXT:    %2 = quant.dcast %1 : tensor<1x8x3x3x{{.*}}, #layout.nhwc> to tensor<1x8x3x3xf32>
// CHECK-NEXT:    func.return %2
func.func @casts(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x3x3xf32> {
  %0 = quant.qcast %x : tensor<1x8x4x4xf32> to tensor<1x8x4x4x!q>
  %1 = nn.max_pool2d %0 {kernel = array<i64: 2, 2>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x3x3x!q>
  %2 = quant.dcast %1 : tensor<1x8x3x3x!q> to tensor<1x8x3x3xf32>
  func.return %2 : tensor<1x8x3x3xf32>
}

// A relu on a row-major tensor stays there.
// CHECK-LABEL: @relu
// CHECK-NEXT:    %0 = nn.relu %x : tensor<1x8x4x4x{{[^,]*}}, 5.000000e-01:3>>
// CHECK-NEXT:    func.return %0
func.func @relu(%x: tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q> {
  %0 = nn.relu %x : tensor<1x8x4x4x!q>
  func.return %0 : tensor<1x8x4x4x!q>
}

// Several consumers share one conversion.
// CHECK-LABEL: @shared
// CHECK-NEXT:    %0 = layout.to_nhwc %x
// CHECK-NEXT:    %1 = nn.max_pool2d %0
// CHECK-NEXT:    %2 = layout.to_nchw %1
// CHECK-NEXT:    %3 = quant.adaptive_avg_pool2d %0
// CHECK-NEXT:    %4 = layout.to_nchw %3
// CHECK-NEXT:    func.return %2, %4
func.func @shared(%x: tensor<1x8x4x4x!q>) -> (tensor<1x8x3x3x!q>, tensor<1x8x1x1x!y>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x3x3x!q>
  %1 = quant.adaptive_avg_pool2d %x : (tensor<1x8x4x4x!q>) -> tensor<1x8x1x1x!y>
  func.return %0, %1 : tensor<1x8x3x3x!q>, tensor<1x8x1x1x!y>
}

// Weights as the target's kernels read them.
// Before, [output][tap]; after, [tap][lane][4 bytes].
// CHECK-LABEL: @conv
// CHECK-NEXT:    %p = quant.packed_constant <dense<[1, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]> : tensor<64xi8>, scales = dense<5.000000e-01> : tensor<1xf32>> : !quant.packed<conv2d, tensor<3x1x1x2xi8>, layout = #layout.blocked<lanes = 8, depth = 4>>
// CHECK-NEXT:    %0 = layout.to_nhwc %x
// CHECK-NEXT:    %1 = quant.conv2d %0, %p {activation = #quant<activation relu>} : ({{.*}}, #layout.nhwc>, !quant.packed<{{.*}}, layout = #layout.blocked<lanes = 8, depth = 4>>) -> {{.*}}, #layout.nhwc>
// CHECK-NEXT:    %2 = layout.to_nchw %1
// CHECK-NEXT:    func.return %2
// WIDE-LABEL: @conv
// WIDE-NEXT:     %p = quant.packed_constant {{.*}} : tensor<128xi8>, {{.*}}, layout = #layout.blocked<lanes = 16, depth = 4>>
func.func @conv(%x: tensor<1x1x4x4x!q>) -> tensor<1x3x4x3x!y> {
  %p = quant.packed_constant <dense<[[[[1, 2]]], [[[3, 4]]], [[[5, 6]]]]> : tensor<3x1x1x2xi8>, scales = dense<0.5> : tensor<1xf32>> : !conv
  %0 = quant.conv2d %x, %p {activation = #quant<activation relu>} : (tensor<1x1x4x4x!q>, !conv) -> tensor<1x3x4x3x!y>
  func.return %0 : tensor<1x3x4x3x!y>
}

// Linear layers run on row-major tensors.
// CHECK-LABEL: @linear
// CHECK-NEXT:    %p = quant.packed_constant <dense<[1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]> : tensor<32xi8>, {{.*}}, bias = dense<[7, 8]> : tensor<2xi32>> : {{.*}}, bias = i32, layout = #layout.blocked<lanes = 8, depth = 4>>
// CHECK-NEXT:    %0 = quant.linear %x, %p
// CHECK-NEXT:    func.return %0
// WIDE-LABEL: @linear
// WIDE-NEXT:     %p = quant.packed_constant {{.*}} : tensor<64xi8>, {{.*}}, layout = #layout.blocked<lanes = 16, depth = 4>>
func.func @linear(%x: tensor<4x3x!q>) -> tensor<4x2x!y> {
  %p = quant.packed_constant <dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<[7, 8]> : tensor<2xi32>> : !linear
  %0 = quant.linear %x, %p : (tensor<4x3x!q>, !linear) -> tensor<4x2x!y>
  func.return %0 : tensor<4x2x!y>
}
