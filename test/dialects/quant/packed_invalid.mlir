// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%w: tensor<3x2x!quant.uniform<i8:f32, 0.5>>) {
  %0 = quant.prepack %w : (tensor<3x2x!quant.uniform<i8:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight has shape [3, 2], the packed type says [2, 3]

// -----

func.func @f(%w: tensor<?x3x!quant.uniform<i8:f32, 0.5>>) {
  %0 = quant.prepack %w : (tensor<?x3x!quant.uniform<i8:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight has shape [?, 3], the packed type says [2, 3]

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<u16:f32, 0.5>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<u16:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight must be stored in 8 bits, got ui16

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i4:f32, 0.5>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i4:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight must be stored in 8 bits, got i4

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f64, 0.5>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f64, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight must stand for f32, got f64

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5:128>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32, 0.5:128>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight must have zero points from -128 to 127

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32:0, {0.5,0.5:-129}>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32:0, {0.5,0.5:-129}>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight must have zero points from -128 to 127

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32:1, {0.5,0.5,0.5}>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32:1, {0.5,0.5,0.5}>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight must be quantized per layer or along axis 0

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32:{0:2}, {{0.5}}>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32:{0:2}, {{0.5}}>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand weight must be quantized per layer or along axis 0

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32:0, {0.5,0.5,0.5}>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32:0, {0.5,0.5,0.5}>>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': quantized dimension size does not match number of scales

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2xf32>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2xf32>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias must be there if and only if the packed type has one

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias must be there if and only if the packed type has one

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<3xf32>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<3xf32>) -> !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias has shape [3], expected [2]

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2xf64>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2xf64>) -> !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias is f64, the packed type says f32

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2xf32>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2xf32>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias is f32, the packed type says i32

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2x!quant.uniform<i32:f32, 0.5>>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i32:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias is i32, the packed type says f32

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2x!quant.uniform<i16:f32, 0.5>>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i16:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias is i16, the packed type says i32

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2x!quant.uniform<i32:f32, 0.5:1>>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i32:f32, 0.5:1>>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: error: 'quant.prepack': operand bias must have zero points of 0

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2x!quant.uniform<i32:f32:0, {0.5,0.5,0.5}>>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i32:f32:0, {0.5,0.5,0.5}>>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: error: 'quant.prepack': quantized dimension size does not match number of scales

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<3x2x!quant.uniform<i8:f32, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight has shape [3, 2], the packed type says [2, 3]

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<?x3x!quant.uniform<i8:f32, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight has shape [?, 3], the packed type says [2, 3]

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<u16:f32, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight must be stored in 8 bits, got ui16

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i4:f32, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight must be stored in 8 bits, got i4

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i8:f64, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight must stand for f32, got f64

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5:128>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight must have zero points from -128 to 127

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i8:f32:0, {0.5,0.5:-129}>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight must have zero points from -128 to 127

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i8:f32:1, {0.5,0.5,0.5}>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight must be quantized per layer or along axis 0

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i8:f32:{0:2}, {{0.5}}>>)
  func.return
}
// CHECK: error: 'quant.unpack': result weight must be quantized per layer or along axis 0

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i8:f32:0, {0.5,0.5,0.5}>>)
  func.return
}
// CHECK: error: 'quant.unpack': quantized dimension size does not match number of scales

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2xf32>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias must be there if and only if the packed type has one

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = f32>) {
  %0 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = f32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias must be there if and only if the packed type has one

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = f32>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = f32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<3xf32>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias has shape [3], expected [2]

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = f32>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = f32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2xf64>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias is f64, the packed type says f32

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = i32>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = i32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2xf32>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias is f32, the packed type says i32

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = f32>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = f32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i32:f32, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias is i32, the packed type says f32

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = i32>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = i32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i16:f32, 0.5>>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias is i16, the packed type says i32

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = i32>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = i32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i32:f32, 0.5:1>>)
  func.return
}
// CHECK: error: 'quant.unpack': result bias must have zero points of 0

// -----

func.func @f(%p: !quant.packed<linear, tensor<2x3xi8>, bias = i32>) {
  %0, %1 = quant.unpack %p : (!quant.packed<linear, tensor<2x3xi8>, bias = i32>) -> (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i32:f32:0, {0.5,0.5,0.5}>>)
  func.return
}
// CHECK: error: 'quant.unpack': quantized dimension size does not match number of scales

// -----

// Layouts are for constants; a target has them.
func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>) -> !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 2, depth = 4>>
  func.return
}
// CHECK: error: 'quant.prepack': prepack makes a packed value without a layout

// -----

func.func @f(%w: tensor<2x3xf32>) {
  %0 = quant.prepack %w : (tensor<2x3xf32>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform or f16, got tensor<2x3xf32>

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2xi32>) {
  %0 = quant.prepack %w, %b : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>, tensor<2xi32>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: expected a ranked tensor of floats or of !quant.uniform, got tensor<2xi32>

// -----

func.func @f(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>) {
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x3xi8>
  func.return
}
// CHECK: expected a !quant.packed, got tensor<2x3xi8>

// -----

func.func @f(%p: tensor<2x3xi8>) {
  %0 = quant.unpack %p : (tensor<2x3xi8>) -> tensor<2x3x!quant.uniform<i8:f32, 0.5>>
  func.return
}
// CHECK: expected a !quant.packed, got tensor<2x3xi8>

// -----

// Constants.
func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<3x2xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.packed_constant': weight is tensor<3x2xi8>, the packed type says tensor<2x3xi8>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<6xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.packed_constant': weight is tensor<6xi8>, the packed type says tensor<2x3xi8>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<3xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.packed_constant': there must be one scale, or 2, one for each output channel, got tensor<3xf32>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<> : tensor<0xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.packed_constant': there must be one scale, or 2, one for each output channel, got tensor<0xf32>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<1.0> : tensor<2xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.packed_constant': bias is tensor<2xf32>, the packed type says absent

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: error: 'quant.packed_constant': bias is absent, the packed type says tensor<2xi32>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<1.0> : tensor<2xf32>> : !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: error: 'quant.packed_constant': bias is tensor<2xf32>, the packed type says tensor<2xi32>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<1> : tensor<3xi32>> : !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  func.return
}
// CHECK: error: 'quant.packed_constant': bias is tensor<3xi32>, the packed type says tensor<2xi32>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 2, depth = 4>>
  func.return
}
// CHECK: error: 'quant.packed_constant': weight is tensor<2x3xi8>, the layout says tensor<8xi8>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<16xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 2, depth = 4>>
  func.return
}
// CHECK: error: 'quant.packed_constant': weight is tensor<16xi8>, the layout says tensor<8xi8>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<8xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<conv2d, tensor<4x3x3x3xi8>, groups = 2, layout = #layout.blocked<lanes = 2, depth = 4>>
  func.return
}
// CHECK: error: 'quant.packed_constant': weight is tensor<8xi8>, the layout says tensor<144xi8>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<3> : tensor<3xi32>> : !quant.packed<linear, tensor<2x3xi8>>
  func.return
}
// CHECK: error: 'quant.packed_constant': there must be one zero point, or 2, one for each output channel, got tensor<3xi32>

// -----

func.func @f() {
  %0 = quant.packed_constant <dense<1> : tensor<1x32897xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<3> : tensor<1xi32>> : !quant.packed<linear, tensor<1x32897xi8>>
  func.return
}
// CHECK: error: 'quant.packed_constant': a sum of 32897 products can overflow 32 bits, with zero points of the weight (at most 32896)
