// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @matmul
func.func @matmul(%a: tensor<5x1x3x4xf32>, %b: tensor<2x4x?xf32>, %v: tensor<4xf32>, %h: tensor<?xf16>) {
  // CHECK: nn.matmul %a, %b : (tensor<5x1x3x4xf32>, tensor<2x4x?xf32>) -> tensor<5x2x3x?xf32>
  %0 = nn.matmul %a, %b : (tensor<5x1x3x4xf32>, tensor<2x4x?xf32>) -> tensor<5x2x3x?xf32>
  // CHECK: nn.matmul %a, %v : (tensor<5x1x3x4xf32>, tensor<4xf32>) -> tensor<5x1x3xf32>
  %1 = nn.matmul %a, %v : (tensor<5x1x3x4xf32>, tensor<4xf32>) -> tensor<5x1x3xf32>
  // CHECK: nn.matmul %v, %b : (tensor<4xf32>, tensor<2x4x?xf32>) -> tensor<2x?xf32>
  %2 = nn.matmul %v, %b : (tensor<4xf32>, tensor<2x4x?xf32>) -> tensor<2x?xf32>
  // CHECK: nn.matmul %h, %h : (tensor<?xf16>, tensor<?xf16>) -> tensor<f16>
  %3 = nn.matmul %h, %h : (tensor<?xf16>, tensor<?xf16>) -> tensor<f16>
  func.return
}
