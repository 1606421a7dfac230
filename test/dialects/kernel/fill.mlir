// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @fill
// CHECK:         kernel.fill %x {value = 255 : i64} : memref<2x3xi8, strided<[8, 2]>>
func.func @fill(%x: memref<2x3xi8, strided<[8, 2]>>) {
  kernel.fill %x {value = 255 : i64} : memref<2x3xi8, strided<[8, 2]>>
  func.return
}
