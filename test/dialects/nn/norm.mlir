// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @layer_norm
func.func @layer_norm(%x: tensor<?x3x4xf32>, %w: tensor<3x4xf32>, %v: tensor<4xf32>) -> tensor<?x3x4xf32> {
  // CHECK: nn.layer_norm %x weight(%w : tensor<3x4xf32>) bias(%w : tensor<3x4xf32>) {normalized_shape = array<i64: 3, 4>, eps = 1.000000e-06 : f64} : tensor<?x3x4xf32>
  %0 = nn.layer_norm %x weight(%w : tensor<3x4xf32>) bias(%w : tensor<3x4xf32>)
    {normalized_shape = array<i64: 3, 4>, eps = 1.0e-06 : f64} : tensor<?x3x4xf32>
  // CHECK: nn.layer_norm %0 bias(%v : tensor<4xf32>) {normalized_shape = array<i64: 4>} : tensor<?x3x4xf32>
  %1 = nn.layer_norm %0 bias(%v : tensor<4xf32>) {normalized_shape = array<i64: 4>}
    : tensor<?x3x4xf32>
  func.return %1 : tensor<?x3x4xf32>
}

// CHECK-LABEL: @group_norm
func.func @group_norm(%x: tensor<1x4x?xf32>, %w: tensor<4xf32>) -> tensor<1x4x?xf32> {
  // CHECK: nn.group_norm %x weight(%w : tensor<4xf32>) {num_groups = 2 : i64} : tensor<1x4x?xf32>
  %0 = nn.group_norm %x weight(%w : tensor<4xf32>) {num_groups = 2 : i64} : tensor<1x4x?xf32>
  func.return %0 : tensor<1x4x?xf32>
}

// CHECK-LABEL: @instance_norm
func.func @instance_norm(%x: tensor<1x4x?xf64>, %w: tensor<4xf64>) -> tensor<1x4x?xf64> {
  // CHECK: nn.instance_norm %x weight(%w : tensor<4xf64>) : tensor<1x4x?xf64>
  %0 = nn.instance_norm %x weight(%w : tensor<4xf64>) : tensor<1x4x?xf64>
  // CHECK: nn.instance_norm %0 running_mean(%w : tensor<4xf64>) running_var(%w : tensor<4xf64>) {use_input_stats = false, momentum = 2.000000e-01 : f64} : tensor<1x4x?xf64>
  %1 = nn.instance_norm %0 running_mean(%w : tensor<4xf64>) running_var(%w : tensor<4xf64>)
    {use_input_stats = false, momentum = 0.2 : f64} : tensor<1x4x?xf64>
  func.return %1 : tensor<1x4x?xf64>
}
