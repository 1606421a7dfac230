// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @batch_norm
func.func @batch_norm(%x: tensor<?x8x4x4xf32>, %p: tensor<8xf32>) -> tensor<?x8x4x4xf32> {
  // CHECK: nn.batch_norm %x weight(%p : tensor<8xf32>) bias(%p : tensor<8xf32>) running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>) {eps = 1.000000e-03 : f64, momentum = 2.000000e-01 : f64} : tensor<?x8x4x4xf32>
  %0 = nn.batch_norm %x weight(%p : tensor<8xf32>) bias(%p : tensor<8xf32>)
    running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>)
    {eps = 0.001 : f64, momentum = 0.2 : f64} : tensor<?x8x4x4xf32>
  // CHECK: nn.batch_norm %0 running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>) {training = true} : tensor<?x8x4x4xf32>
  %1 = nn.batch_norm %0 running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>)
    {training = true, eps = 1.0e-05 : f64} : tensor<?x8x4x4xf32>
  func.return %1 : tensor<?x8x4x4xf32>
}

// CHECK-LABEL: @features
func.func @features(%x: tensor<2x3xf64>, %p: tensor<3xf64>) -> tensor<2x3xf64> {
  // CHECK: nn.batch_norm %x bias(%p : tensor<3xf64>) running_mean(%p : tensor<3xf64>) running_var(%p : tensor<3xf64>) : tensor<2x3xf64>
  %0 = nn.batch_norm %x bias(%p : tensor<3xf64>) running_mean(%p : tensor<3xf64>)
    running_var(%p : tensor<3xf64>) : tensor<2x3xf64>
  func.return %0 : tensor<2x3xf64>
}
