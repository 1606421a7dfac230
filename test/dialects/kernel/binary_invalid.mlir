// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%a: memref<2x3xi8>, %y: memref<2x3xi8>) {
  kernel.binary %a, %a, %y {function = "max", lhs_scale = 0.5 : f32, lhs_zero_point = 1 : i64, rhs_scale = 0.5 : f32, rhs_zero_point = 1 : i64, scale = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<2x3xi8>, memref<2x3xi8>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.binary': function must be one of add, sub, mul, got "max"

// -----

func.func @f(%a: memref<3xi8>, %y: memref<2x3xi8>) {
  kernel.binary %y, %a, %y {function = "add", lhs_scale = 0.5 : f32, lhs_zero_point = 1 : i64, rhs_scale = 0.5 : f32, rhs_zero_point = 1 : i64, scale = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<2x3xi8>, memref<3xi8>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.binary': rhs has shape [3], expected [2, 3]

// -----

func.func @f(%a: memref<3xf32>, %y: memref<3xi8>) {
  kernel.binary %a, %y, %y {function = "add", lhs_scale = 0.5 : f32, lhs_zero_point = 1 : i64, rhs_scale = 0.5 : f32, rhs_zero_point = 1 : i64, scale = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<3xf32>, memref<3xi8>, memref<3xi8>
  func.return
}
// CHECK: error: 'kernel.binary': lhs must hold i8, got memref<3xf32>

// -----

func.func @f(%a: memref<3xi8>) {
  kernel.binary %a, %a, %a {function = "mul", lhs_scale = 0.5 : f32, lhs_zero_point = 1 : i64, rhs_scale = 0.0 : f32, rhs_zero_point = 1 : i64, scale = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<3xi8>, memref<3xi8>, memref<3xi8>
  func.return
}
// CHECK: error: 'kernel.binary': scale must be positive and finite, got 0.0

// -----

func.func @f(%a: memref<3xi8>) {
  kernel.binary %a, %a, %a {function = "sub", lhs_scale = 0.5 : f32, lhs_zero_point = 1 : i64, rhs_scale = 0.5 : f32, rhs_zero_point = -1 : i64, scale = 0.5 : f32, zero_point = 1 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<3xi8>, memref<3xi8>, memref<3xi8>
  func.return
}
// CHECK: error: 'kernel.binary': rhs_zero_point must be an unsigned byte, got -1

// -----

func.func @f(%a: memref<3xi8>) {
  kernel.binary %a, %a, %a {function = "sub", lhs_scale = 0.5 : f32, lhs_zero_point = 1 : i64, rhs_scale = 0.5 : f32, rhs_zero_point = 1 : i64, scale = 0.5 : f32, zero_point = 1 : i64, qmin = 9 : i64, qmax = 8 : i64} : memref<3xi8>, memref<3xi8>, memref<3xi8>
  func.return
}
// CHECK: error: 'kernel.binary': qmin 9 is greater than qmax 8
