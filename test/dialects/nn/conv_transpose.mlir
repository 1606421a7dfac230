// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @conv_transpose1d(
// CHECK:         nn.conv_transpose1d %x, %w : (tensor<1x3x8xf32>, tensor<3x4x2xf32>) -> tensor<1x4x9xf32>
func.func @conv_transpose1d(%x: tensor<1x3x8xf32>, %w: tensor<3x4x2xf32>) -> tensor<1x4x9xf32> {
  %y = nn.conv_transpose1d %x, %w : (tensor<1x3x8xf32>, tensor<3x4x2xf32>) -> tensor<1x4x9xf32>
  return %y : tensor<1x4x9xf32>
}

// CHECK-LABEL: @conv_transpose1d_everything(
// CHECK:         nn.conv_transpose1d %x, %w, %b {stride = array<i64: 3>, padding = array<i64: 1, 2>, output_padding = array<i64: 2>, dilation = array<i64: 2>, groups = 2 : i64} : (tensor<1x4x5xf32>, tensor<4x3x2xf32>, tensor<6xf32>) -> tensor<1x6x14xf32>
func.func @conv_transpose1d_everything(%x: tensor<1x4x5xf32>, %w: tensor<4x3x2xf32>,
                                       %b: tensor<6xf32>) -> tensor<1x6x14xf32> {
  %y = nn.conv_transpose1d %x, %w, %b {
      stride = array<i64: 3>, padding = array<i64: 1, 2>, output_padding = array<i64: 2>,
      dilation = array<i64: 2>, groups = 2 : i64}
    : (tensor<1x4x5xf32>, tensor<4x3x2xf32>, tensor<6xf32>) -> tensor<1x6x14xf32>
  return %y : tensor<1x6x14xf32>
}

// CHECK-LABEL: @conv_transpose2d(
// CHECK:         nn.conv_transpose2d %x, %w, %b {stride = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>, tensor<4xf32>) -> tensor<1x4x16x16xf32>
func.func @conv_transpose2d(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>, %b: tensor<4xf32>)
    -> tensor<1x4x16x16xf32> {
  %y = nn.conv_transpose2d %x, %w, %b {stride = array<i64: 2, 2>}
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>, tensor<4xf32>) -> tensor<1x4x16x16xf32>
  return %y : tensor<1x4x16x16xf32>
}

// CHECK-LABEL: @conv_transpose2d_everything(
// CHECK:         nn.conv_transpose2d %x, %w {stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 2, 1>, output_padding = array<i64: 1, 0>, dilation = array<i64: 1, 2>, groups = 2 : i64} : (tensor<?x4x?x5xf32>, tensor<4x3x3x3xf32>) -> tensor<?x6x?x6xf32>
func.func @conv_transpose2d_everything(%x: tensor<?x4x?x5xf32>, %w: tensor<4x3x3x3xf32>)
    -> tensor<?x6x?x6xf32> {
  %y = nn.conv_transpose2d %x, %w {
      stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 2, 1>,
      output_padding = array<i64: 1, 0>, dilation = array<i64: 1, 2>, groups = 2 : i64}
    : (tensor<?x4x?x5xf32>, tensor<4x3x3x3xf32>) -> tensor<?x6x?x6xf32>
  return %y : tensor<?x6x?x6xf32>
}

// CHECK-LABEL: @conv_transpose3d(
// CHECK:         nn.conv_transpose3d %x, %w : (tensor<1x3x4x8x8xf32>, tensor<3x4x2x2x1xf32>) -> tensor<1x4x5x9x8xf32>
func.func @conv_transpose3d(%x: tensor<1x3x4x8x8xf32>, %w: tensor<3x4x2x2x1xf32>)
    -> tensor<1x4x5x9x8xf32> {
  %y = nn.conv_transpose3d %x, %w
    : (tensor<1x3x4x8x8xf32>, tensor<3x4x2x2x1xf32>) -> tensor<1x4x5x9x8xf32>
  return %y : tensor<1x4x5x9x8xf32>
}

// CHECK-LABEL: @conv_transpose3d_everything(
// CHECK:         nn.conv_transpose3d %x, %w, %b {stride = array<i64: 3, 2, 1>, padding = array<i64: 1, 2, 1, 0, 2, 1>, output_padding = array<i64: 2, 1, 0>, dilation = array<i64: 2, 1, 2>, groups = 2 : i64} : (tensor<?x4x5x?x5xf32>, tensor<4x3x2x3x3xf32>, tensor<6xf32>) -> tensor<?x6x14x?x6xf32>
func.func @conv_transpose3d_everything(%x: tensor<?x4x5x?x5xf32>, %w: tensor<4x3x2x3x3xf32>,
                                       %b: tensor<6xf32>) -> tensor<?x6x14x?x6xf32> {
  %y = nn.conv_transpose3d %x, %w, %b {
      stride = array<i64: 3, 2, 1>, padding = array<i64: 1, 2, 1, 0, 2, 1>,
      output_padding = array<i64: 2, 1, 0>, dilation = array<i64: 2, 1, 2>, groups = 2 : i64}
    : (tensor<?x4x5x?x5xf32>, tensor<4x3x2x3x3xf32>, tensor<6xf32>) -> tensor<?x6x14x?x6xf32>
  return %y : tensor<?x6x14x?x6xf32>
}
