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
