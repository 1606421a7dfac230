// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @norms
func.func @norms(%x: tensor<?x4x3x!x>, %w: tensor<4x3xf32>, %v: tensor<4xf32>) -> tensor<?x4x3x!y> {
  // CHECK: quant.layer_norm %x weight(%w : tensor<4x3xf32>) bias(%w : tensor<4x3xf32>) {normalized_shape = array<i64: 4, 3>, eps = 1.000000e-06 : f64} : tensor<?x4x3x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<?x4x3x!quant.uniform<i8:f32, 2.500000e-01>>
  %0 = quant.layer_norm %x weight(%w : tensor<4x3xf32>) bias(%w : tensor<4x3xf32>)
    {normalized_shape = array<i64: 4, 3>, eps = 1.0e-06 : f64} : tensor<?x4x3x!x> -> tensor<?x4x3x!y>
  // CHECK: quant.group_norm %0 weight(%v : tensor<4xf32>) {num_groups = 2 : i64, activation = #quant<activation relu>} : tensor<?x4x3x!quant.uniform<i8:f32, 2.500000e-01>> -> tensor<?x4x3x!quant.uniform<i8:f32, 2.500000e-01>>
  %1 = quant.group_norm %0 weight(%v : tensor<4xf32>)
    {num_groups = 2 : i64, activation = #quant<activation relu>} : tensor<?x4x3x!y> -> tensor<?x4x3x!y>
  // CHECK: quant.instance_norm %1 bias(%v : tensor<4xf32>) : tensor<?x4x3x!quant.uniform<i8:f32, 2.500000e-01>> -> tensor<?x4x3x!quant.uniform<i8:f32, 2.500000e-01>>
  %2 = quant.instance_norm %1 bias(%v : tensor<4xf32>) : tensor<?x4x3x!y> -> tensor<?x4x3x!y>
  func.return %2 : tensor<?x4x3x!y>
}
