// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'nn.to': result has shape [3, 2], expected [2, 3]
func.func @main(%h: tensor<2x3xf16>) {
  %f = nn.to %h : tensor<2x3xf16> to tensor<3x2xf32>
  func.return
}

// -----

// CHECK: expected a ranked tensor of floats, got tensor<2xi8>
func.func @main(%h: tensor<2xi8>) {
  %f = nn.to %h : tensor<2xi8> to tensor<2xf32>
  func.return
}

// -----

// CHECK: error: 'nn.saturate_to_fp16': result has shape [3, 2], expected [2, 3]
func.func @main(%w: tensor<2x3xf32>) {
  %h = nn.saturate_to_fp16 %w : tensor<2x3xf32> to tensor<3x2xf16>
  func.return
}

// -----

// CHECK: expected a ranked tensor of f16, got tensor<2xf32>
func.func @main(%w: tensor<2xf32>) {
  %h = nn.saturate_to_fp16 %w : tensor<2xf32> to tensor<2xf32>
  func.return
}
