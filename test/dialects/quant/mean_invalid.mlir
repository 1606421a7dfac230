// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>>) {
  %0 = quant.mean %x : (tensor<2x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>>) -> tensor<!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.mean': input must be quantized per layer

// -----

func.func @f(%x: tensor<2x2x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.mean %x {dim = array<i64: 0>} : (tensor<2x2x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<3x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.mean': result has shape [3], expected [2]

// -----

func.func @f(%x: tensor<9000000x2x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.mean %x {dim = array<i64: 0>} : (tensor<9000000x2x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<2x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.mean': a sum of 9000000 values can overflow 32 bits (at most 8421504)
