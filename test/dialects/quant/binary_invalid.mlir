// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%a: tensor<2x3x!q>, %b: tensor<2x!q>) {
  %y = quant.add %a, %b : (tensor<2x3x!q>, tensor<2x!q>) -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.add': shapes [2, 3] and [2] do not broadcast

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%a: tensor<2x3x!q>, %b: tensor<3x!q>) {
  %y = quant.sub %a, %b : (tensor<2x3x!q>, tensor<3x!q>) -> tensor<3x!q>
  func.return
}
// CHECK: error: 'quant.sub': result has shape [3], expected [2, 3]

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%a: tensor<2x!q>, %b: tensor<2xf32>) {
  %y = quant.mul %a, %b : (tensor<2x!q>, tensor<2xf32>) -> tensor<2x!q>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<2xf32>

// -----

!q = !quant.uniform<i8:f32, 0.5>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%a: tensor<2x!c>, %b: tensor<2x!q>) {
  %y = quant.add %a, %b : (tensor<2x!c>, tensor<2x!q>) -> tensor<2x!q>
  func.return
}
// CHECK: error: 'quant.add': left operand must be quantized per layer, got

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%a: tensor<2x!q>, %b: tensor<2x!s>) {
  %y = quant.mul %a, %b : (tensor<2x!q>, tensor<2x!s>) -> tensor<2x!q>
  func.return
}
// CHECK: error: 'quant.mul': right operand must be stored in 8 bits, got i16

// -----

!q = !quant.uniform<i8:f32, 0.5>
!z = !quant.uniform<u8:f32, 0.5:300>
func.func @f(%a: tensor<2x!q>) {
  %y = quant.sub %a, %a : (tensor<2x!q>, tensor<2x!q>) -> tensor<2x!z>
  func.return
}
// CHECK: error: 'quant.sub': result has zero point 300 outside of its storage range [0, 255]
