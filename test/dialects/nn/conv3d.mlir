// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @conv3d(
// CHECK:         nn.conv3d %x, %w : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
func.func @conv3d(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// CHECK-LABEL: @conv3d_everything(
// CHECK:         nn.conv3d %x, %w, %b {stride = array<i64: 2, 1, 3>, padding = array<i64: 1, 0, 0, 2, 1, 1>, dilation = array<i64: 1, 2, 1>, groups = 2 : i64} : (tensor<?x4x5x?x7xf64>, tensor<6x2x2x3x3xf64>, tensor<6xf64>) -> tensor<?x6x3x?x3xf64>
func.func @conv3d_everything(%x: tensor<?x4x5x?x7xf64>, %w: tensor<6x2x2x3x3xf64>, %b: tensor<6xf64>)
    -> tensor<?x6x3x?x3xf64> {
  %y = nn.conv3d %x, %w, %b {stride = array<i64: 2, 1, 3>, padding = array<i64: 1, 0, 0, 2, 1, 1>,
                             dilation = array<i64: 1, 2, 1>, groups = 2 : i64}
    : (tensor<?x4x5x?x7xf64>, tensor<6x2x2x3x3xf64>, tensor<6xf64>) -> tensor<?x6x3x?x3xf64>
  return %y : tensor<?x6x3x?x3xf64>
}
