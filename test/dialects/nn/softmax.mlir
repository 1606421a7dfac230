// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @softmax
func.func @softmax(%x: tensor<?x3x4xf32>, %s: tensor<f16>) -> tensor<?x3x4xf32> {
  // CHECK: nn.softmax %x {dim = -1 : i64} : tensor<?x3x4xf32>
  %0 = nn.softmax %x {dim = -1 : i64} : tensor<?x3x4xf32>
  // CHECK: nn.softmax %0 {dim = 1 : i64} : tensor<?x3x4xf32>
  %1 = nn.softmax %0 {dim = 1 : i64} : tensor<?x3x4xf32>
  // CHECK: nn.softmax %s {dim = 0 : i64} : tensor<f16>
  %2 = nn.softmax %s {dim = 0 : i64} : tensor<f16>
  func.return %1 : tensor<?x3x4xf32>
}
