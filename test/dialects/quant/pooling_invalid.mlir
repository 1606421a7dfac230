// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<1x2x8x!quant.uniform<u8:f32:1, {0.5, 0.25}>>) {
  %0 = quant.avg_pool1d %x {kernel = array<i64: 2>} : (tensor<1x2x8x!quant.uniform<u8:f32:1, {0.5, 0.25}>>) -> tensor<1x2x7x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.avg_pool1d': input must be quantized per layer

// -----

func.func @f(%x: tensor<1x2x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool1d %x {kernel = array<i64: 2>} : (tensor<1x2x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x6x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.avg_pool1d': result has shape [1, 2, 6], expected [1, 2, 7]

// -----

func.func @f(%x: tensor<1x1x300x300x300x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool3d %x {kernel = array<i64: 300, 300, 300>} : (tensor<1x1x300x300x300x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x1x1x1x1x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.avg_pool3d': a sum of 27000000 values can overflow 32 bits (at most 8421504)

// -----

func.func @f(%x: tensor<1x1x300x300x300x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool3d %x {kernel = array<i64: 1, 1, 1>, divisor_override = 0 : i64} : (tensor<1x1x300x300x300x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x1x300x300x300x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.avg_pool3d': divisor_override must not be 0

// -----

func.func @f(%x: tensor<1x1x300x300x300x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool3d %x : (tensor<1x1x300x300x300x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x1x1x1x1x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool3d': a sum of 27000000 values can overflow 32 bits (at most 8421504)

// -----

func.func @f(%x: tensor<1x1x300x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool1d %x : (tensor<1x1x300x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x1x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool1d': result has shape [1, 2, 1], expected [1, 1, 1]
