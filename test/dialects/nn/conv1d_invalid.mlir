// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'nn.conv1d': result has shape [1, 4, 8], expected [1, 4, 7]
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x4x8xf32> {
  %y = nn.conv1d %x, %w
    : (tensor<1x3x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x8xf32>
  return %y : tensor<1x4x8xf32>
}

// -----

// CHECK: error: 'nn.conv1d': expects an input [N, C, L] and a weight [O, C/groups, K], got [1, 3, 8, 8] and [4, 3, 2]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w
    : (tensor<1x3x8x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// -----

// CHECK: error: 'nn.conv1d': input has 3 channels, weight expects 2 (1 groups of 2)
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<4x2x2xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w
    : (tensor<1x3x8xf32>, tensor<4x2x2xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// -----

// CHECK: error: 'nn.conv1d': stride must be one value >= 1, [length], got [1, 1]
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w {stride = array<i64: 1, 1>}
    : (tensor<1x3x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// -----

// CHECK: error: 'nn.conv1d': dilation must be one value >= 1, [length], got [0]
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w {dilation = array<i64: 0>}
    : (tensor<1x3x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// -----

// CHECK: error: 'nn.conv1d': padding must be two values >= 0, [before, after], got [1]
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w {padding = array<i64: 1>}
    : (tensor<1x3x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// -----

// CHECK: error: 'nn.conv1d': groups must be >= 1, got 0
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<4x3x2xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w {groups = 0 : i64}
    : (tensor<1x3x8xf32>, tensor<4x3x2xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// -----

// CHECK: error: 'nn.conv1d': bias has shape [3], expected [4]
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<4x3x2xf32>, %b: tensor<3xf32>) -> tensor<1x4x7xf32> {
  %y = nn.conv1d %x, %w, %b
    : (tensor<1x3x8xf32>, tensor<4x3x2xf32>, tensor<3xf32>) -> tensor<1x4x7xf32>
  return %y : tensor<1x4x7xf32>
}

// -----

// CHECK: error: 'nn.conv1d': window of 3 does not fit into an input of 2 padded by 0 and 0
func.func @main(%x: tensor<1x3x2xf32>, %w: tensor<4x3x3xf32>) -> tensor<1x4x1xf32> {
  %y = nn.conv1d %x, %w
    : (tensor<1x3x2xf32>, tensor<4x3x3xf32>) -> tensor<1x4x1xf32>
  return %y : tensor<1x4x1xf32>
}
