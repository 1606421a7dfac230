// RUN: qfin-opt %s --verify-diagnostics --split-input-file | filecheck %s

func.func @f(%x: memref<1x4x5x6xi8, strided<[120, 1, 24, 4]>>, %y: memref<1x3x5x6xi32>) {
  kernel.channel_sums %x, %y : memref<1x4x5x6xi8, strided<[120, 1, 24, 4]>>, memref<1x3x5x6xi32>
  func.return
}
// CHECK: 'kernel.channel_sums': 4 channels do not divide into 3 groups

// -----

func.func @f(%x: memref<1x4x5x6xi8>, %y: memref<1x1x5x6xi32>) {
  kernel.channel_sums %x, %y : memref<1x4x5x6xi8>, memref<1x1x5x6xi32>
  func.return
}
// CHECK: 'kernel.channel_sums': input must have channels innermost, got memref<1x4x5x6xi8>

// -----

func.func @f(%x: memref<1x4x5x6xi8, strided<[120, 1, 24, 4]>>, %y: memref<1x1x5x5xi32>) {
  kernel.channel_sums %x, %y : memref<1x4x5x6xi8, strided<[120, 1, 24, 4]>>, memref<1x1x5x5xi32>
  func.return
}
// CHECK: 'kernel.channel_sums': output has shape [1, 1, 5, 5], expected [1, 1, 5, 6]

// -----

func.func @f(%x: memref<4x6xi8>, %y: memref<4x6xi32>) {
  kernel.channel_sums %x, %y : memref<4x6xi8>, memref<4x6xi32>
  func.return
}
// CHECK: 'kernel.channel_sums': input must hold images [N, C, (D,) H, W], got memref<4x6xi8>

// -----

func.func @f(%x: memref<1x1x5x6xi32>, %y: memref<1x1x5x5xi32>) {
  kernel.window_sums %x, %y {kernel = array<i64: 3, 2>} : memref<1x1x5x6xi32>, memref<1x1x5x5xi32>
  func.return
}
// CHECK: 'kernel.window_sums': output has shape [1, 1, 5, 5], expected [1, 1, 3, 5]

// -----

func.func @f(%x: memref<1x1x1x40000xi32>, %y: memref<1x1x1x1xi32>) {
  kernel.window_sums %x, %y {kernel = array<i64: 1, 40000>} : memref<1x1x1x40000xi32>, memref<1x1x1x1xi32>
  func.return
}
// CHECK: 'kernel.window_sums': a window sums at most 32896 bytes, got 40000

// -----

func.func @f(%x: memref<1x4x1x3xi8>, %w: memref<64xi8>, %i: memref<1x16xi32>, %m: memref<1x16xf32>, %y: memref<1x5x1x3xi8>) {
  kernel.dense %x, %w, %i, %m, %m, %i, %y {lanes = 16 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x1x3xi8>, memref<64xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x16xf32>, memref<1x16xi32>, memref<1x5x1x3xi8>
  func.return
}
// CHECK: 'kernel.dense': sums and zero_points, both of i32, come last before the output

// -----

func.func @f(%x: memref<1x4x1x3xi8>, %w: memref<64xi8>, %i: memref<1x16xi32>, %m: memref<1x16xf32>, %y: memref<1x5x1x3xi8>) {
  kernel.dense %x, %w, %i, %m, %i, %i, %y {lanes = 16 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x1x3xi8>, memref<64xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x16xi32>, memref<1x16xi32>, memref<1x5x1x3xi8>
  func.return
}
// CHECK: 'kernel.dense': sums has shape [1, 16], expected [1, 1, 1, 3]
