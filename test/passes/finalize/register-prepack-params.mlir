// RUN: qfin-opt -p register-prepack-params %s | filecheck %s
// RUN: qfin-opt -p 'register-prepack-params{method-name=quantize_forward}' %s | filecheck %s

!p = !quant.packed<linear, tensor<4x3xi8>>
!h = !quant.packed<linear_fp16, tensor<4x3xf16>>

ml_program.global private mutable @fc.weight(dense<1.0> : tensor<4x3xf32>) : tensor<4x3xf32>
ml_program.global private @fc.other(dense<2.0> : tensor<4x3xf32>) : tensor<4x3xf32>
// A name that is taken.
ml_program.global private @_quantize_forward_ondevice_ptq_packed_weight_1(dense<2.0> : tensor<f32>) : tensor<f32>

// CHECK:      ml_program.global private mutable @_quantize_forward_ondevice_ptq_packed_weight_0 : !quant.packed<linear, tensor<4x3xi8>>
// CHECK-NEXT: ml_program.global private mutable @_quantize_forward_ondevice_ptq_packed_weight_2 : !quant.packed<linear, tensor<4x3xi8>>
// CHECK-NEXT: func.func @quantize_forward(
// CHECK:        %[[P:.*]] = quant.prepack_dynamic
// CHECK-NEXT:   ml_program.global_store @_quantize_forward_ondevice_ptq_packed_weight_0 = %[[P]] :
// CHECK-NEXT:   %[[L:.*]] = ml_program.global_load @_quantize_forward_ondevice_ptq_packed_weight_0 :
// CHECK-NEXT:   quant.linear_dynamic %x, %[[L]] :
// CHECK-NEXT:   quant.linear_dynamic %x, %[[L]] {reduce_range} :
// CHECK:        %[[Q:.*]] = quant.prepack_dynamic
// CHECK-NEXT:   ml_program.global_store @_quantize_forward_ondevice_ptq_packed_weight_2 = %[[Q]] :
// CHECK-NEXT:   %[[M:.*]] = ml_program.global_load @_quantize_forward_ondevice_ptq_packed_weight_2 :
// CHECK-NEXT:   quant.linear_dynamic %x, %[[M]] :
// Weights of f16 are packed at each call.
// CHECK:        %[[H:.*]] = quant.prepack %
// CHECK-NEXT:   quant.linear_dynamic_fp16 %x, %[[H]] :
func.func @quantize_forward(%x: tensor<2x3xf32>)
    -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %w = ml_program.global_load @fc.weight : tensor<4x3xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8}
    : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %p = quant.prepack_dynamic %q, %s : (tensor<4x3xi8>, tensor<f32>) -> !p
  %0 = quant.linear_dynamic %x, %p : (tensor<2x3xf32>, !p) -> tensor<2x4xf32>
  %1 = quant.linear_dynamic %x, %p {reduce_range} : (tensor<2x3xf32>, !p) -> tensor<2x4xf32>
  %v = ml_program.global_load_const @fc.other : tensor<4x3xf32>
  %r = quant.quantize %v, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %p1 = quant.prepack_dynamic %r, %s : (tensor<4x3xi8>, tensor<f32>) -> !p
  %2 = quant.linear_dynamic %x, %p1 : (tensor<2x3xf32>, !p) -> tensor<2x4xf32>
  %h = nn.saturate_to_fp16 %v : tensor<4x3xf32> to tensor<4x3xf16>
  %p2 = quant.prepack %h : (tensor<4x3xf16>) -> !h
  %3 = quant.linear_dynamic_fp16 %x, %p2 : (tensor<2x3xf32>, !h) -> tensor<2x4xf32>
  func.return %0, %1, %2, %3 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}
