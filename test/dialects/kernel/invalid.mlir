// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// Programs.
kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = [], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: error: 'kernel.program': 0 input names for 1 inputs of the signature: []

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x", "z"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: error: 'kernel.program': 2 input names for 1 inputs of the signature: ['x', 'z']

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y", "z"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: error: 'kernel.program': 2 output names for 1 outputs of the signature: ['y', 'z']

// -----

kernel.program {entry = @main, signature = (tensor<4xf32>, tensor<4xf32>) -> tensor<2xf32>, input_names = ["x", "x"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: error: 'kernel.program': two inputs have the same name: ['x', 'x']

// -----

kernel.program {entry = @main, signature = (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>), input_names = ["x"], output_names = ["y", "y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: error: 'kernel.program': two outputs have the same name: ['y', 'y']

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = -1 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: error: 'kernel.program': the arena has a size >= 0, got -1

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>, threads = 0 : i64}
// CHECK: error: 'kernel.program': threads are at least 1, got 0

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i32, constants = dense<0> : tensor<64xi8>}
// CHECK: expected an i64 integer, got 128 : i32

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi32>}
// CHECK: error: 'kernel.program': constants are i8 values in a row, got tensor<64xi32>

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<8x8xi8>}
// CHECK: error: 'kernel.program': constants are i8 values in a row, got tensor<8x8xi8>

// -----

kernel.program {entry = @main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: error: 'kernel.program': property 'target' expected in operation 'kernel.program'

// -----

kernel.program {entry = @module::@main, signature = (tensor<1x4xf32>) -> tensor<1x2xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 128 : i64, constants = dense<0> : tensor<64xi8>}
// CHECK: expected the name of a function, got @module::@main

// -----

// Views.
func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {offset = -1 : i64} : memref<1000xi8> -> memref<4x3xi8, strided<[3, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': offset and slack are bytes >= 0, got -1 and 0

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {slack = -64 : i64} : memref<1000xi8> -> memref<4x3xi8, strided<[3, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': offset and slack are bytes >= 0, got 0 and -64

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {halo = array<i64: 1, 1>} : memref<1000xi8> -> memref<1x1x4x3xi8, strided<[12, 12, 3, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': halo must be four values >= 0, [top, bottom, left, right], got [1, 1]

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {halo = array<i64: 1, 1, -1, 1>} : memref<1000xi8> -> memref<1x1x4x3xi8, strided<[12, 12, 3, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': halo must be four values >= 0, [top, bottom, left, right], got [1, 1, -1, 1]

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {halo = array<i64: 1, 1, 1, 1>} : memref<1000xi8> -> memref<4x3xi8, strided<[3, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': only images [N, C, spatial...] have a halo, got memref<4x3xi8, strided<[3, 1]>>

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {offset = 989 : i64} : memref<1000xi8> -> memref<4x3xi8, strided<[3, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': the buffer ends 1001 bytes into a base of 1000

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {offset = 900 : i64, slack = 89 : i64} : memref<1000xi8> -> memref<4x3xi8, strided<[3, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': the buffer ends 1001 bytes into a base of 1000

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {offset = 98 : i64, halo = array<i64: 1, 1, 1, 1>} : memref<1000xi8> -> memref<1x9x8x8xi8, strided<[900, 1, 90, 9]>>
  func.return
}
// CHECK: error: 'kernel.view': the halo begins before the base

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {offset = 200 : i64, halo = array<i64: 1, 1, 1, 1>} : memref<1000xi8> -> memref<1x9x8x8xi8, strided<[900, 1, 90, 9]>>
  func.return
}
// CHECK: error: 'kernel.view': the buffer ends 1001 bytes into a base of 1000

// -----

func.func @f(%b: memref<?xi8>) {
  %0 = kernel.view %b {offset = 98 : i64, halo = array<i64: 1, 1, 1, 1>} : memref<?xi8> -> memref<1x9x8x8xi8, strided<[900, 1, 90, 9]>>
  func.return
}
// CHECK: error: 'kernel.view': the halo begins before the base

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b {offset = 2 : i64} : memref<1000xi8> -> memref<2xf32>
  func.return
}
// CHECK: error: 'kernel.view': offset 2 is not aligned to elements of 4 bytes

// -----

func.func @f(%b: memref<4xi32>) {
  %0 = kernel.view %b : memref<4xi32> -> memref<2xf32>
  func.return
}
// CHECK: error: 'kernel.view': base must hold bytes or what the result does, got memref<4xi32>

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b : memref<1000xi8> -> memref<2xf64>
  func.return
}
// CHECK: expected a memref of i8, i32 or f32, got memref<2xf64>

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b : memref<1000xi8> -> memref<2xi64>
  func.return
}
// CHECK: error: 'kernel.view': result must hold i8, si8, i32 or f32, got i64

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b : memref<1000xi8> -> memref<?xi8>
  func.return
}
// CHECK: error: 'kernel.view': a buffer has a static shape, got memref<?xi8>

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b : memref<1000xi8> -> memref<4x3xi8, strided<[?, 1]>>
  func.return
}
// CHECK: error: 'kernel.view': a buffer has a static stride for each dimension, got memref<4x3xi8, strided<[?, 1]>>

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b : memref<1000xi8> -> memref<4x3xi8, strided<[3, 1], offset: 2>>
  func.return
}
// CHECK: error: 'kernel.view': the offset of a buffer stands in its kernel.view, got memref<4x3xi8, strided<[3, 1], offset: 2>>

