// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f() {
  %y = nn.cat : () -> tensor<2xf32>
  func.return
}
// CHECK: expects at least one operand


// -----

func.func @f(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  %z = nn.cat %x, %y : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  func.return
}
// CHECK: operand 1 has shape [2, 4], which differs from [2, 3] in more than dimension 0


// -----

func.func @f(%x: tensor<2xf32>, %y: tensor<2xf16>) {
  %z = nn.cat %x, %y : (tensor<2xf32>, tensor<2xf16>) -> tensor<4xf32>
  func.return
}
// CHECK: operands and results must have one element type, got f32, f16


// -----

func.func @f(%x: tensor<2xf32>) {
  %z = nn.cat %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<3xf32>
  func.return
}
// CHECK: result has shape [3], expected [4]


// -----

func.func @f(%x: tensor<f32>) {
  %z = nn.cat %x, %x : (tensor<f32>, tensor<f32>) -> tensor<2xf32>
  func.return
}
// CHECK: there is no dimension 0 in a tensor of rank 0


// -----

func.func @f(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  %z = nn.stack %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<2x2xf32>
  func.return
}
// CHECK: operand 1 has shape [1, 3], which differs from [1, 2] in more than dimension 0
