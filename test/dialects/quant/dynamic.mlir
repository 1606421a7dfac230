// RUN: QFIN_ROUNDTRIP

!linear = !quant.packed<linear, tensor<10x64xi8>, bias = f32>
!fp16 = !quant.packed<linear_fp16, tensor<10x64xf16>, bias = f32>
!conv1d = !quant.packed<conv1d, tensor<4x3x2xi8>>
!conv2d = !quant.packed<conv2d, tensor<4x3x3x3xi8>, padding = [1, 1, 1, 1]>
!conv3d = !quant.packed<conv3d, tensor<4x3x3x3x3xi8>, bias = f32, stride = [1, 2, 2]>
!transposed = !quant.packed<conv_transpose1d, tensor<3x4x2xi8>>

// CHECK-LABEL: @qparams(
func.func @qparams(%x: tensor<2x64xf32>, %n: tensor<?x64xf32>) {
  // CHECK: %0, %1 = quant.choose_qparams %x : (tensor<2x64xf32>) -> (tensor<f32>, tensor<i32>)
  %0, %1 = quant.choose_qparams %x : (tensor<2x64xf32>) -> (tensor<f32>, tensor<i32>)
  // CHECK: quant.choose_qparams %n {reduce_range} : (tensor<?x64xf32>) -> (tensor<f32>, tensor<i32>)
  %2, %3 = quant.choose_qparams %n {reduce_range} : (tensor<?x64xf32>) -> (tensor<f32>, tensor<i32>)
  // CHECK: quant.choose_qparams %x {storage = i8, reduce_range} :
  %4, %5 = quant.choose_qparams %x {storage = i8, reduce_range} : (tensor<2x64xf32>) -> (tensor<f32>, tensor<i32>)
  // CHECK: quant.choose_qparams %x {axis = 1 : i64, symmetric, storage = i8, quant_min = -127 : i64} : (tensor<2x64xf32>) -> (tensor<64xf32>, tensor<64xi32>)
  %6, %7 = quant.choose_qparams %x {axis = 1 : i64, symmetric, storage = i8, quant_min = -127 : i64} : (tensor<2x64xf32>) -> (tensor<64xf32>, tensor<64xi32>)
  func.return
}

// CHECK-LABEL: @casts(
func.func @casts(%x: tensor<2x64xf32>, %s: tensor<f32>, %z: tensor<i32>, %ss: tensor<2xf32>, %zs: tensor<2xi32>) {
  // CHECK: %q = quant.quantize %x, %s, %z : (tensor<2x64xf32>, tensor<f32>, tensor<i32>) -> tensor<2x64xui8>
  %q = quant.quantize %x, %s, %z : (tensor<2x64xf32>, tensor<f32>, tensor<i32>) -> tensor<2x64xui8>
  // CHECK: quant.dequantize %q, %s, %z : (tensor<2x64xui8>, tensor<f32>, tensor<i32>) -> tensor<2x64xf32>
  %d = quant.dequantize %q, %s, %z : (tensor<2x64xui8>, tensor<f32>, tensor<i32>) -> tensor<2x64xf32>
  // CHECK: quant.quantize %x, %ss, %zs {axis = 0 : i64} : (tensor<2x64xf32>, tensor<2xf32>, tensor<2xi32>) -> tensor<2x64xi8>
  %r = quant.quantize %x, %ss, %zs {axis = 0 : i64} : (tensor<2x64xf32>, tensor<2xf32>, tensor<2xi32>) -> tensor<2x64xi8>
  // CHECK: quant.dequantize %r, %ss, %zs {axis = 0 : i64} : (tensor<2x64xi8>, tensor<2xf32>, tensor<2xi32>) -> tensor<2x64xf32>
  %e = quant.dequantize %r, %ss, %zs {axis = 0 : i64} : (tensor<2x64xi8>, tensor<2xf32>, tensor<2xi32>) -> tensor<2x64xf32>
  func.return
}

