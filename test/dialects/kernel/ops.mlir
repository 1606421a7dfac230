// RUN: QFIN_ROUNDTRIP

// CHECK: kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: kernel.program {entry = @none, signature = () -> (), input_names = [], output_names = [], target = "avx2", arena = 0 : i64, constants = dense<> : tensor<0xi8>}
kernel.program {entry = @none, signature = () -> (), input_names = [], output_names = [], target = "avx2", arena = 0 : i64, constants = dense<> : tensor<0xi8>}

// CHECK-LABEL: @views
func.func @views(%arena: memref<?xi8>, %fixed: memref<1000xi8>, %x: memref<2x3xf32>) {
  // CHECK: kernel.view %arena : memref<?xi8> -> memref<2x3xi8, strided<[3, 1]>>
  %0 = kernel.view %arena {offset = 0 : i64, halo = array<i64: 0, 0, 0, 0>, slack = 0 : i64} : memref<?xi8> -> memref<2x3xi8, strided<[3, 1]>>
  // CHECK: kernel.view %arena {offset = 36 : i64, halo = array<i64: 1, 0, 0, 0>, slack = 64 : i64} : memref<?xi8> -> memref<1x4x5x6xi8, strided<[216, 1, 36, 4]>>
  %1 = kernel.view %arena {offset = 36 : i64, halo = array<i64: 1, 0, 0, 0>, slack = 64 : i64} : memref<?xi8> -> memref<1x4x5x6xi8, strided<[216, 1, 36, 4]>>
  // CHECK: kernel.view %x : memref<2x3xf32> -> memref<6xf32>
  %2 = kernel.view %x : memref<2x3xf32> -> memref<6xf32>
  // To the last byte: offset, 4 rows of 3, slack.
  // CHECK: kernel.view %fixed
  %3 = kernel.view %fixed {offset = 952 : i64, slack = 0 : i64} : memref<1000xi8> -> memref<4x3xi32, strided<[3, 1]>>
  // CHECK: kernel.view %fixed
  %4 = kernel.view %fixed {offset = 900 : i64, slack = 88 : i64} : memref<1000xi8> -> memref<4x3xi8, strided<[3, 1]>>
  // A halo of one all around an image of 8x8 pixels of 9 channels: 10 * 10 * 9 bytes.
  // CHECK: kernel.view %fixed
  %5 = kernel.view %fixed {offset = 99 : i64, halo = array<i64: 1, 1, 1, 1>, slack = 100 : i64} : memref<1000xi8> -> memref<1x9x8x8xi8, strided<[900, 1, 90, 9]>>
  // And of three planes, of which it goes beyond the last: 4 * 4 * 6 * 9 bytes.
  // CHECK: kernel.view %fixed {offset = 63 : i64, halo = array<i64: 0, 1, 1, 0, 1, 1>} : memref<1000xi8>
  %7 = kernel.view %fixed {offset = 63 : i64, halo = array<i64: 0, 1, 1, 0, 1, 1>} : memref<1000xi8> -> memref<1x9x3x3x4xi8, strided<[864, 1, 216, 54, 9]>>
  // CHECK: kernel.view %fixed {offset = 1000 : i64} : memref<1000xi8> -> memref<0x3xi8, strided<[3, 1]>>
  %6 = kernel.view %fixed {offset = 1000 : i64} : memref<1000xi8> -> memref<0x3xi8, strided<[3, 1]>>
  func.return
}

!image = memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>
!signed_image = memref<1x4x8x8xsi8, strided<[256, 1, 32, 4]>>
!half = memref<1x4x4x4xi8, strided<[64, 1, 16, 4]>>
!wide = memref<1x6x6x6xi8, strided<[216, 1, 36, 6]>>

