// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x3x4xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x3x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': output has shape [1, 8, 3, 4], expected [1, 8, 4, 4]

// -----

func.func @f(%x: memref<1x8x6x6xf32>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xf32>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': input must hold i8, got memref<1x8x6x6xf32>

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<700xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<700xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': weights has shape [700], expected [768]

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x2x4xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, stride = array<i64: 2, 1>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x2x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': weights for several rows fit a vertical stride and dilation of 1, got 2 and 1

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x2xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, stride = array<i64: 1, 2>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 2>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x4x2xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': weights for several pixels fit a horizontal stride of 1, or fill one block; got a stride of 2, 2 pixels of 8 channels

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 8, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': weights for 8 rows, the output has 4

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 5>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': weights for 5 pixels, the output has 4

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, residual_scale = 0.5 : f32, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': there is no residual for residual_scale and _zero_point

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m residual %r to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> residual memref<1x8x4x4xi8> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': a residual needs residual_scale and residual_zero_point

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x3x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m residual %r to %y {kernel = array<i64: 3, 3>, residual_scale = 0.5 : f32, residual_zero_point = 0 : i64, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> residual memref<1x8x3x4xi8> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': residual has shape

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %r: memref<1x8x4x4xi8>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m residual %r to %y {kernel = array<i64: 3, 3>, residual_scale = 0.5 : f32, residual_zero_point = 300 : i64, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> residual memref<1x8x4x4xi8> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': residual_zero_point must be an unsigned byte, got 300

// -----

func.func @f(%x: memref<1x8x6x6xi8>, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %y: memref<1x8x4x4xi8>) {
  kernel.depthwise %x, %w, %i, %m zero_points %w to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x8x6x6xi8>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> zero_points memref<768xi8> to memref<1x8x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.depthwise': zero_points has shape [768], expected [256] or [512]