// -----

func.func @f(%b: memref<1000xi8>) {
  %0 = kernel.view %b : memref<1000xi8> -> memref<4x3xi8, affine_map<(d0, d1) -> (d1, d0)>>
  func.return
}
// CHECK: error: 'kernel.view': a buffer is row-major or strided, got memref<4x3xi8, affine_map<(d0, d1) -> (d1, d0)>>

// -----

func.func @f(%b: tensor<4xi8>) {
  %0 = kernel.view %b : tensor<4xi8> -> memref<4xi8>
  func.return
}
// CHECK: expected a memref of i8, i32 or f32, got tensor<4xi8>

// -----

// Elementwise ops.
func.func @f(%0: memref<8x8xi8>) {
  kernel.fill_halo %0 {halo = array<i64: 1, 1, 1, 1>, value = 0 : i64} : memref<8x8xi8>
  func.return
}
// CHECK: error: 'kernel.fill_halo': only images [N, C, spatial...] have a halo, got memref<8x8xi8>

// -----

func.func @f(%0: memref<1x4x8x8xf32>) {
  kernel.fill_halo %0 {halo = array<i64: 1, 1, 1, 1>, value = 0 : i64} : memref<1x4x8x8xf32>
  func.return
}
// CHECK: error: 'kernel.fill_halo': output must hold i8, got memref<1x4x8x8xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>) {
  kernel.fill_halo %0 {halo = array<i64: 1, 1>, value = 0 : i64} : memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.fill_halo': halo must be four values >= 0, [top, bottom, left, right], got [1, 1]

// -----

func.func @f(%0: memref<1x4x8x8xi8>) {
  kernel.fill_halo %0 {halo = array<i64: 1, 1, 1, 1>, value = 256 : i64} : memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.fill_halo': value must be an unsigned byte, got 256

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x7xi8>) {
  kernel.copy %0, %1 {} : memref<1x4x8x8xi8>, memref<1x4x8x7xi8>
  func.return
}
// CHECK: error: 'kernel.copy': output has shape [1, 4, 8, 7], expected [1, 4, 8, 8]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xf32>) {
  kernel.copy %0, %1 {} : memref<1x4x8x8xi8>, memref<1x4x8x8xf32>
  func.return
}
// CHECK: error: 'kernel.copy': output must hold i8, got memref<1x4x8x8xf32>

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xsi8>) {
  kernel.copy %0, %1 : memref<1x4x8x8xf32>, memref<1x4x8x8xsi8>
  func.return
}
// CHECK: error: 'kernel.copy': output must hold f32, got memref<1x4x8x8xsi8>

// -----

func.func @f(%0: memref<2x8xsi8>, %1: memref<2x8xi8>) {
  kernel.clamp %0, %1 {qmin = 128 : i64, qmax = 255 : i64} : memref<2x8xsi8>, memref<2x8xi8>
  func.return
}
// CHECK: error: 'kernel.clamp': input must hold i8, got memref<2x8xsi8>

// -----

