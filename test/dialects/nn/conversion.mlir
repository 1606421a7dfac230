// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @conversion(
func.func @conversion(%w: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // CHECK: %h = nn.saturate_to_fp16 %w : tensor<2x3xf32> to tensor<2x3xf16>
  %h = nn.saturate_to_fp16 %w : tensor<2x3xf32> to tensor<2x3xf16>
  // CHECK: %f = nn.to %h : tensor<2x3xf16> to tensor<2x3xf32>
  %f = nn.to %h : tensor<2x3xf16> to tensor<2x3xf32>
  func.return %f : tensor<2x3xf32>
}
