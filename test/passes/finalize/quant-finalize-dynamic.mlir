// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic}' --remarks %s 2>/dev/null | filecheck %s
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic}' --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic}' %s > %t.once
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic},quant-finalize{quant-type=dynamic}' %s | diff %t.once -
// RUN: not qfin-opt -p 'quant-finalize{quant-type=weight-only}' %s 2>&1 | filecheck %s --check-prefix=TYPE
// RUN: not qfin-opt -p 'quant-finalize{on-device=true}' %s 2>&1 | filecheck %s --check-prefix=DEVICE

// TYPE: 'weight-only' is not a quant-type (static, dynamic)
// DEVICE: on-device is of quant-type=dynamic: it chooses parameters at run time

!w = !quant.uniform<i8:f32, 0.25>

// REMARK: remark: nn.linear fused: became quant.linear_dynamic
// REMARK: remark: nn.linear fused: became quant.linear_dynamic_fp16
// REMARK: quant.prepack_dynamic not fused: packs at each call: the weight is quantized at run time

// CHECK-LABEL: @constants(
// CHECK-NEXT:    %[[P:.*]] = quant.packed_constant <dense<1> : tensor<4x3xi8>, scales = dense<2.500000e-01> : tensor<1xf32>> : !quant.packed<linear, tensor<4x3xi8>>
// CHECK-NEXT:    %[[Y:.*]] = quant.linear_dynamic %x, %[[P]] {reduce_range} :
// CHECK-NEXT:    func.return %[[Y]]
func.func @constants(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %i = arith.constant dense<1> : tensor<4x3xi8>
  %wq = quant.scast %i : tensor<4x3xi8> to tensor<4x3x!w>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// 1e6 is more than f16 holds.
// CHECK-LABEL: @fp16_constant(
// CHECK-NEXT:    %[[P:.*]] = quant.packed_constant <dense<{{\[\[}}6.550400e+04, 1.000000e+00]]> : tensor<1x2xf16>, scales = dense<1.000000e+00> : tensor<1xf32>> : !quant.packed<linear_fp16, tensor<1x2xf16>>
// CHECK-NEXT:    %[[Y:.*]] = quant.linear_dynamic_fp16 %x, %[[P]] :
// CHECK-NEXT:    func.return %[[Y]]
func.func @fp16_constant(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %w = arith.constant dense<[[1.0e6, 1.0]]> : tensor<1x2xf32>
  %h = nn.saturate_to_fp16 %w : tensor<1x2xf32> to tensor<1x2xf16>
  %f = nn.to %h : tensor<1x2xf16> to tensor<1x2xf32>
  %y = nn.linear %x, %f : (tensor<3x2xf32>, tensor<1x2xf32>) -> tensor<3x1xf32>
  func.return %y : tensor<3x1xf32>
}

// What is packed at run time stays, and is said.
// CHECK-LABEL: @run_time(
// CHECK:         quant.prepack_dynamic
// CHECK-NEXT:    quant.linear_dynamic
func.func @run_time(%x: tensor<2x3xf32>, %v: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %t, %u = quant.choose_qparams %v {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %wq = quant.quantize %v, %t, %u : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %w = quant.dequantize %wq, %t, %u : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// What is computed of a constant weight is computed, and packed, at compile time.
// CHECK-LABEL: @run_time_of_constants(
// CHECK-NEXT:    %[[P:.*]] = quant.packed_constant <dense<{{\[\[}}64, -127]]> : tensor<1x2xi8>, scales = dense<7.812500e-03> : tensor<1xf32>> : !quant.packed<linear, tensor<1x2xi8>>
// CHECK-NEXT:    %[[Y:.*]] = quant.linear_dynamic %x, %[[P]] {reduce_range} :
// CHECK-NEXT:    func.return %[[Y]]
func.func @run_time_of_constants(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<3x2xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<3x2xf32>, tensor<f32>, tensor<i32>) -> tensor<3x2xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<3x2xui8>, tensor<f32>, tensor<i32>) -> tensor<3x2xf32>
  %v = arith.constant dense<[[0.5, -0.9921875]]> : tensor<1x2xf32>
  %t, %u = quant.choose_qparams %v {symmetric, storage = i8, quant_min = -127} : (tensor<1x2xf32>) -> (tensor<f32>, tensor<i32>)
  %wq = quant.quantize %v, %t, %u : (tensor<1x2xf32>, tensor<f32>, tensor<i32>) -> tensor<1x2xi8>
  %w = quant.dequantize %wq, %t, %u : (tensor<1x2xi8>, tensor<f32>, tensor<i32>) -> tensor<1x2xf32>
  %y = nn.linear %d, %w : (tensor<3x2xf32>, tensor<1x2xf32>) -> tensor<3x1xf32>
  func.return %y : tensor<3x1xf32>
}
