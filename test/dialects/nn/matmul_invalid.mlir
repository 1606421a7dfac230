// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) {
  %y = nn.matmul %a, %b : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.matmul': the left operand [2, 3] has rows of 3, the right one [2, 3] columns of 2

// -----

func.func @f(%a: tensor<f32>, %b: tensor<2x3xf32>) {
  %y = nn.matmul %a, %b : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.matmul': expects tensors of at least one dimension, got [] and [2, 3]

// -----

func.func @f(%a: tensor<4x2x3xf32>, %b: tensor<5x3x2xf32>) {
  %y = nn.matmul %a, %b : (tensor<4x2x3xf32>, tensor<5x3x2xf32>) -> tensor<4x2x2xf32>
  func.return
}
// CHECK: error: 'nn.matmul': shapes [4] and [5] do not broadcast

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  %y = nn.matmul %a, %b : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<4x2xf32>
  func.return
}
// CHECK: error: 'nn.matmul': result has shape [4, 2], expected [2, 4]

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3x4xf16>) {
  %y = nn.matmul %a, %b : (tensor<2x3xf32>, tensor<3x4xf16>) -> tensor<2x4xf32>
  func.return
}
// CHECK: error: 'nn.matmul': {{.*}}f16
