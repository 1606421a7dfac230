// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f() {
  %y = quant.cat : () -> tensor<2x!q>
  func.return
}
// CHECK: expects at least one operand


// -----

!q = !quant.uniform<u8:f32, 0.5:3>
!axis = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<2x!q>, %y: tensor<2x!axis>) {
  %z = quant.cat %x, %y : (tensor<2x!q>, tensor<2x!axis>) -> tensor<4x!q>
  func.return
}
// CHECK: operand 1 must


// -----

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<2x!q>) {
  %z = quant.cat %x, %x : (tensor<2x!q>, tensor<2x!q>) -> tensor<2x!q>
  func.return
}
// CHECK: result has shape [2], expected [4]


// -----

func.func @f(%x: tensor<2xf32>) {
  %z = quant.cat %x : (tensor<2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<2xf32>
