// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<2x3xi32>, %y: memref<2x3xi16>) {
  kernel.widen %x, %y {zero_point = 3 : i64} : memref<2x3xi32>, memref<2x3xi16>
  func.return
}
// CHECK: error: 'kernel.widen': input must hold i8, got

// -----

func.func @f(%x: memref<2x3xi8>, %y: memref<2x3xi8>) {
  kernel.widen %x, %y {zero_point = 3 : i64} : memref<2x3xi8>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.widen': output must hold i16, got

// -----

func.func @f(%x: memref<2x3xi8>, %y: memref<3x2xi16>) {
  kernel.widen %x, %y {zero_point = 3 : i64} : memref<2x3xi8>, memref<3x2xi16>
  func.return
}
// CHECK: error: 'kernel.widen': output has shape [3, 2], expected [2, 3]

// -----

func.func @f(%x: memref<2x3xi8>, %y: memref<2x3xi16>) {
  kernel.widen %x, %y {zero_point = 256 : i64} : memref<2x3xi8>, memref<2x3xi16>
  func.return
}
// CHECK: error: 'kernel.widen': zero_point must be an unsigned byte, got 256

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<1x2x16x2xi16>, %y: memref<5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<1x2x16x2xi16>, memref<5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': output must have at least 2 dimensions, got

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi32>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<1x2x16x2xi16>, memref<2x5xi32>
  func.return
}
// CHECK: error: 'kernel.matmul': output must hold i8, got

// -----

func.func @f(%l: memref<4xi16>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<4xi16>, memref<1x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': lhs must have at least 2 dimensions, got

// -----

func.func @f(%l: memref<2x4xi8>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi8>, memref<1x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': lhs must hold i16, got

// -----

func.func @f(%l: memref<2x3xi16>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi16>, memref<1x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': lhs must hold pairs of values, got rows of 3

// -----

func.func @f(%l: memref<3x4xi16>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<3x4xi16>, memref<1x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': lhs has shape [3, 4], expected [2, 4]

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<1x2x16x2xi32>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<1x2x16x2xi32>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': rhs must hold i16, got

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<2x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<2x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': rhs has shape [2, 2, 16, 2], expected [1, 2, 16, 2]

// -----

func.func @f(%l: memref<2x4xi16, strided<[5, 1]>>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16, strided<[5, 1]>>, memref<1x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': lhs must be dense in its last dimensions (2), got

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<1x2x16x2xi16, strided<[64, 33, 2, 1]>>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<1x2x16x2xi16, strided<[64, 33, 2, 1]>>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': rhs must be dense in its last dimensions (4), got

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8, strided<[1, 2]>>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<1x2x16x2xi16>, memref<2x5xi8, strided<[1, 2]>>
  func.return
}
// CHECK: error: 'kernel.matmul': output must be dense in its last dimensions (1), got

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = -1 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<1x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': zero_point must be an unsigned byte, got -1

// -----

func.func @f(%l: memref<2x4xi16>, %r: memref<1x2x16x2xi16>, %y: memref<2x5xi8>) {
  kernel.matmul %l, %r, %y {mult = 0.5 : f32, zero_point = 1 : i64, qmin = 256 : i64, qmax = 255 : i64}
    : memref<2x4xi16>, memref<1x2x16x2xi16>, memref<2x5xi8>
  func.return
}
// CHECK: error: 'kernel.matmul': qmin must be an unsigned byte, got 256
