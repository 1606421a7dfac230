// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2x3xf32>, %w: tensor<2xf32>) {
  %y = nn.prelu %x weight(%w : tensor<2xf32>) : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.prelu': weight must have shape [1] or [3], got [2]

// -----

func.func @f(%x: tensor<3xf32>, %w: tensor<3xf32>) {
  %y = nn.prelu %x weight(%w : tensor<3xf32>) : tensor<3xf32>
  func.return
}
// CHECK: error: 'nn.prelu': weight must have shape [1], got [3]

// -----

func.func @f(%x: tensor<2x3xf32>, %w: tensor<3xf16>) {
  %y = nn.prelu %x weight(%w : tensor<3xf16>) : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.prelu': operands and results must have one element type, got f32, f16
