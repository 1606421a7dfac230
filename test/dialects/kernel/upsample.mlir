// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: func.func @upsample
func.func @upsample(%x: memref<1x4x8xi8>, %p: memref<16x2xi32>, %w: memref<16x2xf32>, %m: memref<1xf32>, %y: memref<1x4x16xi8>) {
  // CHECK-NEXT: kernel.upsample %x, %p, %w, %m, %y {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<1xf32>, memref<1x4x16xi8>
  kernel.upsample %x, %p, %w, %m, %y {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<1xf32>, memref<1x4x16xi8>
  func.return
}

// CHECK-LABEL: func.func @float_upsample
func.func @float_upsample(%x: memref<1x4x8xf32>, %p: memref<16x2xi32>, %w: memref<16x2xf32>, %y: memref<1x4x16xf32>) {
  // CHECK-NEXT: kernel.float_upsample %x, %p, %w, %y : memref<1x4x8xf32>, memref<16x2xi32>, memref<16x2xf32>, memref<1x4x16xf32>
  kernel.float_upsample %x, %p, %w, %y : memref<1x4x8xf32>, memref<16x2xi32>, memref<16x2xf32>, memref<1x4x16xf32>
  func.return
}
