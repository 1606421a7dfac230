// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %w: tensor<2xf32>) {
  %y = quant.prelu %x weight(%w : tensor<2xf32>) : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.prelu': weight must have shape [1] or [3], got [2]

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %w: tensor<3xf32>) {
  %y = quant.prelu %x weight(%w : tensor<3xf32>) : tensor<2x3x!q> -> tensor<3x2x!q>
  func.return
}
// CHECK: error: 'quant.prelu': result has shape [3, 2], expected [2, 3]

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %w: tensor<3xf32>) {
  %y = quant.prelu %x weight(%w : tensor<3xf32>) : tensor<2x3x!q> -> tensor<2x3x!s>
  func.return
}
// CHECK: error: 'quant.prelu': result must be stored in 8 bits, got i16

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %w: tensor<3xf16>) {
  %y = quant.prelu %x weight(%w : tensor<3xf16>) : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: expected a ranked tensor of f32, got tensor<3xf16>
