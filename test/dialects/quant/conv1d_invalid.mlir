// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'quant.conv1d': weights are packed for conv2d, not for conv1d
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x3x8x!q>, %p: !quant.packed<conv2d, tensor<4x3x1x2xi8>>) -> tensor<1x4x7x!q> {
  %y = quant.conv1d %x, %p
    : (tensor<1x3x8x!q>, !quant.packed<conv2d, tensor<4x3x1x2xi8>>) -> tensor<1x4x7x!q>
  return %y : tensor<1x4x7x!q>
}

// -----

// CHECK: error: 'quant.conv1d': result has shape [1, 4, 8], expected [1, 4, 7]
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x3x8x!q>, %p: !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x8x!q> {
  %y = quant.conv1d %x, %p
    : (tensor<1x3x8x!q>, !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x8x!q>
  return %y : tensor<1x4x8x!q>
}

// -----

// CHECK: error: 'quant.conv1d': input must be quantized per layer, got !quant.uniform<u8:f32:1, {5.000000e-01,2.500000e-01,1.250000e-01}>
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x3x8x!axis>, %p: !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x7x!q> {
  %y = quant.conv1d %x, %p
    : (tensor<1x3x8x!axis>, !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x7x!q>
  return %y : tensor<1x4x7x!q>
}

// -----

// CHECK: error: 'quant.conv1d': a sum of 70000 products can overflow 32 bits (at most 65793)
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x70000x8x!q>, %p: !quant.packed<conv1d, tensor<1x70000x1xi8>>) -> tensor<1x1x8x!q> {
  %y = quant.conv1d %x, %p
    : (tensor<1x70000x8x!q>, !quant.packed<conv1d, tensor<1x70000x1xi8>>) -> tensor<1x1x8x!q>
  return %y : tensor<1x1x8x!q>
}
