// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @main
func.func @main(%x: memref<2x8xf32>, %w: memref<8xf32>, %b: memref<8xf32>, %y: memref<2x8xf32>) {
  // CHECK: kernel.float_unary %x, %y {function = "elu", parameters = array<f32: 1.000000e+00>} : memref<2x8xf32>, memref<2x8xf32>
  kernel.float_unary %x, %y {function = "elu", parameters = array<f32: 1.0>} : memref<2x8xf32>, memref<2x8xf32>
  // CHECK: kernel.float_softmax %x, %y : memref<2x8xf32>, memref<2x8xf32>
  kernel.float_softmax %x, %y : memref<2x8xf32>, memref<2x8xf32>
  // CHECK: kernel.float_norm %x, %w, %b, %y {eps = 1.000000e-03 : f32, weighted, biased}
  kernel.float_norm %x, %w, %b, %y {eps = 1.0e-03 : f32, weighted, biased}
    : memref<2x8xf32>, memref<8xf32>, memref<8xf32>, memref<2x8xf32>
  func.return
}
