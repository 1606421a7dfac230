// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<4x8xf32>, %s: memref<2xf32>, %z: memref<i32>) {
  kernel.choose_qparams %x, %s, %z {qmin = 0 : i64, qmax = 255 : i64} : memref<4x8xf32>, memref<2xf32>, memref<i32>
  func.return
}
// CHECK: error: 'kernel.choose_qparams': zero_point has shape [], expected [2]

// -----

func.func @f(%x: memref<3x3xf32>, %s: memref<2xf32>, %z: memref<2xi32>) {
  kernel.choose_qparams %x, %s, %z {qmin = 0 : i64, qmax = 255 : i64} : memref<3x3xf32>, memref<2xf32>, memref<2xi32>
  func.return
}
// CHECK: error: 'kernel.choose_qparams': input does not divide into 2 rows

// -----

func.func @f(%x: memref<3x8xf32, strided<[1, 3]>>, %s: memref<f32>, %z: memref<i32>) {
  kernel.choose_qparams %x, %s, %z {qmin = 0 : i64, qmax = 255 : i64} : memref<3x8xf32, strided<[1, 3]>>, memref<f32>, memref<i32>
  func.return
}
// CHECK: error: 'kernel.choose_qparams': input must be dense and row-major, got memref<3x8xf32, strided<[1, 3]>>

// -----

func.func @f(%x: memref<8xf32>, %s: memref<f32>, %z: memref<i32>) {
  kernel.choose_qparams %x, %s, %z {qmin = 1 : i64, qmax = 255 : i64} : memref<8xf32>, memref<f32>, memref<i32>
  func.return
}
// CHECK: error: 'kernel.choose_qparams': the range 1..255 must hold 0 and more

// -----

func.func @f(%x: memref<8xf32>, %z: memref<8xi32>, %y: memref<8xi8>) {
  kernel.quantize_dynamic %x, %x, %z, %y {qmin = -128 : i64, qmax = 255 : i64} : memref<8xf32>, memref<8xf32>, memref<8xi32>, memref<8xi8>
  func.return
}
// CHECK: error: 'kernel.quantize_dynamic': -128..255 is no range of bytes

// -----

func.func @f(%x: memref<8xf32>, %s: memref<f32>, %z: memref<8xi32>, %y: memref<8xi8>) {
  kernel.dequantize_dynamic %y, %s, %z, %x : memref<8xi8>, memref<f32>, memref<8xi32>, memref<8xf32>
  func.return
}
// CHECK: error: 'kernel.dequantize_dynamic': scale has shape [], expected [8]

// -----

func.func @f(%w: memref<100xi8>, %y: memref<1x16xi32>) {
  kernel.column_sums %w, %y {lanes = 16 : i64} : memref<100xi8>, memref<1x16xi32>
  func.return
}
// CHECK: error: 'kernel.column_sums': 100 weights do not divide into 16 channels, 16 a block

// -----

func.func @f(%x: memref<1x5x1x3xi8>, %w: memref<128xi8>, %i: memref<1x16xi32>, %m: memref<1x16xf32>, %y: memref<1x9x1x3xi8>) {
  kernel.dense_float %x, %w, %i, %m, %y {lanes = 16 : i64} : memref<1x5x1x3xi8>, memref<128xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x9x1x3xi8>
  func.return
}
// CHECK: error: 'kernel.dense_float': output must hold f32, got memref<1x9x1x3xi8>

// -----

func.func @f(%x: memref<8xi8>) {
  kernel.plain_binary %x, %x, %x {function = "add"} : memref<8xi8>, memref<8xi8>, memref<8xi8>
  func.return
}
// CHECK: error: 'kernel.plain_binary': output must hold f32 or i32, got memref<8xi8>

// -----

func.func @f(%x: memref<8xf32>, %y: memref<4xf32>) {
  kernel.float_clamp %x, %y {min = 0.0 : f32} : memref<8xf32>, memref<4xf32>
  func.return
}
// CHECK: error: 'kernel.float_clamp': output has shape [4], expected [8]

// -----

func.func @f(%x: memref<2x3xf32>, %w: memref<30xi8>, %y: memref<2x5xf32>) {
  kernel.linear_fp16 %x, %w, %y : memref<2x3xf32>, memref<30xi8>, memref<2x5xf32>
  func.return
}
// CHECK: error: 'kernel.linear_fp16': weights has shape [30], expected [192]
