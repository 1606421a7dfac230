// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8<-127:127>:f32, 0.25:-3>
!linear = !quant.packed<linear, tensor<10x64xi8>, bias = f32>
!conv = !quant.packed<conv2d, tensor<6x2x3x3xi8>, stride = [2, 1], padding = [1, 1, 0, 2], groups = 2>

// CHECK-LABEL: @linear
func.func @linear(%x: tensor<2x64x!x>, %v: tensor<64x!x>, %d: tensor<?x3x64x!x>, %p: !linear) {
  // CHECK: quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 5.000000e-01:128>>, !quant.packed<linear, tensor<10x64xi8>, bias = f32>) -> tensor<2x10x!quant.uniform<i8<-127:127>:f32, 2.500000e-01:-3>>
  %0 = quant.linear %x, %p : (tensor<2x64x!x>, !linear) -> tensor<2x10x!y>
  // CHECK: quant.linear %x, %p {activation = #quant<activation relu>} : (
  %1 = quant.linear %x, %p {activation = #quant<activation relu>} : (tensor<2x64x!x>, !linear) -> tensor<2x10x!y>
  // What has its usual value is not printed.
  // CHECK: quant.linear %x, %p : (
  %2 = quant.linear %x, %p {activation = #quant<activation none>} : (tensor<2x64x!x>, !linear) -> tensor<2x10x!y>
  // CHECK: -> tensor<10x!quant
  %3 = quant.linear %v, %p : (tensor<64x!x>, !linear) -> tensor<10x!y>
  // CHECK: -> tensor<?x3x10x!quant
  %4 = quant.linear %d, %p : (tensor<?x3x64x!x>, !linear) -> tensor<?x3x10x!y>
  func.return
}

// CHECK-LABEL: @conv2d
func.func @conv2d(%x: tensor<1x4x8x8x!x>, %d: tensor<?x4x?x8x!x>, %n: tensor<1x4x8x8x!x, #layout.nhwc>, %p: !conv) {
  // CHECK: quant.conv2d %x, %p : ({{.*}}, !quant.packed<conv2d, tensor<6x2x3x3xi8>, stride = [2, 1], padding = [1, 1, 0, 2], groups = 2>) -> tensor<1x6x4x8x!quant
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!x>, !conv) -> tensor<1x6x4x8x!y>
  // CHECK: quant.conv2d %d, %p {activation = #quant<activation relu>} : {{.*}} -> tensor<?x6x?x8x!quant
  %1 = quant.conv2d %d, %p {activation = #quant<activation relu>} : (tensor<?x4x?x8x!x>, !conv) -> tensor<?x6x?x8x!y>
  // Layouts change no shape.
  // CHECK: quant.conv2d %n, %p : {{.*}} -> tensor<1x6x4x8x!quant.uniform<i8<-127:127>:f32, 2.500000e-01:-3>, #layout.nhwc>
  %2 = quant.conv2d %n, %p : (tensor<1x4x8x8x!x, #layout.nhwc>, !conv) -> tensor<1x6x4x8x!y, #layout.nhwc>
  func.return
}

// CHECK-LABEL: @laid_out
func.func @laid_out(%x: tensor<2x3x!x>) {
  // CHECK: layout = #layout.blocked<lanes = 2, depth = 4>>
  %p = quant.packed_constant <dense<1> : tensor<8xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 2, depth = 4>>
  // CHECK: layout = #layout.blocked<lanes = 2, depth = 4>>) -> tensor<2x2x!quant
  %0 = quant.linear %x, %p : (tensor<2x3x!x>, !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 2, depth = 4>>) -> tensor<2x2x!y>
  func.return
}

// CHECK-LABEL: @pools
func.func @pools(%x: tensor<1x2x8x8x!x>, %d: tensor<?x2x?x8x!x>) {
  // CHECK: quant.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x4x4x!quant.uniform<i8<-127:127>:f32, 2.500000e-01:-3>>
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x2x8x8x!x>) -> tensor<1x2x4x4x!y>
  // CHECK: quant.avg_pool2d %d {kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 0>, count_include_pad = false} : {{.*}} -> tensor<?x2x?x7x!quant
  %1 = quant.avg_pool2d %d {kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 0>, count_include_pad = false} : (tensor<?x2x?x8x!x>) -> tensor<?x2x?x7x!y>
  // CHECK: quant.adaptive_avg_pool2d %x : {{.*}} -> tensor<1x2x3x1x!quant
  %2 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!x>) -> tensor<1x2x3x1x!y>
  // CHECK: quant.adaptive_avg_pool2d %d : {{.*}} -> tensor<?x2x1x1x!quant
  %3 = quant.adaptive_avg_pool2d %d : (tensor<?x2x?x8x!x>) -> tensor<?x2x1x1x!y>
  func.return
}

// CHECK-LABEL: @empty
func.func @empty(%x: tensor<0x64x!x>, %p: !linear, %k: tensor<2x0x!x>, %e: !quant.packed<linear, tensor<3x0xi8>>) {
  // CHECK: -> tensor<0x10x!quant
  %0 = quant.linear %x, %p : (tensor<0x64x!x>, !linear) -> tensor<0x10x!y>
  // CHECK: -> tensor<2x3x!quant
  %1 = quant.linear %k, %e : (tensor<2x0x!x>, !quant.packed<linear, tensor<3x0xi8>>) -> tensor<2x3x!y>
  func.return
}

// The longest sum that cannot leave 32 bits.
// CHECK-LABEL: @longest
func.func @longest(%x: tensor<1x65793x!x>, %p: !quant.packed<linear, tensor<1x65793xi8>>) {
  // CHECK: quant.linear
  %0 = quant.linear %x, %p : (tensor<1x65793x!x>, !quant.packed<linear, tensor<1x65793xi8>>) -> tensor<1x1x!y>
  func.return
}
