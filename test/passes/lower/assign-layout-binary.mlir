// RUN: qfin-opt %s -p 'assign-layout{target=avx2}' | filecheck %s

!q = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25>

// A residual inside of a network: no conversion but at its ends.
// CHECK-LABEL: @residual
// CHECK-NEXT:    %0 = layout.to_nhwc %x
// CHECK-NEXT:    %1 = nn.max_pool2d %0
// CHECK-NEXT:    %2 = nn.max_pool2d %1
// CHECK-NEXT:    %3 = quant.add %2, %1 {activation = #quant<activation relu>} : (tensor<1x8x4x4x[[q:.*]], #layout.nhwc>, tensor<1x8x4x4x[[q]], #layout.nhwc>) -> tensor<1x8x4x4x{{.*}}, #layout.nhwc>
// CHECK-NEXT:    %4 = nn.max_pool2d %3
// CHECK-NEXT:    %5 = layout.to_nchw %4
// CHECK-NEXT:    func.return %5
func.func @residual(%x: tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!y> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q>
  %1 = nn.max_pool2d %0 {kernel = array<i64: 1, 1>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q>
  %2 = quant.add %1, %0 {activation = #quant<activation relu>} : (tensor<1x8x4x4x!q>, tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!y>
  %3 = nn.max_pool2d %2 {kernel = array<i64: 1, 1>} : (tensor<1x8x4x4x!y>) -> tensor<1x8x4x4x!y>
  func.return %3 : tensor<1x8x4x4x!y>
}

// The residual around the whole: the argument is converted once. A quantize would do it on the way.
// CHECK-LABEL: @input
// CHECK-NEXT:    %0 = layout.to_nhwc %x
// CHECK-NEXT:    %1 = nn.max_pool2d %0
// CHECK-NEXT:    %2 = quant.sub %0, %1 {{.*}}, #layout.nhwc>
// CHECK-NEXT:    %3 = layout.to_nchw %2
// CHECK-NEXT:    func.return %3
func.func @input(%x: tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!y> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q>
  %1 = quant.sub %x, %0 : (tensor<1x8x4x4x!q>, tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!y>
  func.return %1 : tensor<1x8x4x4x!y>
}

// One value is both operands.
// CHECK-LABEL: @itself
// CHECK:         %1 = nn.max_pool2d
// CHECK-NEXT:    %2 = quant.mul %1, %1
// CHECK-NEXT:    %3 = layout.to_nchw %2
func.func @itself(%x: tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!y> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q>
  %1 = quant.mul %0, %0 : (tensor<1x8x4x4x!q>, tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!y>
  func.return %1 : tensor<1x8x4x4x!y>
}

// What broadcasts over the pixels, or over the channels, lies the same either way.
// CHECK-LABEL: @broadcast
// CHECK:         %1 = nn.max_pool2d
// CHECK-NEXT:    %2 = quant.mul %1, %c : (tensor<1x8x4x4x{{.*}}, #layout.nhwc>, tensor<1x8x1x1x!quant.uniform<i8:f32, 2.500000e-01>>)
// CHECK-NEXT:    %3 = quant.add %p, %2 : (tensor<1x1x4x4x!quant.uniform<i8:f32, 2.500000e-01>>, tensor<1x8x4x4x{{.*}}, #layout.nhwc>)
// CHECK-NEXT:    %4 = quant.sub %3, %v : (tensor<1x8x4x4x{{.*}}, #layout.nhwc>, tensor<8x1x1x!quant.uniform<i8:f32, 2.500000e-01>>)
// CHECK-NEXT:    %5 = layout.to_nchw %4
func.func @broadcast(%x: tensor<1x8x4x4x!q>, %c: tensor<1x8x1x1x!y>, %p: tensor<1x1x4x4x!y>, %v: tensor<8x1x1x!y>) -> tensor<1x8x4x4x!y> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q>
  %1 = quant.mul %0, %c : (tensor<1x8x4x4x!q>, tensor<1x8x1x1x!y>) -> tensor<1x8x4x4x!y>
  %2 = quant.add %p, %1 : (tensor<1x1x4x4x!y>, tensor<1x8x4x4x!y>) -> tensor<1x8x4x4x!y>
  %3 = quant.sub %2, %v : (tensor<1x8x4x4x!y>, tensor<8x1x1x!y>) -> tensor<1x8x4x4x!y>
  func.return %3 : tensor<1x8x4x4x!y>
}

// On row-major operands it stays there; so it does where the result is no image.
// CHECK-LABEL: @row_major
// CHECK-NEXT:    %0 = quant.add %x, %x
// CHECK-NEXT:    %1 = layout.to_nhwc %x
// CHECK-NEXT:    %2 = nn.max_pool2d %1
// CHECK-NEXT:    %3 = layout.to_nchw %2
// CHECK-NEXT:    %4 = quant.add %3, %v
// CHECK-NEXT:    func.return %0, %4
func.func @row_major(%x: tensor<1x8x4x4x!q>, %v: tensor<2x1x1x1x1x!y>) -> (tensor<1x8x4x4x!y>, tensor<2x1x8x4x4x!y>) {
  %0 = quant.add %x, %x : (tensor<1x8x4x4x!q>, tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!y>
  %1 = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q>
  %2 = quant.add %1, %v : (tensor<1x8x4x4x!q>, tensor<2x1x1x1x1x!y>) -> tensor<2x1x8x4x4x!y>
  func.return %0, %2 : tensor<1x8x4x4x!y>, tensor<2x1x8x4x4x!y>
}
