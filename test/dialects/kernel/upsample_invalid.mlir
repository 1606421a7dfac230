// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<1xf32>, %3: memref<1x4x16xi8>) {
  kernel.upsample %0, %1, %2, %3 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<1xf32>, memref<1x4x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': 1 tables for 3 dimensions

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<16x2xf32>, %3: memref<1xf32>, %4: memref<4x16xi8>) {
  kernel.upsample %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<1xf32>, memref<4x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': output must have 3 dimensions, got memref<4x16xi8>

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<16x2xf32>, %3: memref<1xf32>, %4: memref<1x5x16xi8>) {
  kernel.upsample %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<1xf32>, memref<1x5x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': output has shape [1, 5, 16], expected [1, 4, 16]

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<15x2xi32>, %2: memref<16x2xf32>, %3: memref<1xf32>, %4: memref<1x4x16xi8>) {
  kernel.upsample %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<15x2xi32>, memref<16x2xf32>, memref<1xf32>, memref<1x4x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': positions 0 has shape [15, 2], expected [16, 2]

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<16x4xf32>, %3: memref<1xf32>, %4: memref<1x4x16xi8>) {
  kernel.upsample %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x4xf32>, memref<1xf32>, memref<1x4x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': weights 0 has shape [16, 4], expected [16, 2]

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<16x2xi32>, %3: memref<1xf32>, %4: memref<1x4x16xi8>) {
  kernel.upsample %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xi32>, memref<1xf32>, memref<1x4x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': weights 0 must hold f32, got memref<16x2xi32>

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<16x2xf32>, %3: memref<2xf32>, %4: memref<1x4x16xi8>) {
  kernel.upsample %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<2xf32>, memref<1x4x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': mult has shape [2], expected [1]

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<16x2xf32>, %3: memref<1xf32>, %4: memref<1x4x16xi8>) {
  kernel.upsample %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 256 : i64, qmax = 255 : i64} : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<1xf32>, memref<1x4x16xi8>
  func.return
}
// CHECK: error: 'kernel.upsample': qmin must be an unsigned byte, got 256

// -----

func.func @f(%0: memref<1x4x8xi8>, %1: memref<16x2xi32>, %2: memref<16x2xf32>, %3: memref<1x4x16xf32>) {
  kernel.float_upsample %0, %1, %2, %3 : memref<1x4x8xi8>, memref<16x2xi32>, memref<16x2xf32>, memref<1x4x16xf32>
  func.return
}
// CHECK: error: 'kernel.float_upsample': input must hold f32, got memref<1x4x8xi8>

// -----

func.func @f(%0: memref<1x4x8xf32>, %1: memref<16x2xi32>, %2: memref<16x4xf32>, %3: memref<1x4x16xf32>) {
  kernel.float_upsample %0, %1, %2, %3 : memref<1x4x8xf32>, memref<16x2xi32>, memref<16x4xf32>, memref<1x4x16xf32>
  func.return
}
// CHECK: error: 'kernel.float_upsample': weights 0 has shape [16, 4], expected [16, 2]
