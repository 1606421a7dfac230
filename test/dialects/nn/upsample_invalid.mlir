// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_linear1d %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x8xf32>
  func.return
}
// CHECK: error: 'nn.upsample_linear1d': input must be [N, C, L] with sizes >= 1, got [1, 2, 4, 4]

// -----

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_bilinear2d %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x0xf32>
  func.return
}
// CHECK: error: 'nn.upsample_bilinear2d': result must be [N, C, H, W] with sizes >= 1, got [1, 2, 8, 0]

// -----

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_bilinear2d %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x?xf32>
  func.return
}
// CHECK: error: 'nn.upsample_bilinear2d': the result must say its size, got [1, 2, 8, ?]

// -----

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_nearest2d %x {scales = array<f64: 2.0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  func.return
}
// CHECK: error: 'nn.upsample_nearest2d': scales must be 2 factors, got [2.0]

// -----

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_nearest2d %x {scales = array<f64: 2.0, -1.0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  func.return
}
// CHECK: error: 'nn.upsample_nearest2d': a scale must be positive and finite, got -1.0

// -----

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_bicubic2d %x {scales = array<f64: 2.0, 2.6>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  func.return
}
// CHECK: error: 'nn.upsample_bicubic2d': result has shape [1, 2, 8, 8], expected [1, 2, 8, 10]

// -----

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_bicubic2d %x : (tensor<1x2x4x4xf32>) -> tensor<1x3x8x8xf32>
  func.return
}
// CHECK: error: 'nn.upsample_bicubic2d': result has shape [1, 3, 8, 8], expected [1, 2, 8, 8]

// -----

func.func @f(%x: tensor<1x2x4x4xf32>) {
  %0 = nn.upsample_bicubic2d %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf64>
  func.return
}
// CHECK: error: 'nn.upsample_bicubic2d': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<1x2x4x4x!quant.uniform<u8:f32:3, {0.5, 0.5, 0.5, 0.5}>>) {
  %0 = nn.upsample_nearest2d %x : (tensor<1x2x4x4x!quant.uniform<u8:f32:3, {0.5, 0.5, 0.5, 0.5}>>) -> tensor<1x2x8x4x!quant.uniform<u8:f32:3, {0.5, 0.5, 0.5, 0.5}>>
  func.return
}
// CHECK: error: 'nn.upsample_nearest2d': values must be quantized per layer or per channel
