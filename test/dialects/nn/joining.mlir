// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @cat
func.func @cat(%x: tensor<1x3x?xf32>, %y: tensor<1x5x4xf32>) -> tensor<1x8x4xf32> {
  // CHECK: nn.cat %x, %y {dim = 1 : i64} : (tensor<1x3x?xf32>, tensor<1x5x4xf32>) -> tensor<1x8x4xf32>
  %z = nn.cat %x, %y {dim = 1 : i64} : (tensor<1x3x?xf32>, tensor<1x5x4xf32>) -> tensor<1x8x4xf32>
  func.return %z : tensor<1x8x4xf32>
}

// CHECK-LABEL: @cat_dynamic
func.func @cat_dynamic(%x: tensor<?x4xi32>, %y: tensor<5x4xi32>) -> tensor<?x4xi32> {
  // CHECK: nn.cat %x, %y, %x : (tensor<?x4xi32>, tensor<5x4xi32>, tensor<?x4xi32>) -> tensor<?x4xi32>
  %z = nn.cat %x, %y, %x : (tensor<?x4xi32>, tensor<5x4xi32>, tensor<?x4xi32>) -> tensor<?x4xi32>
  func.return %z : tensor<?x4xi32>
}

// CHECK-LABEL: @cat_quantized
!q = !quant.uniform<u8:f32, 0.5:3>
func.func @cat_quantized(%x: tensor<2x!q>) -> tensor<2x!q> {
  // CHECK: nn.cat %x : (tensor<2x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x!quant.uniform<u8:f32, 5.000000e-01:3>>
  %z = nn.cat %x : (tensor<2x!q>) -> tensor<2x!q>
  func.return %z : tensor<2x!q>
}

// CHECK-LABEL: @stack
func.func @stack(%x: tensor<3x4xf32>, %y: tensor<3x?xf32>) -> tensor<3x4x2xf32> {
  // CHECK: nn.stack %x, %y {dim = -1 : i64} : (tensor<3x4xf32>, tensor<3x?xf32>) -> tensor<3x4x2xf32>
  %z = nn.stack %x, %y {dim = -1 : i64} : (tensor<3x4xf32>, tensor<3x?xf32>) -> tensor<3x4x2xf32>
  func.return %z : tensor<3x4x2xf32>
}
