// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: error: 'quant.choose_qparams': scale has shape [2], expected []
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x : (tensor<2x3xf32>) -> (tensor<2xf32>, tensor<i32>)
  func.return
}

// -----

// CHECK: error: 'quant.choose_qparams': zero point has shape [], expected [3]
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {storage = i8, symmetric, axis = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<i32>)
  func.return
}

// -----

// CHECK: error: 'quant.choose_qparams': axis 2 is none of a tensor of rank 2
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {storage = i8, symmetric, axis = 2 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xi32>)
  func.return
}

// -----

// CHECK: error: 'quant.choose_qparams': parameters along an axis are symmetric ones
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {axis = 1 : i64} : (tensor<2x3xf32>) -> (tensor<3xf32>, tensor<3xi32>)
  func.return
}

// -----

// CHECK: error: 'quant.choose_qparams': symmetric has a zero point of 0: storage = i8
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {symmetric} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  func.return
}

// -----

// CHECK: error: 'quant.choose_qparams': reduce_range halves the full range: no quant_min, quant_max
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {reduce_range, quant_max = 127 : i64} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  func.return
}

// -----

// CHECK: error: 'quant.choose_qparams': range 0..256 must hold 0 and more, and lie within 0..255
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {quant_max = 256 : i64} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  func.return
}

// -----

// CHECK: error: 'quant.choose_qparams': range 1..255 must hold 0 and more, and lie within 0..255
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {quant_min = 1 : i64} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  func.return
}

// -----

// CHECK: expected ui8 or i8, got i4
func.func @main(%x: tensor<2x3xf32>) {
  %s, %z = quant.choose_qparams %x {storage = i4} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  func.return
}

// -----

// CHECK: expected a ranked tensor of f32, got tensor<2x3xf64>
func.func @main(%x: tensor<2x3xf64>) {
  %s, %z = quant.choose_qparams %x : (tensor<2x3xf64>) -> (tensor<f32>, tensor<i32>)
  func.return
}

// -----

// CHECK: error: 'quant.quantize': result has shape [3, 2], the input [2, 3]
func.func @main(%x: tensor<2x3xf32>, %s: tensor<f32>, %z: tensor<i32>) {
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<3x2xui8>
  func.return
}

// -----

// CHECK: error: 'quant.quantize': scale has shape [3], expected [2]
func.func @main(%x: tensor<2x3xf32>, %s: tensor<3xf32>, %z: tensor<2xi32>) {
  %q = quant.quantize %x, %s, %z {axis = 0 : i64} : (tensor<2x3xf32>, tensor<3xf32>, tensor<2xi32>) -> tensor<2x3xi8>
  func.return
}

// -----

// CHECK: expected a ranked tensor of ui8 or i8, got tensor<2x3xi16>
func.func @main(%x: tensor<2x3xf32>, %s: tensor<f32>, %z: tensor<i32>) {
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xi16>
  func.return
}

// -----

// CHECK: expected a ranked tensor of i32, got tensor<i8>
func.func @main(%q: tensor<2x3xui8>, %s: tensor<f32>, %z: tensor<i8>) {
  %x = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i8>) -> tensor<2x3xf32>
  func.return
}

// -----

// CHECK: error: 'quant.dequantize': axis -1 is none of a tensor of rank 2
func.func @main(%q: tensor<2x3xui8>, %s: tensor<3xf32>, %z: tensor<3xi32>) {
  %x = quant.dequantize %q, %s, %z {axis = -1 : i64} : (tensor<2x3xui8>, tensor<3xf32>, tensor<3xi32>) -> tensor<2x3xf32>
  func.return
}

// -----

// CHECK: error: 'quant.prepack_dynamic': weights of linear_fp16 have no scale (use quant.prepack)
func.func @main(%w: tensor<2x3xi8>, %s: tensor<f32>) {
  %p = quant.prepack_dynamic %w, %s : (tensor<2x3xi8>, tensor<f32>) -> !quant.packed<linear_fp16, tensor<2x3xf16>>
  func.return
}

// -----

