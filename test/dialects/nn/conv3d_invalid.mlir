// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'nn.conv3d': result has shape [1, 4, 3, 6, 5], expected [1, 4, 3, 6, 6]
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x5xf32> {
  %y = nn.conv3d %x, %w
    : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x5xf32>
  return %y : tensor<1x4x3x6x5xf32>
}

// -----

// CHECK: error: 'nn.conv3d': expects an input [N, C, D, H, W] and a weight [O, C/groups, KD, KH, KW], got [1, 3, 8, 8] and [4, 3, 2, 3, 3]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w
    : (tensor<1x3x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': input has 3 channels, weight expects 2 (1 groups of 2)
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x2x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w
    : (tensor<1x3x4x8x8xf32>, tensor<4x2x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': 3 input channels do not divide into 2 groups
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x?x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w {groups = 2 : i64}
    : (tensor<1x3x4x8x8xf32>, tensor<4x?x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': stride must be three values >= 1, [depth, height, width], got [1, 1]
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w {stride = array<i64: 1, 1>}
    : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': dilation must be three values >= 1, [depth, height, width], got [0, 1, 1]
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w {dilation = array<i64: 0, 1, 1>}
    : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': padding must be six values >= 0, [front, back, top, bottom, left, right], got [1, 1, 1]
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w {padding = array<i64: 1, 1, 1>}
    : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': groups must be >= 1, got 0
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w {groups = 0 : i64}
    : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': bias has shape [3], expected [4]
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x2x3x3xf32>, %b: tensor<3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w, %b
    : (tensor<1x3x4x8x8xf32>, tensor<4x3x2x3x3xf32>, tensor<3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}

// -----

// CHECK: error: 'nn.conv3d': window of 5 does not fit into an input of 4 padded by 0 and 0
func.func @main(%x: tensor<1x3x4x8x8xf32>, %w: tensor<4x3x5x3x3xf32>) -> tensor<1x4x3x6x6xf32> {
  %y = nn.conv3d %x, %w
    : (tensor<1x3x4x8x8xf32>, tensor<4x3x5x3x3xf32>) -> tensor<1x4x3x6x6xf32>
  return %y : tensor<1x4x3x6x6xf32>
}
