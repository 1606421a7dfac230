// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @conv1d(
// CHECK:         nn.conv1d %x, %w : (tensor<1x3x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x7xf32>
func.func @conv1d(%x: tensor<1x3x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w : (tensor<1x3x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// CHECK-LABEL: @conv1d_everything(
// CHECK:         nn.conv1d %x, %w, %b {stride = array<i64: 2>, padding = array<i64: 1, 3>, dilation = array<i64: 2>, groups = 2 : i64} : (tensor<?x4x9xf64>, tensor<6x2x3xf64>, tensor<6xf64>) -> tensor<?x6x5xf64>
func.func @conv1d_everything(%x: tensor<?x4x9xf64>, %w: tensor<6x2x3xf64>, %b: tensor<6xf64>)
    -> tensor<?x6x5xf64> {
  %y = nn.conv1d %x, %w, %b {stride = array<i64: 2>, padding = array<i64: 1, 3>,
                             dilation = array<i64: 2>, groups = 2 : i64}
    : (tensor<?x4x9xf64>, tensor<6x2x3xf64>, tensor<6xf64>) -> tensor<?x6x5xf64>
  return %y : tensor<?x6x5xf64>
}
