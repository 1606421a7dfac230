// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// Ranks.
func.func @f(%x: tensor<4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': expects an input [N, C, H, W] and a weight [O, C/groups, KH, KW], got [4, 8, 8] and [6, 4, 3, 3]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': expects an input [N, C, H, W] and a weight [O, C/groups, KH, KW], got [1, 4, 8, 8] and [6, 4, 3]

// -----

// Channels and groups.
func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x3x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x3x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': input has 4 channels, weight expects 3 (1 groups of 3)

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {groups = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': input has 4 channels, weight expects 8 (2 groups of 4)

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<5x2x3x3xf32>) {
  %0 = nn.conv2d %x, %w {groups = 2 : i64} : (tensor<1x4x8x8xf32>, tensor<5x2x3x3xf32>) -> tensor<1x5x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': 5 output channels do not divide into 2 groups

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x?x3x3xf32>) {
  %0 = nn.conv2d %x, %w {groups = 3 : i64} : (tensor<1x4x8x8xf32>, tensor<6x?x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': 4 input channels do not divide into 3 groups

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {groups = 0 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': groups must be >= 1, got 0

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {groups = -1 : i64} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': groups must be >= 1, got -1

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {groups = 1 : i32} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: expected an i64 integer, got 1 : i32

// -----

// Window attributes: counts, signs, types.
func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {stride = array<i64: 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': stride must be two values >= 1, [height, width], got [1]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {stride = array<i64: 0, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': stride must be two values >= 1, [height, width], got [0, 1]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {stride = array<i64>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': stride must be two values >= 1, [height, width], got []

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {dilation = array<i64: 1, -1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': dilation must be two values >= 1, [height, width], got [1, -1]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {dilation = array<i64: 1, 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': dilation must be two values >= 1, [height, width], got [1, 1, 1]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': padding must be four values >= 0, [top, bottom, left, right], got [1, 1]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {padding = array<i64: 0, 0, -1, 0>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': padding must be four values >= 0, [top, bottom, left, right], got [0, 0, -1, 0]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {stride = array<i32: 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: expected array<i64: ...>, got array<i32: 1, 1>

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {stride = [1, 1]} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: expected array<i64: ...>, got [1 : i64, 1 : i64]

// -----

// Windows.
func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x9x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x9x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': window of 9 does not fit into an input of 8 padded by 0 and 0

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w {dilation = array<i64: 1, 5>, padding = array<i64: 0, 0, 1, 1>} : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': window of 11 does not fit into an input of 8 padded by 1 and 1

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x0x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x0x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': a window must hold at least one row and one column

// -----

// Bias.
func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<4xf32>) {
  %0 = nn.conv2d %x, %w, %b : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': bias has shape [4], expected [6]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<1x6xf32>) {
  %0 = nn.conv2d %x, %w, %b : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<1x6xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': bias has shape [1, 6], expected [6]

// -----

// Results.
func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x8x8xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': result has shape [1, 6, 8, 8], expected [1, 6, 6, 6]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<2x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': result has shape [2, 6, 6, 6], expected [1, 6, 6, 6]

// -----

func.func @f(%x: tensor<?x4x?x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<?x4x?x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x5x?x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': result has shape [?, 5, ?, 6], expected [?, 6, ?, 6]

// -----

// Element types.
func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf64>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf64>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf16>) {
  %0 = nn.conv2d %x, %w, %b : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<6xf16>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'nn.conv2d': operands and results must have one element type, got f32, f16

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf64>
  func.return
}
// CHECK: error: 'nn.conv2d': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<1x4x8x8xi8>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xi8>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<1x4x8x8xi8>

// -----

func.func @f(%x: tensor<*xf32>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<*xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<*xf32>

// -----

// There is quant.conv2d for that.
func.func @f(%x: tensor<1x4x8x8x!quant.uniform<i8:f32, 0.5>>, %w: tensor<6x4x3x3xf32>) {
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8x!quant.uniform<i8:f32, 0.5>>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<1x4x8x8x!quant.uniform<i8:f32, 5.000000e-01>>

// -----

func.func @f(%x: tensor<2x64xf32>, %w: tensor<64xf32>) {
  %0 = nn.linear %x, %w : (tensor<2x64xf32>, tensor<64xf32>) -> tensor<2x10xf32>
  func.return
}
// CHECK: error: 'nn.linear': expects an input [..., K] and a weight [N, K], got [2, 64] and [64]

// -----

func.func @f(%x: tensor<f32>, %w: tensor<10x64xf32>) {
  %0 = nn.linear %x, %w : (tensor<f32>, tensor<10x64xf32>) -> tensor<2x10xf32>
  func.return
}
// CHECK: error: 'nn.linear': expects an input [..., K] and a weight [N, K], got [] and [10, 64]

// -----

// The weight is [N, K], as in PyTorch.
func.func @f(%x: tensor<2x64xf32>, %w: tensor<64x10xf32>) {
  %0 = nn.linear %x, %w : (tensor<2x64xf32>, tensor<64x10xf32>) -> tensor<2x10xf32>
  func.return
}
// CHECK: error: 'nn.linear': input has 64 features, weight expects 10

// -----

func.func @f(%x: tensor<2x64xf32>, %w: tensor<10x64xf32>, %b: tensor<64xf32>) {
  %0 = nn.linear %x, %w, %b : (tensor<2x64xf32>, tensor<10x64xf32>, tensor<64xf32>) -> tensor<2x10xf32>
  func.return
}
// CHECK: error: 'nn.linear': bias has shape [64], expected [10]

// -----

func.func @f(%x: tensor<2x64xf32>, %w: tensor<10x64xf32>) {
  %0 = nn.linear %x, %w : (tensor<2x64xf32>, tensor<10x64xf32>) -> tensor<2x64xf32>
  func.return
}
// CHECK: error: 'nn.linear': result has shape [2, 64], expected [2, 10]

// -----

func.func @f(%x: tensor<2x64xf32>, %w: tensor<10x64xf32>) {
  %0 = nn.linear %x, %w : (tensor<2x64xf32>, tensor<10x64xf32>) -> tensor<10xf32>
  func.return
}
// CHECK: error: 'nn.linear': result has shape [10], expected [2, 10]

// -----

func.func @f(%x: tensor<2x64xf32>, %w: tensor<10x64xbf16>) {
  %0 = nn.linear %x, %w : (tensor<2x64xf32>, tensor<10x64xbf16>) -> tensor<2x10xf32>
  func.return
}
// CHECK: error: 'nn.linear': operands and results must have one element type, got f32, bf16

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = "nn.relu"(%x) : (tensor<2x8xf32>) -> tensor<8x2xf32>
  func.return
}
// CHECK: error: 'nn.relu': result 'result' at position 0 does not verify:

// -----

func.func @f(%x: tensor<2x8xi32>) {
  %0 = nn.relu %x : tensor<2x8xi32>
  func.return
}
// CHECK: expected a ranked tensor of floats or of !quant.uniform, got tensor<2x8xi32>

// -----

func.func @f(%x: tensor<2x8x!quant.any<i8:f32>>) {
  %0 = nn.relu %x : tensor<2x8x!quant.any<i8:f32>>
  func.return
}
// CHECK: expected a ranked tensor of floats or of !quant.uniform, got tensor<2x8x!quant.any<i8:f32>>

// -----

func.func @f(%x: tensor<2x8x!quant.uniform<i8:f32:1, {0.5,0.25}>>) {
  %0 = nn.relu %x : tensor<2x8x!quant.uniform<i8:f32:1, {0.5,0.25}>>
  func.return
}
// CHECK: error: 'nn.relu': quantized dimension size does not match number of scales

// -----

func.func @f(%x: tensor<2x3xf32>, %y: tensor<2xf32>) {
  %0 = nn.add %x, %y : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.add': shapes [2, 3] and [2] do not broadcast

// -----

func.func @f(%x: tensor<?x3xf32>, %y: tensor<2x4xf32>) {
  %0 = nn.add %x, %y : (tensor<?x3xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  func.return
}
// CHECK: error: 'nn.add': shapes [?, 3] and [2, 4] do not broadcast

// -----

func.func @f(%x: tensor<2x1xf32>, %y: tensor<3xf32>) {
  %0 = nn.add %x, %y : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x1xf32>
  func.return
}
// CHECK: error: 'nn.add': result has shape [2, 1], expected [2, 3]

// -----

func.func @f(%x: tensor<2xf32>, %y: tensor<2xf16>) {
  %0 = nn.add %x, %y : (tensor<2xf32>, tensor<2xf16>) -> tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.add': operands and results must have one element type, got f32, f16

// -----

func.func @f(%x: tensor<2xf32>, %y: tensor<2xf32>) {
  %0 = nn.add %x, %y : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf64>
  func.return
}
// CHECK: error: 'nn.add': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': property 'kernel' expected in operation 'nn.max_pool2d'

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': kernel must be two values >= 1, [height, width], got [2, 0]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': kernel must be two values >= 1, [height, width], got [2]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': stride must be two values >= 1, [height, width], got [2, 0]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, padding = array<i64: 0, 0, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': padding must be four values >= 0, [top, bottom, left, right], got [0, 0, 0]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 3, 3>, padding = array<i64: 0, 2, 0, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': padding of 2 is more than half of the window's height of 3

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 3, 1>, padding = array<i64: 1, 1, 1, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': padding of 1 is more than half of the window's width of 1

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 9, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': window of 9 does not fit into an input of 8 padded by 0 and 0

// -----

func.func @f(%x: tensor<2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<2x8x8xf32>) -> tensor<2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': expects a tensor [N, C, H, W], got [2, 8, 8]

// -----

func.func @f(%x: tensor<1x2x0x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x0x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': cannot pool an empty height or width: [1, 2, 0, 8]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x3x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': result has shape [1, 3, 7, 7], expected [1, 2, 7, 7]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf64>
  func.return
}
// CHECK: error: 'nn.max_pool2d': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': property 'kernel' expected in operation 'nn.avg_pool2d'

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': kernel must be two values >= 1, [height, width], got [2, 0]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': kernel must be two values >= 1, [height, width], got [2]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': stride must be two values >= 1, [height, width], got [2, 0]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>, padding = array<i64: 0, 0, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': padding must be four values >= 0, [top, bottom, left, right], got [0, 0, 0]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 3, 3>, padding = array<i64: 0, 2, 0, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': padding of 2 is more than half of the window's height of 3

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 3, 1>, padding = array<i64: 1, 1, 1, 0>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': padding of 1 is more than half of the window's width of 1

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 9, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': window of 9 does not fit into an input of 8 padded by 0 and 0

// -----

func.func @f(%x: tensor<2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<2x8x8xf32>) -> tensor<2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': expects a tensor [N, C, H, W], got [2, 8, 8]

// -----

func.func @f(%x: tensor<1x2x0x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x0x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': cannot pool an empty height or width: [1, 2, 0, 8]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x3x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': result has shape [1, 3, 7, 7], expected [1, 2, 7, 7]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf64>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, dilation = array<i64: 0, 1>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': dilation must be two values >= 1, [height, width], got [0, 1]

// -----

// A maximum does not requantize.
func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5>>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x7x7x!quant.uniform<i8:f32, 0.25>>
  func.return
}
// CHECK: error: 'nn.max_pool2d': operands and results must have one element type, got !quant.uniform<i8:f32, 5.000000e-01>, !quant.uniform<i8:f32, 2.500000e-01>

// -----

// Rows of other scales do not compare.
func.func @f(%x: tensor<1x2x2x2x!quant.uniform<i8:f32:2, {0.5,0.25}>>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x2x2x2x!quant.uniform<i8:f32:2, {0.5,0.25}>>) -> tensor<1x2x2x2x!quant.uniform<i8:f32:2, {0.5,0.25}>>
  func.return
}
// CHECK: error: 'nn.max_pool2d': values must be quantized per layer or per channel: !quant.uniform<i8:f32:2, {5.000000e-01,2.500000e-01}>

// -----

// There is quant.avg_pool2d for that.
func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5>>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x2x7x7x!quant.uniform<i8:f32, 0.5>>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<1x2x8x8x!quant.uniform<i8:f32, 5.000000e-01>>

// -----

func.func @f(%x: tensor<2x8x8xf32>) {
  %0 = nn.adaptive_avg_pool2d %x : (tensor<2x8x8xf32>) -> tensor<2x1x1xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool2d': expects a tensor [N, C, H, W], got [2, 8, 8]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.adaptive_avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x1xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool2d': result must be [N, C, H, W] and say its height and width, got [1, 2, 1]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.adaptive_avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x?x1xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool2d': result must be [N, C, H, W] and say its height and width, got [1, 2, ?, 1]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.adaptive_avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x3x1x1xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool2d': result has shape [1, 3, 1, 1], expected [1, 2, 1, 1]

// -----

func.func @f(%x: tensor<1x2x8x0xf32>) {
  %0 = nn.adaptive_avg_pool2d %x : (tensor<1x2x8x0xf32>) -> tensor<1x2x1x1xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool2d': cannot pool an empty height or width: [1, 2, 8, 0]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.adaptive_avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x1x1xf16>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool2d': operands and results must have one element type, got f32, f16

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.reshape %x : (tensor<2x8xf32>) -> tensor<3x5xf32>
  func.return
}
// CHECK: error: 'nn.reshape': cannot reshape [2, 8] into [3, 5]: 16 elements into 15

// -----

func.func @f(%x: tensor<f32>) {
  %0 = nn.reshape %x : (tensor<f32>) -> tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.reshape': cannot reshape [] into [2]: 1 elements into 2

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.reshape %x : (tensor<2x8xf32>) -> tensor<?x3xf32>
  func.return
}
// CHECK: error: 'nn.reshape': cannot reshape [2, 8] into [?, 3]: 16 elements into multiples of 3

// -----

func.func @f(%x: tensor<?x8xf32>) {
  %0 = nn.reshape %x : (tensor<?x8xf32>) -> tensor<?x?xf32>
  func.return
}
// CHECK: error: 'nn.reshape': the result shape [?, ?] says too little: at most one dimension may be dynamic

// -----

func.func @f(%x: tensor<0x8xf32>) {
  %0 = nn.reshape %x : (tensor<0x8xf32>) -> tensor<0x?xf32>
  func.return
}
// CHECK: error: 'nn.reshape': the dynamic dimension of [0, ?] could be anything

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.reshape %x : (tensor<2x8xf32>) -> tensor<16xf64>
  func.return
}
// CHECK: error: 'nn.reshape': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<2x8x!quant.uniform<i8:f32, 0.5>>) {
  %0 = nn.reshape %x : (tensor<2x8x!quant.uniform<i8:f32, 0.5>>) -> tensor<16xf32>
  func.return
}
// CHECK: error: 'nn.reshape': operands and results must have one element type, got !quant.uniform<i8:f32, 5.000000e-01>, f32

// -----

func.func @f(%x: tensor<2x8x!quant.uniform<i8:f32:0, {0.5,0.25}>>) {
  %0 = nn.reshape %x : (tensor<2x8x!quant.uniform<i8:f32:0, {0.5,0.25}>>) -> tensor<2x4x2x!quant.uniform<i8:f32:0, {0.5,0.25}>>
  func.return
}
// CHECK: error: 'nn.reshape': values must be quantized per layer, since an axis of the scales means nothing to the result: !quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.flatten %x {start_dim = 1 : i64, end_dim = 0 : i64} : (tensor<2x8xf32>) -> tensor<16xf32>
  func.return
}
// CHECK: error: 'nn.flatten': dimensions 1..0 do not name a range of a rank 2 tensor

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.flatten %x {end_dim = 2 : i64} : (tensor<2x8xf32>) -> tensor<16xf32>
  func.return
}
// CHECK: error: 'nn.flatten': dimensions 0..2 do not name a range of a rank 2 tensor

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.flatten %x {start_dim = -3 : i64} : (tensor<2x8xf32>) -> tensor<16xf32>
  func.return
}
// CHECK: error: 'nn.flatten': dimensions -3..-1 do not name a range of a rank 2 tensor

// -----

func.func @f(%x: tensor<f32>) {
  %0 = nn.flatten %x {start_dim = 1 : i64} : (tensor<f32>) -> tensor<1xf32>
  func.return
}
// CHECK: error: 'nn.flatten': dimensions 1..-1 do not name a range of a rank 1 tensor

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.flatten %x : (tensor<2x8xf32>) -> tensor<8x2xf32>
  func.return
}
// CHECK: error: 'nn.flatten': result has shape [8, 2], expected [16]

// -----

func.func @f(%x: tensor<2x8xf32>) {
  %0 = nn.flatten %x : (tensor<2x8xf32>) -> tensor<16xf16>
  func.return
}
// CHECK: error: 'nn.flatten': operands and results must have one element type, got f32, f16

// -----

func.func @f(%x: tensor<2x8x!quant.uniform<i8:f32:0, {0.5,0.25}>>) {
  %0 = nn.flatten %x : (tensor<2x8x!quant.uniform<i8:f32:0, {0.5,0.25}>>) -> tensor<16x!quant.uniform<i8:f32:0, {0.5,0.25}>>
  func.return
}
// CHECK: error: 'nn.flatten': quantized dimension size does not match number of scales

// -----

// Attributes of another dialect's name are allowed, misspelt and unknown ones are not.
func.func @misspelt(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x6x6xf32> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 3, 3>, strid = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x6x6xf32>
  func.return %0 : tensor<1x3x6x6xf32>
}
// CHECK: error: 'nn.max_pool2d': has no attribute 'strid'; is 'stride' meant?

// -----

// It is what is said first, not what is missing without it.
func.func @misspelt_and_missing(%x: tensor<2x8xf32>) -> tensor<8x2xf32> {
  %0 = nn.transpose %x {dim_0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x8xf32>) -> tensor<8x2xf32>
  func.return %0 : tensor<8x2xf32>
}
// CHECK: error: 'nn.transpose': has no attribute 'dim_0'; is 'dim0' meant?

// -----

func.func @unknown(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.leaky_relu %x {alpha = 0.1 : f64} : tensor<2x8xf32>
  func.return %0 : tensor<2x8xf32>
}
// CHECK: error: 'nn.leaky_relu': has no attribute 'alpha'; it knows 'negative_slope'; other attributes need a dialect's name, as in 'my.alpha'
