// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// The types of activations.
func.func @f(%x: tensor<2x64x!quant.uniform<i8:f32:0, {0.5,0.5}>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<i8:f32:0, {0.5,0.5}>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': input must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01,5.000000e-01}>

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<i8:f32:0, {0.5,0.5}>>
  func.return
}
// CHECK: error: 'quant.linear': result must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01,5.000000e-01}>

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<i16:f32, 0.5>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<i16:f32, 0.5>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': input must be stored in 8 bits, got i16

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u16:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.linear': result must be stored in 8 bits, got ui16

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<i4:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.linear': result must be stored in 8 bits, got i4

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<i8:f64, 0.5>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<i8:f64, 0.5>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': input must stand for f32, got f64

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<i8:bf16, 0.5>>
  func.return
}
// CHECK: error: 'quant.linear': result must stand for f32, got bf16

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<i8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<i8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': input has zero point 128 outside of its storage range [-128, 127]

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8<1:254>:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.linear': result has zero point 0 outside of its storage range [1, 254]

// -----

func.func @f(%x: tensor<2x64xf32>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64xf32>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<2x64xf32>

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<i8:f32:0, {0.5}>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<i8:f32:0, {0.5}>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': input must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01}>

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<i8:f32:0, {0.5}>>
  func.return
}
// CHECK: error: 'quant.conv2d': result must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01}>

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<i16:f32, 0.5>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<i16:f32, 0.5>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': input must be stored in 8 bits, got i16

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u16:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.conv2d': result must be stored in 8 bits, got ui16

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<i4:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.conv2d': result must be stored in 8 bits, got i4

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<i8:f64, 0.5>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<i8:f64, 0.5>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': input must stand for f32, got f64

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<i8:bf16, 0.5>>
  func.return
}
// CHECK: error: 'quant.conv2d': result must stand for f32, got bf16

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<i8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<i8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': input has zero point 128 outside of its storage range [-128, 127]

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8<1:254>:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.conv2d': result has zero point 0 outside of its storage range [1, 254]

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8xf32>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<1x4x8x8xf32>

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f32:0, {0.5}>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<i8:f32:0, {0.5}>>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': input must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01}>

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<i8:f32:0, {0.5}>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': result must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01}>

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i16:f32, 0.5>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<i16:f32, 0.5>>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': input must be stored in 8 bits, got i16

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<u16:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': result must be stored in 8 bits, got ui16

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<i4:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': result must be stored in 8 bits, got i4

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f64, 0.5>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<i8:f64, 0.5>>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': input must stand for f32, got f64

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<i8:bf16, 0.5>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': result must stand for f32, got bf16

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': input has zero point 128 outside of its storage range [-128, 127]

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<u8<1:254>:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': result has zero point 0 outside of its storage range [1, 254]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<1x2x8x8xf32>

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f32:0, {0.5}>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<i8:f32:0, {0.5}>>) -> tensor<1x2x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': input must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01}>

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x1x1x!quant.uniform<i8:f32:0, {0.5}>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': result must be quantized per layer, got !quant.uniform<i8:f32:0, {5.000000e-01}>

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i16:f32, 0.5>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<i16:f32, 0.5>>) -> tensor<1x2x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': input must be stored in 8 bits, got i16

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x1x1x!quant.uniform<u16:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': result must be stored in 8 bits, got ui16

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x1x1x!quant.uniform<i4:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': result must be stored in 8 bits, got i4

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f64, 0.5>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<i8:f64, 0.5>>) -> tensor<1x2x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': input must stand for f32, got f64

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x1x1x!quant.uniform<i8:bf16, 0.5>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': result must stand for f32, got bf16

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<i8:f32, 0.5:128>>) -> tensor<1x2x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': input has zero point 128 outside of its storage range [-128, 127]

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x1x1x!quant.uniform<u8<1:254>:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': result has zero point 0 outside of its storage range [1, 254]

// -----

func.func @f(%x: tensor<1x2x8x8xf32>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<1x2x8x8xf32>

// -----

// Weights.
func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<10x64x1x1xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<10x64x1x1xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': weights are packed for conv2d, not for linear

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': weights are packed for linear, not for conv2d

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: tensor<10x64xi8>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, tensor<10x64xi8>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: expected a !quant.packed, got tensor<10x64xi8>

// -----

func.func @f(%x: tensor<2x32x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x32x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': input has 32 features, weight expects 64

// -----

func.func @f(%x: tensor<1x3x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x3x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': input has 3 channels, weight expects 4 (1 groups of 4)

// -----

func.func @f(%x: tensor<4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': expects an input [N, C, H, W] and a weight [O, C/groups, KH, KW], got [4, 8, 8] and [6, 4, 3, 3]

// -----

func.func @f(%x: tensor<1x4x2x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x2x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x6x6x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': window of 3 does not fit into an input of 2 padded by 0 and 0

// -----

// Sums are exact in 32 bits.
func.func @f(%x: tensor<1x65794x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<1x65794xi8>>) {
  %0 = quant.linear %x, %p : (tensor<1x65794x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<1x65794xi8>>) -> tensor<1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': a sum of 65794 products can overflow 32 bits (at most 65793)

// -----

func.func @f(%x: tensor<1x8192x3x3x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<1x8192x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x8192x3x3x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<1x8192x3x3xi8>>) -> tensor<1x1x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': a sum of 73728 products can overflow 32 bits (at most 65793)

// -----

func.func @f(%x: tensor<1x1x4096x4096x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 4096, 4096>} : (tensor<1x1x4096x4096x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x1x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': a sum of 16777216 values can overflow 32 bits (at most 8421504)

// -----

func.func @f(%x: tensor<1x1x4096x4096x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x1x4096x4096x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x1x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': a sum of 16777216 values can overflow 32 bits (at most 8421504)

// -----

// Shapes of results.
func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.linear': result has shape [2, 64], expected [2, 10]

// -----

func.func @f(%x: tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<conv2d, tensor<6x4x3x3xi8>>) {
  %0 = quant.conv2d %x, %p : (tensor<1x4x8x8x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<conv2d, tensor<6x4x3x3xi8>>) -> tensor<1x6x8x8x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.conv2d': result has shape [1, 6, 8, 8], expected [1, 6, 6, 6]

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x4x4x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': result has shape [1, 2, 4, 4], expected [1, 2, 7, 7]

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x3x1x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': result has shape [1, 3, 1, 1], expected [1, 2, 1, 1]

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x?x1x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.adaptive_avg_pool2d': result must be [N, C, H, W] and say its height and width, got [1, 2, ?, 1]

// -----

// Attributes.
func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': property 'kernel' expected in operation 'quant.avg_pool2d'

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 0, 2>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': kernel must be two values >= 1, [height, width], got [0, 2]

// -----

func.func @f(%x: tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) {
  %0 = quant.avg_pool2d %x {kernel = array<i64: 2, 2>, padding = array<i64: 2, 0, 0, 0>} : (tensor<1x2x8x8x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x2x7x7x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: error: 'quant.avg_pool2d': padding of 2 is more than half of the window's height of 2

// -----

func.func @f(%x: tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, %p: !quant.packed<linear, tensor<10x64xi8>>) {
  %0 = quant.linear %x, %p {activation = "relu"} : (tensor<2x64x!quant.uniform<u8:f32, 0.5:128>>, !quant.packed<linear, tensor<10x64xi8>>) -> tensor<2x10x!quant.uniform<u8:f32, 0.5:128>>
  func.return
}
// CHECK: "relu" should be of base attribute quant.activation
