// RUN: QFIN_ROUNDTRIP

!q = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>

// CHECK-LABEL: @conv3d(
// CHECK-SAME:    !quant.packed<conv3d, tensor<4x3x2x3x3xi8>>)
// CHECK:         quant.conv3d %x, %p : ({{.*}}) -> tensor<1x4x3x6x6x!quant.uniform<u8:f32, 5.000000e-01:128>>
!plain = !quant.packed<conv3d, tensor<4x3x2x3x3xi8>>
func.func @conv3d(%x: tensor<1x3x4x8x8x!q>, %p: !plain) -> tensor<1x4x3x6x6x!q> {
  %y = quant.conv3d %x, %p : (tensor<1x3x4x8x8x!q>, !plain) -> tensor<1x4x3x6x6x!q>
  return %y : tensor<1x4x3x6x6x!q>
}

// CHECK-LABEL: @everything(
// CHECK:         %p = quant.prepack %w, %b : ({{.*}}) -> !quant.packed<conv3d, tensor<2x2x2x3x3xi8>, bias = f32, stride = [2, 1, 3], padding = [1, 0, 0, 2, 1, 1], dilation = [1, 2, 1], groups = 2>
// CHECK-NEXT:    quant.conv3d %x, %p {activation = #quant<activation relu>} :
// CHECK-NEXT:    quant.unpack %p
!p = !quant.packed<conv3d, tensor<2x2x2x3x3xi8>, bias = f32, stride = [2, 1, 3],
                   padding = [1, 0, 0, 2, 1, 1], dilation = [1, 2, 1], groups = 2>
func.func @everything(%x: tensor<1x4x5x6x7x!q>, %w: tensor<2x2x2x3x3x!w>, %b: tensor<2xf32>)
    -> (tensor<1x2x3x4x3x!q>, tensor<2x2x2x3x3x!w>) {
  %p = quant.prepack %w, %b : (tensor<2x2x2x3x3x!w>, tensor<2xf32>) -> !p
  %y = quant.conv3d %x, %p {activation = #quant<activation relu>}
    : (tensor<1x4x5x6x7x!q>, !p) -> tensor<1x2x3x4x3x!q>
  %w2, %b2 = quant.unpack %p : (!p) -> (tensor<2x2x2x3x3x!w>, tensor<2xf32>)
  return %y, %w2 : tensor<1x2x3x4x3x!q>, tensor<2x2x2x3x3x!w>
}

// 2 groups of 1 block of 4 lanes, 8 taps, 1 step of 4 channels.

// CHECK-LABEL: @laid_out(
// CHECK:         quant.packed_constant <dense<1> : tensor<256xi8>, {{.*}}> : !quant.packed<conv3d, tensor<6x2x2x2x2xi8>, groups = 2, layout = #layout.blocked<lanes = 4, depth = 4>>
func.func @laid_out() {
  %p = quant.packed_constant <dense<1> : tensor<256xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !quant.packed<conv3d, tensor<6x2x2x2x2xi8>, groups = 2,
                    layout = #layout.blocked<lanes = 4, depth = 4>>
  return
}
