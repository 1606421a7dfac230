// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<2x3xi8>, %e: memref<256xi32>, %y: memref<2x3xi8>) {
  kernel.softmax %x, %e, %y {dim = 2 : i64, scale = 0.5 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<256xi32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': dim must name one of 2 dimensions, got 2

// -----

func.func @f(%x: memref<2x3xi8>, %e: memref<255xi32>, %y: memref<2x3xi8>) {
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.5 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<255xi32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': table has shape [255], expected [256]

// -----

func.func @f(%x: memref<2x3xi8>, %e: memref<256xi32, strided<[2]>>, %y: memref<2x3xi8>) {
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.5 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<256xi32, strided<[2]>>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': table must be dense, got

// -----

func.func @f(%x: memref<2x3xi8>, %e: memref<256xi8>, %y: memref<2x3xi8>) {
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.5 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<256xi8>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': table must hold i32, got

// -----

func.func @f(%x: memref<2x3xi8>, %e: memref<256xi32>, %y: memref<2x4xi8>) {
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.5 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<256xi32>, memref<2x4xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': output has shape [2, 4], expected [2, 3]

// -----

func.func @f(%x: memref<2x3xi8>, %e: memref<256xi32>, %y: memref<2x3xi8>) {
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.0 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<256xi32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': scale must be positive and finite, got 0.0

// -----

func.func @f(%x: memref<2x3xi8>, %e: memref<256xi32>, %y: memref<2x3xi8>) {
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.5 : f32, zero_point = -1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<256xi32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': zero_point must be an unsigned byte, got -1

// -----

func.func @f(%x: memref<2x3xi8>, %e: memref<256xi32>, %y: memref<2x3xi8>) {
  kernel.softmax %x, %e, %y {dim = 1 : i64, scale = 0.5 : f32, zero_point = 3 : i64, qmin = 9 : i64, qmax = 8 : i64}
    : memref<2x3xi8>, memref<256xi32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.softmax': qmin 9 is greater than qmax 8
