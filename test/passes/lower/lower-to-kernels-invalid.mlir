// RUN: qfin-opt %s -p lower-to-kernels --split-input-file --verify-diagnostics | filecheck %s

// CHECK: 'func.func' at {{.*}}lower-to-kernels-invalid.mlir:{{[0-9]+:[0-9]+}}: no kernel.program for @main: run plan-buffers first
func.func @main() {
  func.return
}

// -----

// CHECK: 'nn.relu' at {{.*}}lower-to-kernels-invalid.mlir:{{[0-9]+:[0-9]+}}: not on buffers: run plan-buffers first
kernel.program {entry = @main, signature = (tensor<4xf32>) -> (), input_names = ["x"], output_names = [], target = "avx2", arena = 0 : i64, constants = dense<> : tensor<0xi8>}
func.func @main(%x: tensor<4xf32>) {
  %0 = nn.relu %x : tensor<4xf32>
  func.return
}

// -----

// Weights that were arranged for a target with more registers.

// CHECK: 'kernel.dense' at {{.*}}lower-to-kernels-invalid.mlir:[[# @LINE + 3]]:3: weights are packed for 24 lanes, avx2 reads 8 or 16
kernel.program {entry = @main, signature = () -> (), input_names = [], output_names = [], target = "avx2", arena = 0 : i64, constants = dense<> : tensor<0xi8>}
func.func @main(%x: memref<1x4x1x1xi8>, %w: memref<96xi8>, %init: memref<1x24xi32>, %mult: memref<1x24xf32>, %y: memref<1x2x1x1xi8>) {
  kernel.dense %x, %w, %init, %mult, %y {lanes = 24 : i64, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x4x1x1xi8>, memref<96xi8>, memref<1x24xi32>, memref<1x24xf32>, memref<1x2x1x1xi8>
  func.return
}

// -----

// Windows that are said to lie 1 apart, in a table that has them 2 apart.

// CHECK: 'kernel.max_pool' at {{.*}}lower-to-kernels-invalid.mlir:[[# @LINE + 5]]:3: regular makes window 1 of the last table [1, 2], it is [2, 2]: correct regular, or leave it out
kernel.program {entry = @main, signature = (tensor<1x1x1x8xf32>) -> tensor<1x1x1x4xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 0 : i64, constants = dense<"0x00000000010000000000000002000000020000000200000004000000020000000600000002000000"> : tensor<40xi8>}
func.func @main(%x: memref<1x1x1x8xf32>, %y: memref<1x1x1x4xf32>, %arena: memref<?xi8>, %constants: memref<?xi8>) {
  %rows = kernel.view %constants : memref<?xi8> -> memref<1x2xi32>
  %columns = kernel.view %constants {offset = 8 : i64} : memref<?xi8> -> memref<4x2xi32>
  kernel.max_pool %x, %rows, %columns, %y {step = array<i64: 1, 1>, regular = array<i64: 0, 4, 0, 1, 2>} : memref<1x1x1x8xf32>, memref<1x2xi32>, memref<4x2xi32>, memref<1x1x1x4xf32>
  func.return
}

// -----

// Windows that are said to be shorter, in constants that functions share.

// CHECK: 'kernel.float_avg_pool' at {{.*}}lower-to-kernels-invalid.mlir:[[# @LINE + 7]]:3: regular makes window 0 of the last table [0, 1], it is [0, 2]: correct regular, or leave it out
kernel.state {names = [], offsets = array<i64>, unset = [], initial = dense<0> : tensor<64xi8>, constants = dense<"0x00000000010000000000000002000000020000000200000004000000020000000600000002000000"> : tensor<40xi8>}
kernel.program {entry = @main, signature = (tensor<1x1x1x8xf32>) -> tensor<1x1x1x4xf32>, input_names = ["x"], output_names = ["y"], target = "avx2", arena = 0 : i64}
func.func @main(%x: memref<1x1x1x8xf32>, %y: memref<1x1x1x4xf32>, %arena: memref<?xi8>, %constants: memref<?xi8>, %state: memref<?xi8>) {
  %rows = kernel.view %constants : memref<?xi8> -> memref<1x2xi32>
  %columns = kernel.view %constants {offset = 8 : i64} : memref<?xi8> -> memref<4x2xi32>
  %divisor = kernel.view %constants {offset = 8 : i64} : memref<?xi8> -> memref<1x4xi32>
  kernel.float_avg_pool %x, %rows, %columns, %divisor, %y {regular = array<i64: 0, 4, 0, 2, 1>} : memref<1x1x1x8xf32>, memref<1x2xi32>, memref<4x2xi32>, memref<1x4xi32>, memref<1x1x1x4xf32>
  func.return
}