// CHECK-LABEL: @elementwise
func.func @elementwise(%f: memref<1x4x8x8xf32>, %i: memref<2x3xi32>, %x: !image, %s: !signed_image, %v: memref<1x2x3x3x3xi8>) {
  // CHECK: kernel.fill_halo %x {halo = array<i64: 1, 1, 1, 1>, value = 128 : i64} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>
  kernel.fill_halo %x {halo = array<i64: 1, 1, 1, 1>, value = 128 : i64} : !image
  // CHECK: kernel.fill_halo %v {halo = array<i64: 1, 0, 1, 1, 0, 2>, value = 128 : i64} : memref<1x2x3x3x3xi8>
  kernel.fill_halo %v {halo = array<i64: 1, 0, 1, 1, 0, 2>, value = 128 : i64} : memref<1x2x3x3x3xi8>
  // CHECK: kernel.copy %s, %x : memref<1x4x8x8xsi8, strided<[256, 1, 32, 4]>>, memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>
  kernel.copy %s, %x : !signed_image, !image
  // CHECK: kernel.copy %x, %s : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<1x4x8x8xsi8, strided<[256, 1, 32, 4]>>
  kernel.copy %x, %s : !image, !signed_image
  // CHECK: kernel.fill_halo %s {halo = array<i64: 1, 1, 1, 1>, value = 128 : i64} : memref<1x4x8x8xsi8, strided<[256, 1, 32, 4]>>
  kernel.fill_halo %s {halo = array<i64: 1, 1, 1, 1>, value = 128 : i64} : !signed_image
  // CHECK: kernel.copy %i, %i : memref<2x3xi32>, memref<2x3xi32>
  kernel.copy %i, %i : memref<2x3xi32>, memref<2x3xi32>
  // CHECK: kernel.clamp %x, %x {qmin = 0 : i64, qmax = 255 : i64} : memref
  kernel.clamp %x, %x {qmin = 0 : i64, qmax = 255 : i64} : !image, !image
  // CHECK: kernel.quantize %f, %x {scale = 5.000000e-01 : f32, zero_point = 128 : i64, qmin = 1 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>
  kernel.quantize %f, %x {scale = 5.000000e-01 : f32, zero_point = 128 : i64, qmin = 1 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, !image
  // CHECK: kernel.dequantize %x, %f {scale = 5.000000e-01 : f32, zero_point = 255 : i64} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<1x4x8x8xf32>
  kernel.dequantize %x, %f {scale = 5.000000e-01 : f32, zero_point = 255 : i64} : !image, memref<1x4x8x8xf32>
  func.return
}

// CHECK-LABEL: @dense
// Weights: 2 groups, 1 block of 8 lanes, 9 taps, 1 step of 4; both groups are padded to 8 lanes.
func.func @dense(%x: !image, %w: memref<576xi8>, %i: memref<2x8xi32>, %f: memref<2x8xf32>, %y: !wide, %u: memref<1x4x3x8x8xi8>, %v: memref<1x6x2x6x6xi8>) {
  // CHECK: kernel.dense %x, %w, %i, %f, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8, strided<[216, 1, 36, 6]>>
  kernel.dense %x, %w, %i, %f, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : !image, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, !wide
  // Without a bias.
  // CHECK: kernel.dense %x, %w, %i, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64
  kernel.dense %x, %w, %i, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : !image, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, !wide
  // With a tile.
  // CHECK: kernel.dense %x, %w, %i, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, tile = array<i64: 3, 2>, zero_point = 3 : i64
  kernel.dense %x, %w, %i, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, tile = array<i64: 3, 2>, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : !image, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, !wide
  // CHECK: kernel.dense %x, %w, %i, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, tile = array<i64: 6, 2>, matrix, prefetch = 512 : i64
  kernel.dense %x, %w, %i, %f, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, tile = array<i64: 6, 2>, matrix, prefetch = 512 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : !image, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, !wide
  // With a residual.
  // CHECK: kernel.dense_add %x, %w, %i, %f, %f, %y, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, residual_scale = 5.000000e-01 : f32, residual_zero_point = 7 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, bounded} : memref
  kernel.dense_add %x, %w, %i, %f, %f, %y, %y {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, residual_scale = 0.5 : f32, residual_zero_point = 7 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, bounded} : !image, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, !wide, !wide
  // CHECK: kernel.dense %u, %w, %i, %f, %v {kernel = array<i64: 1, 3, 3>, stride = array<i64: 2, 1, 1>, dilation = array<i64: 1, 1, 1>, groups = 2 : i64
  kernel.dense %u, %w, %i, %f, %v {kernel = array<i64: 1, 3, 3>, stride = array<i64: 2, 1, 1>, dilation = array<i64: 1, 1, 1>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x3x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x2x6x6xi8>
  func.return
}
