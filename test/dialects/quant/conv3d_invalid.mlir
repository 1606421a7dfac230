// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'quant.conv3d': weights are packed for conv2d, not for conv3d
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
!p = !quant.packed<conv2d, tensor<4x3x3x3xi8>>
func.func @main(%x: tensor<1x3x4x8x8x!q>, %p: !p) -> tensor<1x4x3x6x6x!q> {
  %y = quant.conv3d %x, %p : (tensor<1x3x4x8x8x!q>, !p) -> tensor<1x4x3x6x6x!q>
  return %y : tensor<1x4x3x6x6x!q>
}

// -----

// CHECK: error: 'quant.conv3d': result has shape [1, 4, 3, 6, 5], expected [1, 4, 3, 6, 6]
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
!p = !quant.packed<conv3d, tensor<4x3x2x3x3xi8>>
func.func @main(%x: tensor<1x3x4x8x8x!q>, %p: !p) -> tensor<1x4x3x6x5x!q> {
  %y = quant.conv3d %x, %p : (tensor<1x3x4x8x8x!q>, !p) -> tensor<1x4x3x6x5x!q>
  return %y : tensor<1x4x3x6x5x!q>
}

// -----

// CHECK: error: 'quant.conv3d': expects an input [N, C, D, H, W] and a weight [O, C/groups, KD, KH, KW], got [1, 3, 8, 8] and [4, 3, 2, 3, 3]
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
!p = !quant.packed<conv3d, tensor<4x3x2x3x3xi8>>
func.func @main(%x: tensor<1x3x8x8x!q>, %p: !p) -> tensor<1x4x3x6x6x!q> {
  %y = quant.conv3d %x, %p : (tensor<1x3x8x8x!q>, !p) -> tensor<1x4x3x6x6x!q>
  return %y : tensor<1x4x3x6x6x!q>
}

// -----

// CHECK: error: 'quant.conv3d': input must be quantized per layer, got !quant.uniform<u8:f32:1, {5.000000e-01,2.500000e-01,1.250000e-01}>
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
!p = !quant.packed<conv3d, tensor<4x3x2x3x3xi8>>
func.func @main(%x: tensor<1x3x4x8x8x!axis>, %p: !p) -> tensor<1x4x3x6x6x!q> {
  %y = quant.conv3d %x, %p : (tensor<1x3x4x8x8x!axis>, !p) -> tensor<1x4x3x6x6x!q>
  return %y : tensor<1x4x3x6x6x!q>
}

// -----

// CHECK: error: 'quant.conv3d': a sum of 72000 products can overflow 32 bits (at most 65793)
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
!p = !quant.packed<conv3d, tensor<1x9000x2x2x2xi8>>
func.func @main(%x: tensor<1x9000x2x2x2x!q>, %p: !p) -> tensor<1x1x1x1x1x!q> {
  %y = quant.conv3d %x, %p : (tensor<1x9000x2x2x2x!q>, !p) -> tensor<1x1x1x1x1x!q>
  return %y : tensor<1x1x1x1x1x!q>
}
