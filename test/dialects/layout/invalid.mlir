// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<3x8xf32>) {
  %y = layout.to_nhwc %x : tensor<3x8xf32> to tensor<3x8xf32, #layout.nhwc>
  func.return
}
// CHECK: error: 'layout.to_nhwc': expects a tensor [N, C, spatial...], got tensor<3x8xf32>

// -----

func.func @f(%x: tensor<1x3x8x8xf32>) {
  %y = layout.to_nhwc %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8xf32>
  func.return
}
// CHECK: error: 'layout.to_nhwc': result must be #layout.nhwc, got tensor<1x3x8x8xf32>

// -----

func.func @f(%x: tensor<1x3x8x8xf32, #layout.nhwc>) {
  %y = layout.to_nhwc %x : tensor<1x3x8x8xf32, #layout.nhwc> to tensor<1x3x8x8xf32, #layout.nhwc>
  func.return
}
// CHECK: error: 'layout.to_nhwc': input must be row-major, got tensor<1x3x8x8xf32, #layout.nhwc>

// -----

func.func @f(%x: tensor<1x3x8x8xf32>) {
  %y = layout.to_nchw %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8xf32>
  func.return
}
// CHECK: error: 'layout.to_nchw': input must be #layout.nhwc, got tensor<1x3x8x8xf32>

// -----

func.func @f(%x: tensor<1x3x8x8xf32, #layout.nhwc>) {
  %y = layout.to_nchw %x : tensor<1x3x8x8xf32, #layout.nhwc> to tensor<1x3x8x8xf32, #layout.nhwc>
  func.return
}
// CHECK: error: 'layout.to_nchw': result must be row-major, got tensor<1x3x8x8xf32, #layout.nhwc>

// -----

// Shapes are logical: a conversion permutes no dimensions.
func.func @f(%x: tensor<1x3x8x8xf32>) {
  %y = layout.to_nhwc %x : tensor<1x3x8x8xf32> to tensor<1x8x8x3xf32, #layout.nhwc>
  func.return
}
// CHECK: error: 'layout.to_nhwc': input and result must differ in their layout only, got tensor<1x3x8x8xf32> and tensor<1x8x8x3xf32, #layout.nhwc>

// -----

func.func @f(%x: tensor<1x3x8x8xf32>) {
  %y = layout.to_nhwc %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8xf16, #layout.nhwc>
  func.return
}
// CHECK: error: 'layout.to_nhwc': input and result must differ in their layout only, got tensor<1x3x8x8xf32> and tensor<1x3x8x8xf16, #layout.nhwc>

// -----

func.func @f(%x: tensor<1x3x8x8x!quant.uniform<i8:f32:1, {0.5,0.25}>>) {
  %y = layout.to_nhwc %x : tensor<1x3x8x8x!quant.uniform<i8:f32:1, {0.5,0.25}>> to tensor<1x3x8x8x!quant.uniform<i8:f32:1, {0.5,0.25}>, #layout.nhwc>
  func.return
}
// CHECK: error: 'layout.to_nhwc': quantized dimension size does not match number of scales

// -----

func.func @f(%x: tensor<1x3x8x8xi8>) {
  %y = layout.to_nhwc %x : tensor<1x3x8x8xi8> to tensor<1x3x8x8xi8, #layout.nhwc>
  func.return
}
// CHECK: expected a ranked tensor of floats or of !quant.uniform, got tensor<1x3x8x8xi8>
