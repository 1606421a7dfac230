// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!x = !quant.uniform<u8:f32, 0.5>
!linear = !quant.packed<linear, tensor<3x2xi8>>
func.func @shape(%x: tensor<4x2x!x>, %p: !linear, %r: tensor<1x3x!x>) {
  // CHECK: residual must have the shape of the result, [4, 3], got [1, 3]
  %y = quant.linear %x, %p, %r : (tensor<4x2x!x>, !linear, tensor<1x3x!x>) -> tensor<4x3x!x>
  func.return
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
!r = !quant.uniform<i16:f32, 0.5>
!linear = !quant.packed<linear, tensor<3x2xi8>>
func.func @storage(%x: tensor<4x2x!x>, %p: !linear, %r: tensor<4x3x!r>) {
  // CHECK: residual must be stored in 8 bits, got i16
  %y = quant.linear %x, %p, %r : (tensor<4x2x!x>, !linear, tensor<4x3x!r>) -> tensor<4x3x!x>
  func.return
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
!r = !quant.uniform<u8:f32:1, {0.5, 0.25, 0.125}>
!linear = !quant.packed<linear, tensor<3x2xi8>>
func.func @per_axis(%x: tensor<4x2x!x>, %p: !linear, %r: tensor<4x3x!r>) {
  // CHECK: residual must be quantized per layer
  %y = quant.linear %x, %p, %r : (tensor<4x2x!x>, !linear, tensor<4x3x!r>) -> tensor<4x3x!x>
  func.return
}

// -----

!x = !quant.uniform<u8:f32, 0.5>
!linear = !quant.packed<linear, tensor<3x2xi8>>
func.func @floats(%x: tensor<4x2x!x>, %p: !linear, %r: tensor<4x3xf32>) {
  // CHECK: got tensor<4x3xf32>
  %y = quant.linear %x, %p, %r : (tensor<4x2x!x>, !linear, tensor<4x3xf32>) -> tensor<4x3x!x>
  func.return
}
