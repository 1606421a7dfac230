// RUN: QFIN_ROUNDTRIP

!x = memref<1x8x6x6xi8, strided<[288, 1, 48, 8]>>
!y = memref<1x8x4x4xi8, strided<[128, 1, 32, 8]>>

// CHECK-LABEL: @plain
func.func @plain(%x: !x, %w: memref<768xi8>, %i: memref<1x32xi32>, %m: memref<1x32xf32>, %y: !y) {
  // CHECK: kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64}
  // CHECK-SAME: : memref<1x8x6x6xi8, strided<[288, 1, 48, 8]>>, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to memref<1x8x4x4xi8, strided<[128, 1, 32, 8]>>
  kernel.depthwise %x, %w, %i, %m to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 32, depth = 4, rows = 2, pixels = 4>, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64} : !x, memref<768xi8>, memref<1x32xi32>, memref<1x32xf32> to !y
  func.return
}

// CHECK-LABEL: @bias_and_residual
func.func @bias_and_residual(%x: !x, %w: memref<384xi8>, %i: memref<1x16xi32>, %m: memref<1x16xf32>, %b: memref<1x16xf32>, %r: !y, %y: !y) {
  // CHECK: kernel.depthwise %x, %w, %i, %m bias %b residual %r to %y {
  // CHECK-SAME: residual_scale = 5.000000e-01 : f32, residual_zero_point = 3 : i64
  // CHECK-SAME: bounded
  // CHECK-SAME: bias memref<1x16xf32> residual memref<1x8x4x4xi8, strided<[128, 1, 32, 8]>> to
  kernel.depthwise %x, %w, %i, %m bias %b residual %r to %y {kernel = array<i64: 3, 3>, layout = #layout.depthwise<lanes = 16, depth = 2, rows = 2, pixels = 1>, residual_scale = 0.5 : f32, residual_zero_point = 3 : i64, zero_point = 5 : i64, qmin = 0 : i64, qmax = 255 : i64, bounded} : !x, memref<384xi8>, memref<1x16xi32>, memref<1x16xf32> bias memref<1x16xf32> residual !y to !y
  func.return
}
