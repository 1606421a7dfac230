// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.mean %x {dim = array<i64: 3>} : (tensor<1x2x8xf32>) -> tensor<1x2xf32>
  func.return
}
// CHECK: error: 'nn.mean': dimension 3 is not one of a rank 3 tensor

// -----

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.mean %x {dim = array<i64: 2, -1>} : (tensor<1x2x8xf32>) -> tensor<1x2xf32>
  func.return
}
// CHECK: error: 'nn.mean': dimensions [2, -1] name one twice in a rank 3 tensor

// -----

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.mean %x {dim = array<i64: 2>} : (tensor<1x2x8xf32>) -> tensor<1x2x1xf32>
  func.return
}
// CHECK: error: 'nn.mean': result has shape [1, 2, 1], expected [1, 2]

// -----

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.mean %x {dim = array<i64: 2>} : (tensor<1x2x8xf32>) -> tensor<1x2xf64>
  func.return
}
// CHECK: error: 'nn.mean': operands and results must have one element type, got f32, f64