// CHECK: error: 'quant.prepack_dynamic': operand weight has shape [3, 2], the packed type says [2, 3]
func.func @main(%w: tensor<3x2xi8>, %s: tensor<f32>) {
  %p = quant.prepack_dynamic %w, %s : (tensor<3x2xi8>, tensor<f32>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}

// -----

// CHECK: error: 'quant.prepack_dynamic': operand scale has shape [3], expected [] or [2], one for each slice of the weight along axis 0
func.func @main(%w: tensor<2x3xi8>, %s: tensor<3xf32>) {
  %p = quant.prepack_dynamic %w, %s : (tensor<2x3xi8>, tensor<3xf32>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}

// -----

// CHECK: error: 'quant.prepack_dynamic': operand bias is absent, the packed type says f32 (f32 or absent)
func.func @main(%w: tensor<2x3xi8>, %s: tensor<f32>) {
  %p = quant.prepack_dynamic %w, %s : (tensor<2x3xi8>, tensor<f32>) -> !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  func.return
}

// -----

// CHECK: error: 'quant.unpack_dynamic': result bias is tensor<3xf32>, the packed type says f32 (f32 or absent)
func.func @main(%p: !quant.packed<linear, tensor<2x3xi8>, bias = f32>) {
  %w, %s, %b = quant.unpack_dynamic %p : (!quant.packed<linear, tensor<2x3xi8>, bias = f32>) -> (tensor<2x3xi8>, tensor<f32>, tensor<3xf32>)
  func.return
}

// -----

// CHECK: error: 'quant.prepack': operand weight must be f16, got !quant.uniform<i8:f32, 5.000000e-01>
func.func @main(%w: tensor<2x3x!quant.uniform<i8:f32, 0.5>>) {
  %p = quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32, 0.5>>) -> !quant.packed<linear_fp16, tensor<2x3xf16>>
  func.return
}

// -----

// CHECK: error: 'quant.prepack': operand weight must be quantized, got f16
func.func @main(%w: tensor<2x3xf16>) {
  %p = quant.prepack %w : (tensor<2x3xf16>) -> !quant.packed<linear, tensor<2x3xi8>>
  func.return
}

// -----

// CHECK: error: 'quant.linear_dynamic': weights are packed for conv1d, not for linear
func.func @main(%x: tensor<2x3xf32>, %p: !quant.packed<conv1d, tensor<4x3x2xi8>>) {
  %y = quant.linear_dynamic %x, %p : (tensor<2x3xf32>, !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<2x4xf32>
  func.return
}

// -----

// CHECK: error: 'quant.linear_dynamic': bias is i32; the scale of the input is known at run time only, so the bias must be f32
func.func @main(%x: tensor<2x3xf32>, %p: !quant.packed<linear, tensor<4x3xi8>, bias = i32>) {
  %y = quant.linear_dynamic %x, %p : (tensor<2x3xf32>, !quant.packed<linear, tensor<4x3xi8>, bias = i32>) -> tensor<2x4xf32>
  func.return
}

// -----

// CHECK: error: 'quant.linear_dynamic': input has 5 features, weight expects 3
func.func @main(%x: tensor<2x5xf32>, %p: !quant.packed<linear, tensor<4x3xi8>>) {
  %y = quant.linear_dynamic %x, %p : (tensor<2x5xf32>, !quant.packed<linear, tensor<4x3xi8>>) -> tensor<2x4xf32>
  func.return
}

// -----

// CHECK: error: 'quant.linear_dynamic': a sum of 70000 products can overflow 32 bits (at most 65793)
func.func @main(%x: tensor<1x70000xf32>, %p: !quant.packed<linear, tensor<1x70000xi8>>) {
  %y = quant.linear_dynamic %x, %p : (tensor<1x70000xf32>, !quant.packed<linear, tensor<1x70000xi8>>) -> tensor<1x1xf32>
  func.return
}

// -----

// CHECK: error: 'quant.linear_dynamic_fp16': result has shape [2, 3], expected [2, 4]
func.func @main(%x: tensor<2x3xf32>, %p: !quant.packed<linear_fp16, tensor<4x3xf16>>) {
  %y = quant.linear_dynamic_fp16 %x, %p : (tensor<2x3xf32>, !quant.packed<linear_fp16, tensor<4x3xf16>>) -> tensor<2x3xf32>
  func.return
}

// -----

// CHECK: expected a ranked tensor of f32, got tensor<2x3xf16>
func.func @main(%x: tensor<2x3xf16>, %p: !quant.packed<linear_fp16, tensor<4x3xf16>>) {
  %y = quant.linear_dynamic_fp16 %x, %p : (tensor<2x3xf16>, !quant.packed<linear_fp16, tensor<4x3xf16>>) -> tensor<2x4xf32>
  func.return
}

// -----

// CHECK: error: 'quant.conv1d_dynamic': result has shape [1, 4, 8], expected [1, 4, 7]
func.func @main(%x: tensor<1x3x8xf32>, %p: !quant.packed<conv1d, tensor<4x3x2xi8>>) {
  %y = quant.conv1d_dynamic %x, %p : (tensor<1x3x8xf32>, !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x8xf32>
  func.return
}

// -----

// CHECK: error: 'quant.conv2d_dynamic': weights are packed for conv1d, not for conv2d
func.func @main(%x: tensor<1x3x8x8xf32>, %p: !quant.packed<conv1d, tensor<4x3x2xi8>>) {
  %y = quant.conv2d_dynamic %x, %p : (tensor<1x3x8x8xf32>, !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x7x7xf32>
  func.return
}
