// RUN: qfin-opt %s | filecheck %s

func.func @f(%x: memref<1x4x5x6xi8, strided<[120, 1, 24, 4]>>, %p: memref<1x2x5x6xi32>, %s: memref<1x2x3x2xi32>) {
  // CHECK: kernel.channel_sums %x, %p : memref<1x4x5x6xi8, strided<[120, 1, 24, 4]>>, memref<1x2x5x6xi32>
  kernel.channel_sums %x, %p : memref<1x4x5x6xi8, strided<[120, 1, 24, 4]>>, memref<1x2x5x6xi32>
  // CHECK: kernel.window_sums %p, %s {kernel = array<i64: 3, 2>, stride = array<i64: 1, 2>, dilation = array<i64: 1, 3>} : memref<1x2x5x6xi32>, memref<1x2x3x2xi32>
  kernel.window_sums %p, %s {kernel = array<i64: 3, 2>, stride = array<i64: 1, 2>, dilation = array<i64: 1, 3>} : memref<1x2x5x6xi32>, memref<1x2x3x2xi32>
  func.return
}

// Sums and zero points come behind a bias.
func.func @dense(%x: memref<1x4x1x3xi8>, %w: memref<64xi8>, %i: memref<1x16xi32>, %m: memref<1x16xf32>, %s: memref<1x1x1x3xi32>, %y: memref<1x5x1x3xi8>, %f: memref<1x5x1x3xf32>) {
  // CHECK: kernel.dense %x, %w, %i, %m, %s, %i, %y
  kernel.dense %x, %w, %i, %m, %s, %i, %y {lanes = 16 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x1x3xi8>, memref<64xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x1x1x3xi32>, memref<1x16xi32>, memref<1x5x1x3xi8>
  // CHECK: kernel.dense %x, %w, %i, %m, %m, %s, %i, %y
  kernel.dense %x, %w, %i, %m, %m, %s, %i, %y {lanes = 16 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x1x3xi8>, memref<64xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x16xf32>, memref<1x1x1x3xi32>, memref<1x16xi32>, memref<1x5x1x3xi8>
  // CHECK: kernel.dense_add %x, %w, %i, %m, %m, %y, %s, %i, %y
  kernel.dense_add %x, %w, %i, %m, %m, %y, %s, %i, %y {lanes = 16 : i64, residual_scale = 2.0 : f32, residual_zero_point = 7 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x1x3xi8>, memref<64xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x16xf32>, memref<1x5x1x3xi8>, memref<1x1x1x3xi32>, memref<1x16xi32>, memref<1x5x1x3xi8>
  // CHECK: kernel.dense_float %x, %w, %i, %m, %s, %i, %f
  kernel.dense_float %x, %w, %i, %m, %s, %i, %f {lanes = 16 : i64} : memref<1x4x1x3xi8>, memref<64xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x1x1x3xi32>, memref<1x16xi32>, memref<1x5x1x3xf32>
  func.return
}
