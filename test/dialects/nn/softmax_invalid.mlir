// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.softmax %x {dim = 2 : i64} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.softmax': dim must be -2 to 1, got 2

// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.softmax %x {dim = -3 : i64} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.softmax': dim must be -2 to 1, got -3

// -----

func.func @f(%x: tensor<f32>) {
  %y = nn.softmax %x {dim = 1 : i64} : tensor<f32>
  func.return
}
// CHECK: error: 'nn.softmax': dim must be -1 to 0, got 1

// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.softmax %x {dim = 0 : i32} : tensor<2x3xf32>
  func.return
}
// CHECK: expected an i64 integer, got 0 : i32

// -----

func.func @f(%x: tensor<2x3xi8>) {
  %y = nn.softmax %x {dim = 0 : i64} : tensor<2x3xi8>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<2x3xi8>
