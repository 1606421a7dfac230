// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'quant.conv_transpose1d': weights are packed for conv_transpose2d, not for conv_transpose1d
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x3x8x!q>, %p: !quant.packed<conv_transpose2d, tensor<3x4x1x2xi8>>) -> tensor<1x4x9x!q> {
  %y = quant.conv_transpose1d %x, %p
    : (tensor<1x3x8x!q>, !quant.packed<conv_transpose2d, tensor<3x4x1x2xi8>>) -> tensor<1x4x9x!q>
  return %y : tensor<1x4x9x!q>
}

// -----

// CHECK: error: 'quant.conv_transpose2d': weights are packed for conv2d, not for conv_transpose2d
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x3x8x8x!q>, %p: !quant.packed<conv2d, tensor<3x3x2x2xi8>>) -> tensor<1x3x9x9x!q> {
  %y = quant.conv_transpose2d %x, %p
    : (tensor<1x3x8x8x!q>, !quant.packed<conv2d, tensor<3x3x2x2xi8>>) -> tensor<1x3x9x9x!q>
  return %y : tensor<1x3x9x9x!q>
}

// -----

// CHECK: error: 'quant.conv_transpose2d': result has shape [1, 4, 9, 9], expected [1, 4, 16, 16]
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x3x8x8x!q>, %p: !quant.packed<conv_transpose2d, tensor<3x4x2x2xi8>, stride = [2, 2]>) -> tensor<1x4x9x9x!q> {
  %y = quant.conv_transpose2d %x, %p
    : (tensor<1x3x8x8x!q>, !quant.packed<conv_transpose2d, tensor<3x4x2x2xi8>, stride = [2, 2]>) -> tensor<1x4x9x9x!q>
  return %y : tensor<1x4x9x9x!q>
}

// -----

// CHECK: error: 'quant.conv_transpose2d': input has 4 channels, weight expects 3
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x4x8x8x!q>, %p: !quant.packed<conv_transpose2d, tensor<3x4x2x2xi8>>) -> tensor<1x4x9x9x!q> {
  %y = quant.conv_transpose2d %x, %p
    : (tensor<1x4x8x8x!q>, !quant.packed<conv_transpose2d, tensor<3x4x2x2xi8>>) -> tensor<1x4x9x9x!q>
  return %y : tensor<1x4x9x9x!q>
}

// -----

// CHECK: error: 'quant.conv_transpose1d': a sum of 70000 products can overflow 32 bits (at most 65793)
!q = !quant.uniform<u8:f32, 0.5:128>
!axis = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
func.func @main(%x: tensor<1x70000x8x!q>, %p: !quant.packed<conv_transpose1d, tensor<70000x1x1xi8>>) -> tensor<1x1x8x!q> {
  %y = quant.conv_transpose1d %x, %p
    : (tensor<1x70000x8x!q>, !quant.packed<conv_transpose1d, tensor<70000x1x1xi8>>) -> tensor<1x1x8x!q>
  return %y : tensor<1x1x8x!q>
}

// -----

// CHECK: error: 'quant.prepack': operand weight must be quantized per layer or along axis 1
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @main(%w: tensor<2x3x2x!w>) -> !quant.packed<conv_transpose1d, tensor<2x3x2xi8>> {
  %p = quant.prepack %w : (tensor<2x3x2x!w>) -> !quant.packed<conv_transpose1d, tensor<2x3x2xi8>>
  return %p : !quant.packed<conv_transpose1d, tensor<2x3x2xi8>>
}

// -----

// CHECK: error: 'quant.prepack': operand bias has shape [3], expected [6]
!w = !quant.uniform<i8:f32, 0.5>
!p = !quant.packed<conv_transpose1d, tensor<2x3x2xi8>, bias = f32, groups = 2>
func.func @main(%w: tensor<2x3x2x!w>, %b: tensor<3xf32>) -> !p {
  %p = quant.prepack %w, %b : (tensor<2x3x2x!w>, tensor<3xf32>) -> !p
  return %p : !p
}

// -----

// CHECK: error: 'quant.packed_constant': there must be one scale, or 6, one for each output channel, got tensor<3xf32>
!p = !quant.packed<conv_transpose1d, tensor<2x3x2xi8>, groups = 2>
func.func @main() -> !p {
  %p = quant.packed_constant <dense<1> : tensor<2x3x2xi8>, scales = dense<0.5> : tensor<3xf32>> : !p
  return %p : !p
}

// -----

// CHECK: error: 'quant.conv_transpose3d': weights are packed for conv3d, not for conv_transpose3d
!q = !quant.uniform<u8:f32, 0.5:128>
!p = !quant.packed<conv3d, tensor<3x3x2x2x2xi8>>
func.func @main(%x: tensor<1x3x2x2x2x!q>, %p: !p) -> tensor<1x3x3x3x3x!q> {
  %y = quant.conv_transpose3d %x, %p : (tensor<1x3x2x2x2x!q>, !p) -> tensor<1x3x3x3x3x!q>
  return %y : tensor<1x3x3x3x3x!q>
}

// -----

// CHECK: error: 'quant.conv_transpose3d': result has shape [1, 3, 2, 3, 3], expected [1, 3, 3, 3, 3]
!q = !quant.uniform<u8:f32, 0.5:128>
!p = !quant.packed<conv_transpose3d, tensor<3x3x2x2x2xi8>>
func.func @main(%x: tensor<1x3x2x2x2x!q>, %p: !p) -> tensor<1x3x2x3x3x!q> {
  %y = quant.conv_transpose3d %x, %p : (tensor<1x3x2x2x2x!q>, !p) -> tensor<1x3x2x3x3x!q>
  return %y : tensor<1x3x2x3x3x!q>
}
