// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<1x5x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<1x5x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': output has shape [1, 5, 4, 4], expected [1, 4, 4, 4]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<3x2xi32>, %2: memref<4x2xi32>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>} : memref<1x4x8x8xi8>, memref<3x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': table 2 has shape [3, 2], expected [4, 2]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x3xi32>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x3xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': table 3 has shape [4, 3], expected [4, 2]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi8>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi8>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': table 3 must hold i32, got memref<4x2xi8>

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>} : memref<1x4x8x8xf32>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': output must hold f32, got memref<1x4x4x4xi8>

// -----

func.func @f(%0: memref<1x4x8x8xi32>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<1x4x4x4xi32>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>} : memref<1x4x8x8xi32>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi32>
  func.return
}
// CHECK: error: 'kernel.max_pool': input must hold i8, got memref<1x4x8x8xi32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xi32>, %4: memref<1x4x4x4xi8>) {
  kernel.float_avg_pool %0, %1, %2, %3, %4 : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.float_avg_pool': input must hold f32, got memref<1x4x8x8xi8>

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xf32>, %4: memref<1x4x4x4xf32>) {
  kernel.float_avg_pool %0, %1, %2, %3, %4 : memref<1x4x8x8xf32>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>, memref<1x4x4x4xf32>
  func.return
}
// CHECK: error: 'kernel.float_avg_pool': divisor must hold i32, got memref<4x4xf32>

// -----

func.func @f(%0: memref<1x4x8x8xf32>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x3xi32>, %4: memref<1x4x4x4xf32>) {
  kernel.float_avg_pool %0, %1, %2, %3, %4 : memref<1x4x8x8xf32>, memref<4x2xi32>, memref<4x2xi32>, memref<4x3xi32>, memref<1x4x4x4xf32>
  func.return
}
// CHECK: error: 'kernel.float_avg_pool': divisor has shape [4, 3], expected [4, 4]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': output must have 4 dimensions, got memref<4x4xi8>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 0, 1>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': step must have a value >= 1 for each of 2 dimensions, got [0, 1]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x3xf32>, %4: memref<1x4x4x4xi8>) {
  kernel.avg_pool %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x3xf32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.avg_pool': mult has shape [4, 3], expected [4, 4]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xi32>, %4: memref<1x4x4x4xi8>) {
  kernel.avg_pool %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.avg_pool': mult must hold f32, got memref<4x4xi32>

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<1x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xf32>, %4: memref<1x4x4x4xi8>) {
  kernel.avg_pool %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<1x2xi32>, memref<4x2xi32>, memref<4x4xf32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.avg_pool': table 2 has shape [1, 2], expected [4, 2]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xf32>, %4: memref<1x4x4x4xi8>) {
  kernel.avg_pool %0, %1, %2, %3, %4 {input_zero_point = -1 : i64, zero_point = 2 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.avg_pool': input_zero_point must be an unsigned byte, got -1

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xf32>, %4: memref<1x4x4x4xi8>) {
  kernel.avg_pool %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 256 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.avg_pool': zero_point must be an unsigned byte, got 256

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<4x4xf32>, %4: memref<1x4x4x4xi8>) {
  kernel.avg_pool %0, %1, %2, %3, %4 {input_zero_point = 1 : i64, zero_point = 2 : i64, qmin = 255 : i64, qmax = 0 : i64} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<4x4xf32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.avg_pool': qmin 255 is greater than qmax 0

// -----

func.func @f(%0: memref<8xi8>, %1: memref<8x2xi32>, %2: memref<8xi8>) {
  kernel.max_pool %0, %1, %1, %2 {step = array<i64: 1, 1>} : memref<8xi8>, memref<8x2xi32>, memref<8x2xi32>, memref<8xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': 2 tables of windows for 1 dimensions

// -----

func.func @f(%0: memref<8xi8>, %2: memref<8xi8>) {
  kernel.max_pool %0, %2 {step = array<i64: 1>} : memref<8xi8>, memref<8xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': 0 tables of windows for 1 dimensions

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>, regular = array<i64: 0, 4, 0, 1>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': regular must be [begin, end, first, stride, taps], got [0, 4, 0, 1]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>, regular = array<i64: 0, 5, 0, 1, 2>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': regular is no range of the last of 4 outputs: [0, 5, 0, 1, 2]

// -----

func.func @f(%0: memref<1x4x8x8xi8>, %1: memref<4x2xi32>, %2: memref<4x2xi32>, %3: memref<1x4x4x4xi8>) {
  kernel.max_pool %0, %1, %2, %3 {step = array<i64: 1, 1>, regular = array<i64: 0, 4, 0, 1, 6>} : memref<1x4x8x8xi8>, memref<4x2xi32>, memref<4x2xi32>, memref<1x4x4x4xi8>
  func.return
}
// CHECK: error: 'kernel.max_pool': regular windows end behind the input, at 9 of 8
