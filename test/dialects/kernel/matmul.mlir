// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @main
func.func @main(%x: memref<2x3xi8>, %a: memref<2x3xi16>, %l: memref<5x2x4xi16>, %r: memref<5x2x2x16x2xi16, strided<[0, 64, 32, 2, 1]>>, %y: memref<5x2x17xi8, strided<[17, 85, 1]>>) {
  // CHECK: kernel.widen %x, %a {zero_point = 3 : i64} : memref<2x3xi8>, memref<2x3xi16>
  kernel.widen %x, %a {zero_point = 3 : i64} : memref<2x3xi8>, memref<2x3xi16>
  // CHECK: kernel.matmul %l, %r, %y {mult = 5.000000e-01 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<5x2x4xi16>, memref<5x2x2x16x2xi16, strided<[0, 64, 32, 2, 1]>>, memref<5x2x17xi8, strided<[17, 85, 1]>>
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<5x2x4xi16>, memref<5x2x2x16x2xi16, strided<[0, 64, 32, 2, 1]>>, memref<5x2x17xi8, strided<[17, 85, 1]>>
  func.return
}
