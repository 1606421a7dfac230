// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'nn.conv_transpose2d': result has shape [1, 4, 8, 8], expected [1, 4, 9, 9]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x8x8xf32> {
  %y = nn.conv_transpose2d %x, %w
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': expects an input [N, I, H, W] and a weight [I, O/groups, KH, KW], got [1, 3, 8] and [3, 4, 2, 2]
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x9x9xf32> {
  %y = nn.conv_transpose2d %x, %w
    : (tensor<1x3x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x9x9xf32>
  return %y : tensor<1x4x9x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose1d': expects an input [N, I, L] and a weight [I, O/groups, K], got [1, 3, 8, 8] and [3, 4, 2]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2xf32>) -> tensor<1x4x9xf32> {
  %y = nn.conv_transpose1d %x, %w
    : (tensor<1x3x8x8xf32>, tensor<3x4x2xf32>) -> tensor<1x4x9xf32>
  return %y : tensor<1x4x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': input has 3 channels, weight expects 4
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x2x2xf32>) -> tensor<1x4x9x9xf32> {
  %y = nn.conv_transpose2d %x, %w
    : (tensor<1x3x8x8xf32>, tensor<4x3x2x2xf32>) -> tensor<1x4x9x9xf32>
  return %y : tensor<1x4x9x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': 3 input channels do not divide into 2 groups
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x8x9x9xf32> {
  %y = nn.conv_transpose2d %x, %w {groups = 2 : i64}
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x8x9x9xf32>
  return %y : tensor<1x8x9x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': groups must be >= 1, got -1
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x8x9x9xf32> {
  %y = nn.conv_transpose2d %x, %w {groups = -1 : i64}
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x8x9x9xf32>
  return %y : tensor<1x8x9x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': output_padding must be smaller than stride or dilation, got [2, 0]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x18x16xf32> {
  %y = nn.conv_transpose2d %x, %w {stride = array<i64: 2, 2>, output_padding = array<i64: 2, 0>}
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x18x16xf32>
  return %y : tensor<1x4x18x16xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': output_padding must be two values >= 0, [height, width], got [-1, 0]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x8x9xf32> {
  %y = nn.conv_transpose2d %x, %w {output_padding = array<i64: -1, 0>}
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x8x9xf32>
  return %y : tensor<1x4x8x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose1d': output_padding must be one value >= 0, [length], got [0, 0]
func.func @main(%x: tensor<1x3x8xf32>, %w: tensor<3x4x2xf32>) -> tensor<1x4x9xf32> {
  %y = nn.conv_transpose1d %x, %w {output_padding = array<i64: 0, 0>}
    : (tensor<1x3x8xf32>, tensor<3x4x2xf32>) -> tensor<1x4x9xf32>
  return %y : tensor<1x4x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': padding must be four values >= 0, [top, bottom, left, right], got [1, 1]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x9x9xf32> {
  %y = nn.conv_transpose2d %x, %w {padding = array<i64: 1, 1>}
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x9x9xf32>
  return %y : tensor<1x4x9x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': padding cuts 2 off a result of 2
func.func @main(%x: tensor<1x3x1x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x0x9xf32> {
  %y = nn.conv_transpose2d %x, %w {padding = array<i64: 1, 1, 0, 0>}
    : (tensor<1x3x1x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x0x9xf32>
  return %y : tensor<1x4x0x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': input and window must hold at least one element
func.func @main(%x: tensor<1x3x0x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x1x9xf32> {
  %y = nn.conv_transpose2d %x, %w
    : (tensor<1x3x0x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x1x9xf32>
  return %y : tensor<1x4x1x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose2d': bias has shape [4], expected [12]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>, %b: tensor<4xf32>) -> tensor<1x12x9x9xf32> {
  %y = nn.conv_transpose2d %x, %w, %b {groups = 3 : i64}
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>, tensor<4xf32>) -> tensor<1x12x9x9xf32>
  return %y : tensor<1x12x9x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose3d': expects an input [N, I, D, H, W] and a weight [I, O/groups, KD, KH, KW], got [1, 3, 8, 8] and [3, 4, 2, 2]
func.func @main(%x: tensor<1x3x8x8xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x4x9x9xf32> {
  %y = nn.conv_transpose3d %x, %w
    : (tensor<1x3x8x8xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x9x9xf32>
  return %y : tensor<1x4x9x9xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose3d': output_padding must be three values >= 0, [depth, height, width], got [1, 0]
func.func @main(%x: tensor<1x3x2x2x2xf32>, %w: tensor<3x4x2x2x2xf32>) -> tensor<1x4x3x3x3xf32> {
  %y = nn.conv_transpose3d %x, %w {output_padding = array<i64: 1, 0>}
    : (tensor<1x3x2x2x2xf32>, tensor<3x4x2x2x2xf32>) -> tensor<1x4x3x3x3xf32>
  return %y : tensor<1x4x3x3x3xf32>
}

// -----

// CHECK: error: 'nn.conv_transpose3d': padding cuts 3 off a result of 3
func.func @main(%x: tensor<1x3x2x2x2xf32>, %w: tensor<3x4x2x2x2xf32>) -> tensor<1x4x1x3x3xf32> {
  %y = nn.conv_transpose3d %x, %w {padding = array<i64: 1, 2, 0, 0, 0, 0>}
    : (tensor<1x3x2x2x2xf32>, tensor<3x4x2x2x2xf32>) -> tensor<1x4x1x3x3xf32>
  return %y : tensor<1x4x1x3x3xf32>
}
