// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @main
func.func @main(%a: memref<2x3xf32>, %b: memref<3x5xf32>, %c: memref<1x3x32xf32>, %s: memref<2x5xf32, strided<[1, 0]>>, %e: memref<2x3x5xf32>, %y: memref<2x5xf32>) {
  // CHECK: kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64} : memref<2x3xf32>, memref<3x5xf32>, memref<2x5xf32>
  kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64}
    : memref<2x3xf32>, memref<3x5xf32>, memref<2x5xf32>
  // CHECK: kernel.contraction %a, %c, %s, %y {batch = 0 : i64, rows = 1 : i64, blocked} : memref<2x3xf32>, memref<1x3x32xf32>, memref<2x5xf32, strided<[1, 0]>>, memref<2x5xf32>
  kernel.contraction %a, %c, %s, %y {batch = 0 : i64, rows = 1 : i64, blocked}
    : memref<2x3xf32>, memref<1x3x32xf32>, memref<2x5xf32, strided<[1, 0]>>, memref<2x5xf32>
  // CHECK: kernel.contraction %e, %b, %y {batch = 0 : i64, rows = 1 : i64, depthwise} : memref<2x3x5xf32>, memref<3x5xf32>, memref<2x5xf32>
  kernel.contraction %e, %b, %y {batch = 0 : i64, rows = 1 : i64, depthwise}
    : memref<2x3x5xf32>, memref<3x5xf32>, memref<2x5xf32>
  func.return
}
