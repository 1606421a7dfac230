// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%a: tensor<2x3x!q>, %b: tensor<2x3x!q>) {
  %y = quant.matmul %a, %b : (tensor<2x3x!q>, tensor<2x3x!q>) -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.matmul': the left operand [2, 3] has rows of 3, the right one [2, 3] columns of 2

// -----

!q = !quant.uniform<i8:f32, 0.5>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%a: tensor<2x3x!c>, %b: tensor<3x2x!q>) {
  %y = quant.matmul %a, %b : (tensor<2x3x!c>, tensor<3x2x!q>) -> tensor<2x2x!q>
  func.return
}
// CHECK: error: 'quant.matmul': left operand must be quantized per layer, got

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%a: tensor<2x3x!q>, %b: tensor<3x2x!s>) {
  %y = quant.matmul %a, %b : (tensor<2x3x!q>, tensor<3x2x!s>) -> tensor<2x2x!q>
  func.return
}
// CHECK: error: 'quant.matmul': right operand must be stored in 8 bits, got i16

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%a: tensor<2x3x!q>, %b: tensor<3x2x!q>) {
  %y = quant.matmul %a, %b : (tensor<2x3x!q>, tensor<3x2x!q>) -> tensor<2x2x!s>
  func.return
}
// CHECK: error: 'quant.matmul': result must be stored in 8 bits, got i16

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%a: tensor<2x3x!q>, %b: tensor<3x2x!q>) {
  %y = quant.matmul %a, %b : (tensor<2x3x!q>, tensor<3x2x!q>) -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.matmul': result has shape [2, 3], expected [2, 2]

// -----

!q = !quant.uniform<u8:f32, 0.5:255>
func.func @f(%a: tensor<1x33026x!q>, %b: tensor<33026x1x!q>) {
  %y = quant.matmul %a, %b : (tensor<1x33026x!q>, tensor<33026x1x!q>) -> tensor<1x1x!q>
  func.return
}
// CHECK: error: 'quant.matmul': a sum of 33026 products can overflow 32 bits (at most 33025)
