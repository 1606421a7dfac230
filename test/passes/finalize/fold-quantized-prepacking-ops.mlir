// RUN: qfin-opt --fold-quantized-prepacking-ops --remarks %s 2> %t.remarks | filecheck %s
// RUN: filecheck %s --check-prefix=REMARK < %t.remarks

!w = !quant.uniform<i8<-127:127>:f32, 0.25>
!w3 = !quant.uniform<i8:f32:0, {0.25, 0.5, 0.125}>
!b = !quant.uniform<i32:f32, 0.125>
!packed = !quant.packed<linear, tensor<3x2xi8>>
!packed_f = !quant.packed<linear, tensor<3x2xi8>, bias = f32>
!packed_i = !quant.packed<linear, tensor<3x2xi8>, bias = i32>

// CHECK-LABEL: @per_layer()
// CHECK-NEXT:    %p = quant.packed_constant <dense<[[-1, 2], [3, -4], [5, 6]]> : tensor<3x2xi8>, scales = dense<2.500000e-01> : tensor<1xf32>> : !quant.packed<linear, tensor<3x2xi8>>
// CHECK-NEXT:    func.return %p
func.func @per_layer() -> !packed {
  %i = arith.constant dense<[[-1, 2], [3, -4], [5, 6]]> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %p = quant.prepack %w : (tensor<3x2x!w>) -> !packed
  return %p : !packed
}

// CHECK-LABEL: @per_axis_float_bias()
// CHECK-NEXT:    %p = quant.packed_constant <dense<1> : tensor<3x2xi8>, scales = dense<[2.500000e-01, 5.000000e-01, 1.250000e-01]> : tensor<3xf32>, bias = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf32>> : !quant.packed<linear, tensor<3x2xi8>, bias = f32>
// CHECK-NEXT:    func.return %p
func.func @per_axis_float_bias() -> !packed_f {
  %i = arith.constant dense<1> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w3>
  %b = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %p = quant.prepack %w, %b : (tensor<3x2x!w3>, tensor<3xf32>) -> !packed_f
  return %p : !packed_f
}

// The scale of an i32 bias follows from those of input and weight, and is not packed.
// CHECK-LABEL: @i32_bias()
// CHECK-NEXT:    %p = quant.packed_constant <dense<1> : tensor<3x2xi8>, scales = dense<2.500000e-01> : tensor<1xf32>, bias = dense<[1, -2, 3]> : tensor<3xi32>> : !quant.packed<linear, tensor<3x2xi8>, bias = i32>
// CHECK-NEXT:    func.return %p
func.func @i32_bias() -> !packed_i {
  %i = arith.constant dense<1> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %bi = arith.constant dense<[1, -2, 3]> : tensor<3xi32>
  %b = quant.scast %bi : tensor<3xi32> to tensor<3x!b>
  %p = quant.prepack %w, %b : (tensor<3x2x!w>, tensor<3x!b>) -> !packed_i
  return %p : !packed_i
}

// Equal packed constants are one, whatever their text was; another scale makes another.
// CHECK-LABEL: @shared()
// CHECK-NEXT:    %p = quant.packed_constant <dense<1> : {{.*}}, scales = dense<2.500000e-01>
// CHECK-NEXT:    %r = quant.packed_constant <dense<1> : {{.*}}, scales = dense<[
// CHECK-NEXT:    func.return %p, %p, %r
func.func @shared() -> (!packed, !packed, !packed) {
  %i = arith.constant dense<1> : tensor<3x2xi8>
  %v = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %p = quant.prepack %v : (tensor<3x2x!w>) -> !packed
  %j = arith.constant dense<[[1, 1], [1, 1], [1, 1]]> : tensor<3x2xi8>
  %w = quant.scast %j : tensor<3x2xi8> to tensor<3x2x!w>
  %q = quant.prepack %w : (tensor<3x2x!w>) -> !packed
  %u = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w3>
  %r = quant.prepack %u : (tensor<3x2x!w3>) -> !packed
  return %p, %q, %r : !packed, !packed, !packed
}

// Who still wants the weight itself gets it.
// CHECK-LABEL: @unpacked()
// CHECK-NEXT:    %i = arith.constant
// CHECK-NEXT:    %w = quant.scast %i
// CHECK-NEXT:    %p = quant.packed_constant
// CHECK-NEXT:    func.return %p, %w
func.func @unpacked() -> (!packed, tensor<3x2x!w>) {
  %i = arith.constant dense<1> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %p = quant.prepack %w : (tensor<3x2x!w>) -> !packed
  %u = quant.unpack %p : (!packed) -> tensor<3x2x!w>
  return %p, %u : !packed, tensor<3x2x!w>
}

// CHECK-LABEL: @argument(
// CHECK-NEXT:    %p = quant.prepack %w :
// REMARK:      fold-quantized-prepacking-ops.mlir:[[# @LINE + 2]]:3: remark: quant.prepack not fused: packs at each call: its weight is not a constant, but an argument
func.func @argument(%w: tensor<3x2x!w>) -> !packed {
  %p = quant.prepack %w : (tensor<3x2x!w>) -> !packed
  return %p : !packed
}

// CHECK-LABEL: @bias_argument(
// CHECK:         %p = quant.prepack %w, %b :
// REMARK-NEXT: remark: quant.prepack not fused: packs at each call: its bias is not a constant, but an argument
// REMARK-NOT:  remark
func.func @bias_argument(%b: tensor<3xf32>) -> !packed_f {
  %i = arith.constant dense<1> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %p = quant.prepack %w, %b : (tensor<3x2x!w>, tensor<3xf32>) -> !packed_f
  return %p : !packed_f
}