// CHECK-LABEL: @packing(
func.func @packing(%w: tensor<10x64xi8>, %s: tensor<f32>, %ss: tensor<10xf32>, %b: tensor<10xf32>, %t: tensor<3x4x2xi8>, %ts: tensor<4xf32>, %h: tensor<10x64xf16>) {
  // CHECK: %p = quant.prepack_dynamic %w, %s, %b : (tensor<10x64xi8>, tensor<f32>, tensor<10xf32>) -> !quant.packed<linear, tensor<10x64xi8>, bias = f32>
  %p = quant.prepack_dynamic %w, %s, %b : (tensor<10x64xi8>, tensor<f32>, tensor<10xf32>) -> !linear
  // CHECK: quant.unpack_dynamic %p : (!quant.packed<linear, tensor<10x64xi8>, bias = f32>) -> (tensor<10x64xi8>, tensor<f32>, tensor<10xf32>)
  %w2, %s2, %b2 = quant.unpack_dynamic %p : (!linear) -> (tensor<10x64xi8>, tensor<f32>, tensor<10xf32>)
  // CHECK: quant.prepack_dynamic %w, %ss : (tensor<10x64xi8>, tensor<10xf32>) -> !quant.packed<linear, tensor<10x64xi8>>
  %p1 = quant.prepack_dynamic %w, %ss : (tensor<10x64xi8>, tensor<10xf32>) -> !quant.packed<linear, tensor<10x64xi8>>
  // CHECK: quant.prepack_dynamic %t, %ts : (tensor<3x4x2xi8>, tensor<4xf32>) -> !quant.packed<conv_transpose1d, tensor<3x4x2xi8>>
  %p2 = quant.prepack_dynamic %t, %ts : (tensor<3x4x2xi8>, tensor<4xf32>) -> !transposed
  // CHECK: %p3 = quant.prepack %h, %b : (tensor<10x64xf16>, tensor<10xf32>) -> !quant.packed<linear_fp16, tensor<10x64xf16>, bias = f32>
  %p3 = quant.prepack %h, %b : (tensor<10x64xf16>, tensor<10xf32>) -> !fp16
  // CHECK: quant.unpack %p3 : (!quant.packed<linear_fp16, tensor<10x64xf16>, bias = f32>) -> (tensor<10x64xf16>, tensor<10xf32>)
  %h2, %b3 = quant.unpack %p3 : (!fp16) -> (tensor<10x64xf16>, tensor<10xf32>)
  // CHECK: quant.packed_constant <dense<1.500000e+00> : tensor<1x2xf16>, scales = dense<1.000000e+00> : tensor<1xf32>> : !quant.packed<linear_fp16, tensor<1x2xf16>>
  %p4 = quant.packed_constant <dense<1.5> : tensor<1x2xf16>, scales = dense<1.0> : tensor<1xf32>> : !quant.packed<linear_fp16, tensor<1x2xf16>>
  func.return
}

// CHECK-LABEL: @contractions(
func.func @contractions(%x: tensor<2x64xf32>, %i: tensor<1x3x8xf32>, %j: tensor<1x3x8x8xf32>, %p: !linear, %h: !fp16, %c: !conv1d, %d: !conv2d, %k: tensor<1x3x4x8x8xf32>, %e: !conv3d) {
  // CHECK: quant.linear_dynamic %x, %p : (tensor<2x64xf32>, !quant.packed<linear, tensor<10x64xi8>, bias = f32>) -> tensor<2x10xf32>
  %0 = quant.linear_dynamic %x, %p : (tensor<2x64xf32>, !linear) -> tensor<2x10xf32>
  // CHECK: quant.linear_dynamic %x, %p {reduce_range, activation = #quant<activation relu>} :
  %1 = quant.linear_dynamic %x, %p {reduce_range, activation = #quant<activation relu>} : (tensor<2x64xf32>, !linear) -> tensor<2x10xf32>
  // CHECK: quant.linear_dynamic_fp16 %x, %h {activation = #quant<activation relu>} : (tensor<2x64xf32>, !quant.packed<linear_fp16, tensor<10x64xf16>, bias = f32>) -> tensor<2x10xf32>
  %2 = quant.linear_dynamic_fp16 %x, %h {activation = #quant<activation relu>} : (tensor<2x64xf32>, !fp16) -> tensor<2x10xf32>
  // CHECK: quant.conv1d_dynamic %i, %c {reduce_range} : (tensor<1x3x8xf32>, !quant.packed<conv1d, tensor<4x3x2xi8>>) -> tensor<1x4x7xf32>
  %3 = quant.conv1d_dynamic %i, %c {reduce_range} : (tensor<1x3x8xf32>, !conv1d) -> tensor<1x4x7xf32>
  // CHECK: quant.conv2d_dynamic %j, %d : (tensor<1x3x8x8xf32>, !quant.packed<conv2d, tensor<4x3x3x3xi8>, padding = [1, 1, 1, 1]>) -> tensor<1x4x8x8xf32>
  %4 = quant.conv2d_dynamic %j, %d : (tensor<1x3x8x8xf32>, !conv2d) -> tensor<1x4x8x8xf32>
  // CHECK: quant.conv3d_dynamic %k, %e {reduce_range} : (tensor<1x3x4x8x8xf32>, !quant.packed<conv3d, tensor<4x3x3x3x3xi8>, bias = f32, stride = [1, 2, 2]>) -> tensor<1x4x2x3x3xf32>
  %5 = quant.conv3d_dynamic %k, %e {reduce_range} : (tensor<1x3x4x8x8xf32>, !conv3d) -> tensor<1x4x2x3x3xf32>
  func.return
}
