// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%a: memref<2x3xf32>, %b: memref<3x5xf32>, %y: memref<2x5xf32>) {
  kernel.contraction %a, %b, %y {batch = 1 : i64, rows = 1 : i64}
    : memref<2x3xf32>, memref<3x5xf32>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.contraction': 1 dimensions of batch, 1 of rows and one of columns are not those of memref<2x5xf32>

// -----

func.func @f(%a: memref<4x3xf32>, %b: memref<3x5xf32>, %y: memref<2x5xf32>) {
  kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64}
    : memref<4x3xf32>, memref<3x5xf32>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.contraction': lhs has shape {{.}}4, 3], expected {{.}}2, 3]

// -----

func.func @f(%a: memref<2x3xf32>, %b: memref<3x5xf32>, %y: memref<2x5xf32>) {
  kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64, blocked}
    : memref<2x3xf32>, memref<3x5xf32>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.contraction': rhs has shape {{.}}3, 5], expected {{.}}1, 3, 32]

// -----

func.func @f(%a: memref<2x3xf32>, %b: memref<3x5xf32, strided<[1, 3]>>, %y: memref<2x5xf32>) {
  kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64}
    : memref<2x3xf32>, memref<3x5xf32, strided<[1, 3]>>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.contraction': columns must be contiguous in rhs

// -----

func.func @f(%a: memref<2x3xf32>, %b: memref<3x5xf32>, %s: memref<2x5xf32, strided<[5, 2]>>, %y: memref<2x5xf32>) {
  kernel.contraction %a, %b, %s, %y {batch = 0 : i64, rows = 1 : i64}
    : memref<2x3xf32>, memref<3x5xf32>, memref<2x5xf32, strided<[5, 2]>>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.contraction': columns must be contiguous or the same in bias

// -----

func.func @f(%a: memref<2x3xf32>, %b: memref<3x5xf32>, %y: memref<2x5xf32>) {
  kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64, depthwise}
    : memref<2x3xf32>, memref<3x5xf32>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.contraction': lhs has shape {{.}}2, 3], expected {{.}}2, 5]

// -----

func.func @f(%a: memref<2x3x5xf32, strided<[15, 1, 3]>>, %b: memref<3x5xf32>, %y: memref<2x5xf32>) {
  kernel.contraction %a, %b, %y {batch = 0 : i64, rows = 1 : i64, depthwise}
    : memref<2x3x5xf32, strided<[15, 1, 3]>>, memref<3x5xf32>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.contraction': columns must be contiguous in lhs
