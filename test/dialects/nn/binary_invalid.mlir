// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2x3xf32>, %y: tensor<2xf32>) {
  %z = nn.add %x, %y : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.add': shapes [2, 3] and [2] do not broadcast

// -----

func.func @f(%x: tensor<2x3xf32>, %y: tensor<2x1xf32>) {
  %z = nn.sub %x, %y : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  func.return
}
// CHECK: error: 'nn.sub': result has shape [2, 1], expected [2, 3]

// -----

func.func @f(%x: tensor<2x3xf32>, %y: tensor<2x3xf16>) {
  %z = nn.mul %x, %y : (tensor<2x3xf32>, tensor<2x3xf16>) -> tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.mul': operands and results must have one element type, got f32, f16

// -----

// A product of integers is no product of the values that they stand for.
!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %y: tensor<2x3x!q>) {
  %z = nn.mul %x, %y : (tensor<2x3x!q>, tensor<2x3x!q>) -> tensor<2x3x!q>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<2x3x!quant.uniform<i8:f32, 5.000000e-01>>
