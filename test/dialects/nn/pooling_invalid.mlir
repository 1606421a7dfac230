// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.max_pool1d %x {kernel = array<i64: 0>} : (tensor<1x2x8xf32>) -> tensor<1x2x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool1d': kernel must be one value >= 1, [length], got [0]

// -----

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.max_pool1d %x {kernel = array<i64: 2>, dilation = array<i64: 1, 1>} : (tensor<1x2x8xf32>) -> tensor<1x2x7xf32>
  func.return
}
// CHECK: error: 'nn.max_pool1d': dilation must be one value >= 1, [length], got [1, 1]

// -----

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.avg_pool1d %x {kernel = array<i64: 3>, padding = array<i64: 2, 0>} : (tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool1d': padding of 2 is more than half of the window's length of 3

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool1d %x {kernel = array<i64: 3>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x8xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool1d': expects a tensor [N, C, L], got [1, 2, 8, 8]

// -----

func.func @f(%x: tensor<1x2x0xf32>) {
  %0 = nn.adaptive_avg_pool1d %x : (tensor<1x2x0xf32>) -> tensor<1x2x8xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool1d': cannot pool an empty length: [1, 2, 0]

// -----

func.func @f(%x: tensor<1x2x8xf32>) {
  %0 = nn.adaptive_avg_pool1d %x : (tensor<1x2x8xf32>) -> tensor<1x2x?xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool1d': result must be [N, C, L] and say its length, got [1, 2, ?]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 3, 3>, ceil_mode = true} : (tensor<1x2x8x8xf32>) -> tensor<1x2x2x2xf32>
  func.return
}
// CHECK: error: 'nn.max_pool2d': result has shape [1, 2, 2, 2], expected [1, 2, 3, 3]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>, divisor_override = 0 : i64} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool2d': divisor_override must not be 0

// -----

func.func @f(%x: tensor<1x2x8x8x8xf32>) {
  %0 = nn.avg_pool3d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x8xf32>) -> tensor<1x2x7x7x8xf32>
  func.return
}
// CHECK: error: 'nn.avg_pool3d': kernel must be three values >= 1, [depth, height, width], got [2, 2]

// -----

func.func @f(%x: tensor<1x2x8x8x8xf32>) {
  %0 = nn.max_pool3d %x {kernel = array<i64: 2, 2, 2>, padding = array<i64: 2, 0, 0, 0, 0, 0>} : (tensor<1x2x8x8x8xf32>) -> tensor<1x2x7x7x8xf32>
  func.return
}
// CHECK: error: 'nn.max_pool3d': padding of 2 is more than half of the window's depth of 2

// -----

func.func @f(%x: tensor<1x2x8x0x8xf32>) {
  %0 = nn.max_pool3d %x {kernel = array<i64: 2, 2, 2>} : (tensor<1x2x8x0x8xf32>) -> tensor<1x2x7x7x8xf32>
  func.return
}
// CHECK: error: 'nn.max_pool3d': cannot pool an empty depth, height or width: [1, 2, 8, 0, 8]

// -----

func.func @f(%x: tensor<1x2x8x8x8xf32>) {
  %0 = nn.adaptive_avg_pool3d %x : (tensor<1x2x8x8x8xf32>) -> tensor<1x2x?x7x8xf32>
  func.return
}
// CHECK: error: 'nn.adaptive_avg_pool3d': result must be [N, C, D, H, W] and say its depth, height and width, got [1, 2, ?, 7, 8]
