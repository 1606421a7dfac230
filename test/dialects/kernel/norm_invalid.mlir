// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<2x3xi8>, %w: memref<2x3xf32>, %y: memref<2x3xi8>) {
  kernel.norm %x, %w, %w, %y {outer = 3 : i64, eps = 1.0 : f64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<2x3xf32>, memref<2x3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.norm': outer must be 0 to 2, got 3

// -----

func.func @f(%x: memref<2x3xi8>, %w: memref<2x3xf32>, %y: memref<2x3xi8>) {
  kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 0.0 : f64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<2x3xf32>, memref<2x3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.norm': eps must be positive and finite, got 0.0

// -----

func.func @f(%x: memref<2x3xi8>, %w: memref<3xf32>, %y: memref<2x3xi8>) {
  kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 1.0 : f64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xf32>, memref<3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.norm': weight has shape [3], expected [2, 3]

// -----

func.func @f(%x: memref<2x3xi8>, %w: memref<2x3xi8>, %y: memref<2x3xi8>) {
  kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 1.0 : f64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<2x3xi8>, memref<2x3xi8>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.norm': weight must hold f32, got

// -----

func.func @f(%x: memref<2x3xi8>, %w: memref<2x3xf32>, %y: memref<2x4xi8>) {
  kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 1.0 : f64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<2x3xf32>, memref<2x3xf32>, memref<2x4xi8>
  func.return
}
// CHECK: error: 'kernel.norm': input has shape [2, 3], expected [2, 4]

// -----

func.func @f(%x: memref<2x3xi8>, %w: memref<2x3xf32>, %y: memref<2x3xi8>) {
  kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 1.0 : f64, zero_point = -1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<2x3xf32>, memref<2x3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.norm': zero_point must be an unsigned byte, got -1

// -----

func.func @f(%x: memref<2x3xi8>, %w: memref<2x3xf32>, %y: memref<2x3xi8>) {
  kernel.norm %x, %w, %w, %y {outer = 1 : i64, eps = 1.0 : f64, zero_point = 3 : i64, qmin = 9 : i64, qmax = 8 : i64}
    : memref<2x3xi8>, memref<2x3xf32>, memref<2x3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.norm': qmin 9 is greater than qmax 8
