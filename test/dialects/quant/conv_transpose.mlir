// RUN: QFIN_ROUNDTRIP

!q = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>

// CHECK-LABEL: @conv_transpose1d(
// CHECK-SAME:    !quant.packed<conv_transpose1d, tensor<3x4x2xi8>, stride = [2], output_padding = [1]>)
// CHECK:         quant.conv_transpose1d %x, %p : ({{.*}}) -> tensor<1x4x17x!quant.uniform<u8:f32, 5.000000e-01:128>>
!p1 = !quant.packed<conv_transpose1d, tensor<3x4x2xi8>, stride = [2], output_padding = [1]>
func.func @conv_transpose1d(%x: tensor<1x3x8x!q>, %p: !p1) -> tensor<1x4x17x!q> {
  %y = quant.conv_transpose1d %x, %p : (tensor<1x3x8x!q>, !p1) -> tensor<1x4x17x!q>
  return %y : tensor<1x4x17x!q>
}

// Scales along axis 1, which all groups share; a bias for each output channel.

// CHECK-LABEL: @conv_transpose2d(
// CHECK:         %p = quant.prepack %w, %b : ({{.*}}) -> !quant.packed<conv_transpose2d, tensor<4x3x3x3xi8>, bias = f32, stride = [2, 1], padding = [1, 0, 2, 1], output_padding = [1, 0], dilation = [1, 2], groups = 2>
// CHECK-NEXT:    quant.conv_transpose2d %x, %p {activation = #quant<activation relu>} :
!p2 = !quant.packed<conv_transpose2d, tensor<4x3x3x3xi8>, bias = f32, stride = [2, 1],
                    padding = [1, 0, 2, 1], output_padding = [1, 0], dilation = [1, 2], groups = 2>
func.func @conv_transpose2d(%x: tensor<1x4x4x5x!q>, %w: tensor<4x3x3x3x!w>, %b: tensor<6xf32>)
    -> tensor<1x6x9x6x!q> {
  %p = quant.prepack %w, %b : (tensor<4x3x3x3x!w>, tensor<6xf32>) -> !p2
  %y = quant.conv_transpose2d %x, %p {activation = #quant<activation relu>}
    : (tensor<1x4x4x5x!q>, !p2) -> tensor<1x6x9x6x!q>
  return %y : tensor<1x6x9x6x!q>
}

// CHECK-LABEL: @conv_transpose3d(
// CHECK:         %p = quant.prepack %w : ({{.*}}) -> !quant.packed<conv_transpose3d, tensor<3x3x2x2x1xi8>, stride = [2, 1, 1], padding = [1, 0, 0, 0, 0, 0], output_padding = [1, 0, 0]>
// CHECK-NEXT:    quant.conv_transpose3d %x, %p :
!p3 = !quant.packed<conv_transpose3d, tensor<3x3x2x2x1xi8>, stride = [2, 1, 1],
                    padding = [1, 0, 0, 0, 0, 0], output_padding = [1, 0, 0]>
func.func @conv_transpose3d(%x: tensor<1x3x4x5x6x!q>, %w: tensor<3x3x2x2x1x!w>)
    -> tensor<1x3x8x6x6x!q> {
  %p = quant.prepack %w : (tensor<3x3x2x2x1x!w>) -> !p3
  %y = quant.conv_transpose3d %x, %p : (tensor<1x3x4x5x6x!q>, !p3) -> tensor<1x3x8x6x6x!q>
  return %y : tensor<1x3x8x6x6x!q>
}

// Blocked, the weights are those of the equivalent convolution: 2 groups of 3 outputs, 4 lanes.

// CHECK-LABEL: @laid_out(
// CHECK:         quant.packed_constant <dense<1> : tensor<64xi8>, {{.*}}> : !quant.packed<conv_transpose1d, tensor<4x3x2xi8>, groups = 2, layout = #layout.blocked<lanes = 4, depth = 4>>
func.func @laid_out() {
  %p = quant.packed_constant <dense<1> : tensor<64xi8>, scales = dense<0.5> : tensor<6xf32>>
    : !quant.packed<conv_transpose1d, tensor<4x3x2xi8>, groups = 2,
                    layout = #layout.blocked<lanes = 4, depth = 4>>
  return
}