func.func @f(%0: memref<4xi64>, %1: memref<4xi64>) {
  kernel.copy %0, %1 {} : memref<4xi64>, memref<4xi64>
  func.return
}
// CHECK: error: 'kernel.copy': input must hold i8, si8, i32 or f32, got i64

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xi8>) {
  kernel.clamp %0, %1 {qmin = -1 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.clamp': qmin must be an unsigned byte, got -1

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xi8>) {
  kernel.clamp %0, %1 {qmin = 0 : i64, qmax = 256 : i64} : memref<1x4x8x8xi8>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.clamp': qmax must be an unsigned byte, got 256

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xi8>) {
  kernel.clamp %0, %1 {qmin = 7 : i64, qmax = 6 : i64} : memref<1x4x8x8xi8>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.clamp': qmin 7 is greater than qmax 6

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xf32>) {
  kernel.clamp %0, %1 {qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xf32>
  func.return
}
// CHECK: error: 'kernel.clamp': input must hold i8, got memref<1x4x8x8xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<256xi8>) {
  kernel.clamp %0, %1 {qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<256xi8>
  func.return
}
// CHECK: error: 'kernel.clamp': output has shape [256], expected [1, 4, 8, 8]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xi8>) {
  kernel.quantize %0, %1 {scale = 0.5 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.quantize': input must hold f32, got memref<1x4x8x8xi8>

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xf32>) {
  kernel.quantize %0, %1 {scale = 0.5 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xf32>
  func.return
}
// CHECK: error: 'kernel.quantize': output must hold i8, got memref<1x4x8x8xf32>

// -----

func.func @f(%0: memref<4xf32>, %1: memref<1x4x8x8xi8>) {
  kernel.quantize %0, %1 {scale = 0.5 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<4xf32>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.quantize': output has shape [1, 4, 8, 8], expected [4]

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xi8>) {
  kernel.quantize %0, %1 {scale = 0.0 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.quantize': scale must be positive and finite, got 0.0

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xi8>) {
  kernel.quantize %0, %1 {scale = 0x7FC00000 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.quantize': scale must be positive and finite, got nan

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xi8>) {
  kernel.quantize %0, %1 {scale = 0.5 : f64, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: expected an f32 scale, got 5.000000e-01 : f64

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xi8>) {
  kernel.quantize %0, %1 {scale = 0.5 : f32, zero_point = 256 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.quantize': zero_point must be an unsigned byte, got 256

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xi8>) {
  kernel.quantize %0, %1 {scale = 0.5 : f32, zero_point = 0 : i64, qmin = 9 : i64, qmax = 8 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.quantize': qmin 9 is greater than qmax 8

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<1x4x8x8xi8>) {
  kernel.dequantize %0, %1 {scale = 0.5 : f32, zero_point = 0 : i64} : memref<1x4x8x8xf32>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.dequantize': input must hold i8, got memref<1x4x8x8xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xi8>) {
  kernel.dequantize %0, %1 {scale = 0.5 : f32, zero_point = 0 : i64} : memref<1x4x8x8xi8>, memref<1x4x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.dequantize': output must hold f32, got memref<1x4x8x8xi8>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xf32>) {
  kernel.dequantize %0, %1 {scale = -0.5 : f32, zero_point = 0 : i64} : memref<1x4x8x8xi8>, memref<1x4x8x8xf32>
  func.return
}
// CHECK: error: 'kernel.dequantize': scale must be positive and finite, got -0.5

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x4x8x8xf32>) {
  kernel.dequantize %0, %1 {scale = 0.5 : f32, zero_point = -1 : i64} : memref<1x4x8x8xi8>, memref<1x4x8x8xf32>
  func.return
}
// CHECK: error: 'kernel.dequantize': zero_point must be an unsigned byte, got -1

// -----

// Contractions.
func.func @f(%0: memref<4x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<4x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': input must have 4 dimensions, got memref<4x8xi8>

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xf32>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': input must hold i8, got memref<1x4x8x8xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xf32>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xf32>
  func.return
}
// CHECK: error: 'kernel.dense': output must hold i8, got memref<1x6x6x6xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x8x8xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.dense': output has shape [1, 6, 8, 8], expected [1, 6, 6, 6]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<2x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<2x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': output has shape [2, 6, 6, 6], expected [1, 6, 6, 6]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 4 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': 4 and 6 channels do not divide into 4 groups

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 0 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': groups and lanes must be >= 1, got 0 and 8

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 0 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': groups and lanes must be >= 1, got 2 and 0

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 16 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': weights has shape [576], expected [1152]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xf32>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xf32>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': weights must hold i8, got memref<576xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xf32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xf32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': init must hold i32, got memref<2x8xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<1x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<1x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': init has shape [1, 8], expected [2, 8]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xi32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': mult must hold f32, got memref<2x8xi32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<16xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<16xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': mult has shape [16], expected [2, 8]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xi32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xi32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': bias must hold f32, got memref<2x8xi32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x3xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x3xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': bias has shape [2, 3], expected [2, 8]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 9, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': window of 9 does not fit into an input of 8 padded by 0 and 0

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': kernel must be two values >= 1, [height, width], got [3]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, stride = array<i64: 0, 1>} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': stride must be two values >= 1, [height, width], got [0, 1]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, dilation = array<i64: 1, 0>} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': dilation must be two values >= 1, [height, width], got [1, 0]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 300 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': zero_point must be an unsigned byte, got 300

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 10 : i64, qmax = 9 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': qmin 10 is greater than qmax 9

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %r: memref<1x6x6x5xi8>, %5: memref<1x6x6x6xi8>) {
  kernel.dense_add %0, %1, %2, %3, %4, %r, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, residual_scale = 0.5 : f32, residual_zero_point = 7 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x5xi8>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense_add': residual has shape [1, 6, 6, 5], expected [1, 6, 6, 6]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %r: memref<1x6x6x6xf32>, %5: memref<1x6x6x6xi8>) {
  kernel.dense_add %0, %1, %2, %3, %4, %r, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, residual_scale = 0.5 : f32, residual_zero_point = 7 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense_add': residual must hold i8, got memref<1x6x6x6xf32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<2x8xf32>, %r: memref<1x6x6x6xi8>, %5: memref<1x6x6x6xi8>) {
  kernel.dense_add %0, %1, %2, %3, %4, %r, %5 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, residual_scale = 0.5 : f32, residual_zero_point = 256 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<2x8xf32>, memref<1x6x6x6xi8>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense_add': residual_zero_point must be an unsigned byte, got 256

// -----

func.func @f(%0: memref<1x4x3x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x2x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 1, 3, 3>, stride = array<i64: 2, 1>, dilation = array<i64: 1, 1, 1>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x3x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x2x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': stride must be three values >= 1, [depth, height, width], got [2, 1]

// -----

func.func @f(%0: memref<1x4x3x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x2x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 1, 3, 3>, stride = array<i64: 1, 1, 1>, dilation = array<i64: 1, 1, 1>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x3x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x2x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': output has shape [1, 6, 2, 6, 6], expected [1, 6, 3, 6, 6]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, tile = array<i64: 3, 0>, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': tile must be [pixels, rows], both >= 1, got [3, 0]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, tile = array<i64: 3, 2>, pipelined, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': only tiles of one row can be pipelined, got 2 rows

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, pipelined, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': pipelined is a choice for a tile: give the tile, too

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, prefetch = 64 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': prefetch is a choice for a tile: give the tile, too

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, tile = array<i64: 6, 1>, prefetch = -1 : i64} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': prefetch is bytes ahead, >= 0, got -1

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, tile = array<i64: 6, 3>, matrix} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': two matrices of up to 16 pixels hold a tile of one or two rows, not pipelined; got [6, 3]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<576xi8>, %2: memref<2x8xi32>, %3: memref<2x8xf32>, %4: memref<1x6x6x6xi8>) {
  kernel.dense %0, %1, %2, %3, %4 {kernel = array<i64: 3, 3>, groups = 2 : i64, lanes = 8 : i64, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64, tile = array<i64: 17, 2>, matrix} : memref<1x4x8x8xi8>, memref<576xi8>, memref<2x8xi32>, memref<2x8xf32>, memref<1x6x6x6xi8>
  func.return
}
// CHECK: error: 'kernel.dense': two matrices of up to 16 pixels hold a tile of one or two rows, not pipelined; got [17, 2]

// -----

func.func @f(%0: memref<1x4x3x8x8xi8>) {
  kernel.fill_halo %0 {halo = array<i64: 1, 1, 1, 1>, value = 0 : i64} : memref<1x4x3x8x8xi8>
  func.return
}
// CHECK: error: 'kernel.fill_halo': halo must be six values >= 0, [front, back, top, bottom, left, right], got [1, 1, 1, 1]
