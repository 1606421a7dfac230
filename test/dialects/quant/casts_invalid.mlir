// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// The kinds of the element types.
func.func @f(%x: tensor<4xi8>) {
  %r = quant.qcast %x : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': operand #0 must be scalar or tensor of floating-point, but got 'tensor<4xi8>'

// -----

func.func @f(%x: tensor<4xf32>) {
  %r = quant.qcast %x : tensor<4xf32> to tensor<4xi8>
  func.return
}
// CHECK: error: 'quant.qcast': result #0 must be scalar or tensor of quantized type, but got 'tensor<4xi8>'

// -----

// Requantizing takes a dcast and a qcast.
func.func @f(%x: tensor<4x!quant.uniform<i8:f32, 2.0>>) {
  %r = quant.qcast %x : tensor<4x!quant.uniform<i8:f32, 2.0>> to tensor<4x!quant.uniform<i8:f32, 3.0>>
  func.return
}
// CHECK: error: 'quant.qcast': operand #0 must be scalar or tensor of floating-point, but got 'tensor<4x!quant.uniform<i8:f32, 2.000000e+00>>'

// -----

func.func @f(%x: memref<4xf32>) {
  %r = quant.qcast %x : memref<4xf32> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': operand #0 must be scalar or tensor of floating-point, but got 'memref<4xf32>'

// -----

func.func @f(%x: vector<4xf32>) {
  %r = quant.qcast %x : vector<4xf32> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': operand #0 must be scalar or tensor of floating-point, but got 'vector<4xf32>'

// -----

func.func @f(%x: tensor<4xi8>) {
  %r = quant.dcast %x : tensor<4xi8> to tensor<4xf32>
  func.return
}
// CHECK: error: 'quant.dcast': operand #0 must be scalar or tensor of quantized type, but got 'tensor<4xi8>'

// -----

func.func @f(%x: tensor<4x!quant.uniform<i8:f32, 2.0>>) {
  %r = quant.dcast %x : tensor<4x!quant.uniform<i8:f32, 2.0>> to tensor<4xi8>
  func.return
}
// CHECK: error: 'quant.dcast': result #0 must be scalar or tensor of floating-point, but got 'tensor<4xi8>'

// -----

func.func @f(%x: tensor<4xf32>) {
  %r = quant.scast %x : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.scast': operand #0 must be scalar or tensor of signless integer or quantized type, but got 'tensor<4xf32>'

// -----

func.func @f(%x: index) {
  %r = quant.scast %x : index to !quant.uniform<i8:f32, 2.0>
  func.return
}
// CHECK: error: 'quant.scast': operand #0 must be scalar or tensor of signless integer or quantized type, but got 'index'

// -----

// Unsigned storage is signless bits too.
func.func @f(%x: tensor<4xui8>) {
  %r = quant.scast %x : tensor<4xui8> to tensor<4x!quant.uniform<u8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.scast': operand #0 must be scalar or tensor of signless integer or quantized type, but got 'tensor<4xui8>'

// -----

func.func @f(%x: tensor<4x!quant.uniform<i8:f32, 2.0>>) {
  %r = quant.scast %x : tensor<4x!quant.uniform<i8:f32, 2.0>> to tensor<4xsi8>
  func.return
}
// CHECK: error: 'quant.scast': result #0 must be scalar or tensor of signless integer or quantized type, but got 'tensor<4xsi8>'

// -----

func.func @f(%x: tensor<4xi8>) {
  %r = quant.scast %x : tensor<4xi8> to tensor<4xi8>
  func.return
}
// CHECK: error: 'quant.scast': input must be integer and result must be quantized, or vice versa

// -----

func.func @f(%x: !quant.uniform<i8:f32, 2.0>) {
  %r = quant.scast %x : !quant.uniform<i8:f32, 2.0> to !quant.uniform<i8:f32, 2.0>
  func.return
}
// CHECK: error: 'quant.scast': input must be integer and result must be quantized, or vice versa

// -----

// The shapes.
func.func @f(%x: f32) {
  %r = quant.qcast %x : f32 to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': input and result are both scalars or both tensors with matching shape

// -----

func.func @f(%x: tensor<4xf32>) {
  %r = quant.qcast %x : tensor<4xf32> to !quant.uniform<i8:f32, 2.0>
  func.return
}
// CHECK: error: 'quant.qcast': input and result are both scalars or both tensors with matching shape

// -----

func.func @f(%x: tensor<4xf32>) {
  %r = quant.qcast %x : tensor<4xf32> to tensor<5x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': input and result are both scalars or both tensors with matching shape

// -----

func.func @f(%x: tensor<?xf32>) {
  %r = quant.qcast %x : tensor<?xf32> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': input and result are both scalars or both tensors with matching shape

// -----

func.func @f(%x: tensor<*xf32>) {
  %r = quant.qcast %x : tensor<*xf32> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': input and result are both scalars or both tensors with matching shape

// -----

func.func @f(%x: tensor<4x!quant.uniform<i8:f32, 2.0>>) {
  %r = quant.dcast %x : tensor<4x!quant.uniform<i8:f32, 2.0>> to tensor<?xf32>
  func.return
}
// CHECK: error: 'quant.dcast': input and result are both scalars or both tensors with matching shape

// -----

func.func @f(%x: tensor<!quant.uniform<i8:f32, 2.0>>) {
  %r = quant.dcast %x : tensor<!quant.uniform<i8:f32, 2.0>> to f32
  func.return
}
// CHECK: error: 'quant.dcast': input and result are both scalars or both tensors with matching shape

// -----

func.func @f(%x: tensor<4x!quant.uniform<i8:f32, 2.0>>) {
  %r = quant.scast %x : tensor<4x!quant.uniform<i8:f32, 2.0>> to tensor<4x1xi8>
  func.return
}
// CHECK: error: 'quant.scast': input and result are both scalars or both tensors with matching shape

// -----

// The types on the two sides.
func.func @f(%x: tensor<4xf16>) {
  %r = quant.qcast %x : tensor<4xf16> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.qcast': expressed type in quantized type expected to match float type

// -----

func.func @f(%x: f32) {
  %r = quant.qcast %x : f32 to !quant.any<i8>
  func.return
}
// CHECK: error: 'quant.qcast': expressed type in quantized type expected to match float type

// -----

func.func @f(%x: f32) {
  %r = quant.qcast %x : f32 to !quant.calibrated<f16<-1.0:1.0>>
  func.return
}
// CHECK: error: 'quant.qcast': expressed type in quantized type expected to match float type

// -----

func.func @f(%x: tensor<4x!quant.uniform<i8:f32, 2.0>>) {
  %r = quant.dcast %x : tensor<4x!quant.uniform<i8:f32, 2.0>> to tensor<4xf64>
  func.return
}
// CHECK: error: 'quant.dcast': expressed type in quantized type expected to match float type

// -----

func.func @f(%x: tensor<4xi16>) {
  %r = quant.scast %x : tensor<4xi16> to tensor<4x!quant.uniform<i8:f32, 2.0>>
  func.return
}
// CHECK: error: 'quant.scast': storage type in quantized type expected to match integer type

// -----

func.func @f(%x: !quant.uniform<i8:f32, 2.0>) {
  %r = quant.scast %x : !quant.uniform<i8:f32, 2.0> to i4
  func.return
}
// CHECK: error: 'quant.scast': storage type in quantized type expected to match integer type

// -----

func.func @f(%x: i8) {
  %r = quant.scast %x : i8 to !quant.calibrated<f32<-1.0:1.0>>
  func.return
}
// CHECK: error: 'quant.scast': storage type in quantized type expected to match integer type

// -----

// Per axis.
func.func @f(%x: f32) {
  %r = quant.qcast %x : f32 to !quant.uniform<i8:f32:0, {2.0,3.0}>
  func.return
}
// CHECK: error: 'quant.qcast': scalar types may not use per-axis quantization

// -----

func.func @f(%x: !quant.uniform<i8:f32:0, {2.0,3.0}>) {
  %r = quant.dcast %x : !quant.uniform<i8:f32:0, {2.0,3.0}> to f32
  func.return
}
// CHECK: error: 'quant.dcast': scalar types may not use per-axis quantization

// -----

func.func @f(%x: tensor<2xf32>) {
  %r = quant.qcast %x : tensor<2xf32> to tensor<2x!quant.uniform<i8:f32:1, {2.0,3.0}>>
  func.return
}
// CHECK: error: 'quant.qcast': quantized dimension must be less than tensor rank

// -----

func.func @f(%x: tensor<2xi8>) {
  %r = quant.scast %x : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32:1, {2.0,3.0}>>
  func.return
}
// CHECK: error: 'quant.scast': quantized dimension must be less than tensor rank

// -----

func.func @f(%x: tensor<3xf32>) {
  %r = quant.qcast %x : tensor<3xf32> to tensor<3x!quant.uniform<i8:f32:0, {2.0,3.0}>>
  func.return
}
// CHECK: error: 'quant.qcast': quantized dimension size does not match number of scales

// -----

func.func @f(%x: tensor<4x3x!quant.uniform<i8:f32:1, {2.0}>>) {
  %r = quant.dcast %x : tensor<4x3x!quant.uniform<i8:f32:1, {2.0}>> to tensor<4x3xf32>
  func.return
}
// CHECK: error: 'quant.dcast': quantized dimension size does not match number of scales

// -----

// Sub-channel.
func.func @f(%x: f32) {
  %r = quant.qcast %x : f32 to !quant.uniform<i8:f32:{0:1}, {2.0}>
  func.return
}
// CHECK: error: 'quant.qcast': scalar types may not use sub-channel quantization

// -----

func.func @f(%x: tensor<*xf32>) {
  %r = quant.qcast %x : tensor<*xf32> to tensor<*x!quant.uniform<i8:f32:{0:1}, {2.0}>>
  func.return
}
// CHECK: error: 'quant.qcast': tensor containing the sub-channel quantized type must be ranked

// -----

func.func @f(%x: tensor<4xf32>) {
  %r = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32:{1:4}, {2.0}>>
  func.return
}
// CHECK: error: 'quant.qcast': quantized dimension 1 must be less than tensor rank 1

// -----

func.func @f(%x: tensor<3xf32>) {
  %r = quant.qcast %x : tensor<3xf32> to tensor<3x!quant.uniform<i8:f32:{0:2}, {2.0,3.0}>>
  func.return
}
// CHECK: error: 'quant.qcast': tensor dimension size 3 at axis 0 must be divisible by the corresponding block size 2

// -----

func.func @f(%x: tensor<2x4xf32>) {
  %r = quant.qcast %x : tensor<2x4xf32> to tensor<2x4x!quant.uniform<i8:f32:{0:2}, {2.0}>>
  func.return
}
// CHECK: error: 'quant.qcast': Rank of scales 1 must match the rank of the tensor 2

// -----

func.func @f(%x: tensor<4xi8>) {
  %r = quant.scast %x : tensor<4xi8> to tensor<4x!quant.uniform<i8:f32:{0:4}, {2.0,3.0}>>
  func.return
}
// CHECK: error: 'quant.scast': dimension size 2 of scales tensor at axis 0 should match (tensor dimension at axis / block sizes at axis) = 1

// -----

func.func @f(%x: tensor<4x4xf32>) {
  %r = quant.qcast %x : tensor<4x4xf32> to tensor<4x4x!quant.uniform<i8:f32:{0:4}, {{2.0,3.0}}>>
  func.return
}
// CHECK: error: 'quant.qcast': dimension size 2 of scales tensor at axis 1 should match (tensor dimension at axis / block sizes at axis) = 1
