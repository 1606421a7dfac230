// RUN: QFIN_ROUNDTRIP

!q = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>

// CHECK-LABEL: @conv1d(
// CHECK-SAME:    !quant.packed<conv1d, tensor<4x3x2xi8>>)
// CHECK:         quant.conv1d %x, %p : ({{.*}}) -> tensor<1x4x7x!quant.uniform<u8:f32, 5.000000e-01:128>>
func.func @conv1d(%x: tensor<1x3x8x!q>, %p: !quant.packed<conv1d, tensor<4x3x2xi8>>)
    -> tensor<1x4x7x!q> {
  %y = quant.conv1d %x, %p
    : (tensor<1x3x8x!q>, !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x7x!q>
  return %y : tensor<1x4x7x!q>
}

// CHECK-LABEL: @everything(
// CHECK:         %p = quant.prepack %w, %b : ({{.*}}) -> !quant.packed<conv1d, tensor<2x2x3xi8>, bias = f32, stride = [2], padding = [1, 3], dilation = [2], groups = 2>
// CHECK-NEXT:    quant.conv1d %x, %p {activation = #quant<activation relu>} :
// CHECK-NEXT:    quant.unpack %p
!p = !quant.packed<conv1d, tensor<2x2x3xi8>, bias = f32, stride = [2], padding = [1, 3],
                   dilation = [2], groups = 2>
func.func @everything(%x: tensor<1x4x9x!q>, %w: tensor<2x2x3x!w>, %b: tensor<2xf32>)
    -> (tensor<1x2x5x!q>, tensor<2x2x3x!w>) {
  %p = quant.prepack %w, %b : (tensor<2x2x3x!w>, tensor<2xf32>) -> !p
  %y = quant.conv1d %x, %p {activation = #quant<activation relu>}
    : (tensor<1x4x9x!q>, !p) -> tensor<1x2x5x!q>
  %w2, %b2 = quant.unpack %p : (!p) -> (tensor<2x2x3x!w>, tensor<2xf32>)
  return %y, %w2 : tensor<1x2x5x!q>, tensor<2x2x3x!w>
}

// CHECK-LABEL: @laid_out(
// CHECK:         quant.packed_constant <dense<1> : tensor<32xi8>, {{.*}}> : !quant.packed<conv1d, tensor<3x2x2xi8>, layout = #layout.blocked<lanes = 4, depth = 4>>
func.func @laid_out() {
  %p = quant.packed_constant <dense<1> : tensor<32xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !quant.packed<conv1d, tensor<3x2x2xi8>, layout = #layout.blocked<lanes = 4, depth = 4>>
  return
}
