// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<1x2x4x4x!quant.uniform<u8:f32:1, {0.5, 0.5}>>) {
  %0 = quant.upsample_bilinear2d %x : (tensor<1x2x4x4x!quant.uniform<u8:f32:1, {0.5, 0.5}>>) -> tensor<1x2x8x8x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.upsample_bilinear2d': input must be quantized per layer

// -----

func.func @f(%x: tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.upsample_bilinear2d %x : (tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x3x8x8x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.upsample_bilinear2d': result has shape [1, 3, 8, 8], expected [1, 2, 8, 8]

// -----

func.func @f(%x: tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.upsample_trilinear3d %x : (tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x8x8x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.upsample_trilinear3d': input must be [N, C, D, H, W] with sizes >= 1, got [1, 2, 4, 4]

// -----

func.func @f(%x: tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.upsample_bicubic2d %x {scales = array<f64: 3.0, 3.0>} : (tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x8x8x!quant.uniform<i8:f32, 0.25:-3>>
  func.return
}
// CHECK: error: 'quant.upsample_bicubic2d': result has shape [1, 2, 8, 8], expected [1, 2, 12, 12]
