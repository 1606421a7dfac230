// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @pools
func.func @pools(%l: memref<3x2x4x9xi8>, %k: memref<3x2x4x4xi8>, %x: memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, %r: memref<4x2xi32>, %m: memref<4x4xf32>, %y: memref<1x4x4x4xi8>) {
  // CHECK: kernel.max_pool %x, %r, %r, %y {step = array<i64: 1, 1>} : memref
  kernel.max_pool %x, %r, %r, %y {step = array<i64: 1, 1>} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  // CHECK: kernel.max_pool %x, %r, %r, %y {step = array<i64: 2, 3>} : memref
  kernel.max_pool %x, %r, %r, %y {step = array<i64: 2, 3>} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  // CHECK: kernel.avg_pool %x, %r, %r, %m, %y {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>, memref<1x4x4x4xi8>
  kernel.avg_pool %x, %r, %r, %m, %y {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>, memref<1x4x4x4xi8>
  // CHECK: kernel.max_pool %x, %r, %r, %y {step = array<i64: 1, 1>, regular = array<i64: 1, 4, 1, 2, 2>} : memref
  kernel.max_pool %x, %r, %r, %y {step = array<i64: 1, 1>, regular = array<i64: 1, 4, 1, 2, 2>} : memref<1x4x8x8xi8, strided<[256, 1, 32, 4]>>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  // CHECK: kernel.max_pool %l, %r, %k {step = array<i64: 2>} : memref<3x2x4x9xi8>, memref<4x2xi32>, memref<3x2x4x4xi8>
  kernel.max_pool %l, %r, %k {step = array<i64: 2>} : memref<3x2x4x9xi8>, memref<4x2xi32>, memref<3x2x4x4xi8>
  func.return
}

// CHECK-LABEL: @floats
func.func @floats(%x: memref<1x4x8x8xf32>, %r: memref<4x2xi32>, %d: memref<4x4xi32>, %y: memref<1x4x4x4xf32>) {
  // CHECK: kernel.max_pool %x, %r, %r, %y {step = array<i64: 1, 1>} : memref<1x4x8x8xf32>
  kernel.max_pool %x, %r, %r, %y {step = array<i64: 1, 1>} : memref<1x4x8x8xf32>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xf32>
  // CHECK: kernel.float_avg_pool %x, %r, %r, %d, %y : memref<1x4x8x8xf32>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xi32>, memref<1x4x4x4xf32>
  kernel.float_avg_pool %x, %r, %r, %d, %y : memref<1x4x8x8xf32>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xi32>, memref<1x4x4x4xf32>
  func.return
}
