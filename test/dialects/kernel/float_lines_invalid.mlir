// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<2x8xf32>, %y: memref<2x8xf32>) {
  kernel.float_unary %x, %y {function = "sine", parameters = array<f32>} : memref<2x8xf32>, memref<2x8xf32>
  func.return
}
// CHECK: error: 'kernel.float_unary': function must be one of sigmoid,

// -----

func.func @f(%x: memref<2x8xf32>, %y: memref<2x8xf32, strided<[1, 2]>>) {
  kernel.float_softmax %x, %y : memref<2x8xf32>, memref<2x8xf32, strided<[1, 2]>>
  func.return
}
// CHECK: error: 'kernel.float_softmax': output must be dense and row-major

// -----

func.func @f(%x: memref<2x8xf32>, %w: memref<8xf32>, %y: memref<2x8xf32>) {
  kernel.float_norm %x, %w, %y {eps = 1.0e-03 : f32} : memref<2x8xf32>, memref<8xf32>, memref<2x8xf32>
  func.return
}
// CHECK: error: 'kernel.float_norm': 1 parameters, expected 0
