// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: func.func @lut
func.func @lut(%x: memref<2x8xi8>, %t: memref<256xi8>, %y: memref<2x8xi8, strided<[1, 2]>>) {
  // CHECK-NEXT: kernel.lut %x, %t, %y : memref<2x8xi8>, memref<256xi8>, memref<2x8xi8, strided<[1, 2]>>
  kernel.lut %x, %t, %y : memref<2x8xi8>, memref<256xi8>, memref<2x8xi8, strided<[1, 2]>>
  func.return
}
