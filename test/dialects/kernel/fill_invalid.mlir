// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'kernel.fill': value must be an unsigned byte, got 256
func.func @main(%x: memref<2x3xi8>) {
  kernel.fill %x {value = 256 : i64} : memref<2x3xi8>
  func.return
}

// -----

// CHECK: error: 'kernel.fill': output must hold i8, got memref<2x3xf32>
func.func @main(%x: memref<2x3xf32>) {
  kernel.fill %x {value = 0 : i64} : memref<2x3xf32>
  func.return
}
