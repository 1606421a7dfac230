// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @main
func.func @main(%x: memref<2x3x4xi8>, %w: memref<2x3x4xf32, strided<[0, 4, 1]>>, %y: memref<2x3x4xi8, strided<[12, 1, 3]>>) {
  // CHECK: kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 1.440000e-03 : f64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<2x3x4xi8>, memref<2x3x4xf32, strided<[0, 4, 1]>>, memref<2x3x4xf32, strided<[0, 4, 1]>>, memref<2x3x4xi8, strided<[12, 1, 3]>>
  kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 1.44e-03 : f64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3x4xi8>, memref<2x3x4xf32, strided<[0, 4, 1]>>, memref<2x3x4xf32, strided<[0, 4, 1]>>, memref<2x3x4xi8, strided<[12, 1, 3]>>
  func.return
}
