// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @main
func.func @main(%x: memref<2x3xi8>, %e: memref<256xi32>, %y: memref<2x3xi8, strided<[1, 2]>>) {
  // CHECK: kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 3.906250e-03 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<2x3xi8>, memref<256xi32>, memref<2x3xi8, strided<[1, 2]>>
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.00390625 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<256xi32>, memref<2x3xi8, strided<[1, 2]>>
  func.return
}
