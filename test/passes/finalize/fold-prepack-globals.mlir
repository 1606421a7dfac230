// RUN: qfin-opt %s -p 'fold-quantized-prepacking-ops{globals=true}' | filecheck %s
// RUN: qfin-opt %s -p 'fold-quantized-prepacking-ops{globals=true},fold-quantized-prepacking-ops{globals=true}' | filecheck %s
// RUN: qfin-opt %s -p 'fold-quantized-prepacking-ops{globals=true},fold-globals' | filecheck %s --check-prefix=BACK

!qw = !quant.uniform<i8:f32, 0.5>
!packed = !quant.packed<linear, tensor<2x3xi8>>
!biased = !quant.packed<linear, tensor<2x3xi8>, bias = f32>

// Parameters in globals fold; equal weights are one global, named for the function that has it first.

// CHECK: ml_program.global private @fc.weight
ml_program.global private @fc.weight(dense<1> : tensor<2x3xi8>) : tensor<2x3x!qw>
ml_program.global private @fc.bias(dense<[1.0, 2.0]> : tensor<2xf32>) : tensor<2xf32>
ml_program.global private @a.packed_weight_1(dense<0> : tensor<i32>) : tensor<i32>

// CHECK:      ml_program.global private @a.packed_weight_0(#quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<5.000000e-01> : tensor<1xf32>>) : !quant.packed<linear, tensor<2x3xi8>>
// CHECK-NEXT: ml_program.global private @a.packed_weight_2(#quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<5.000000e-01> : tensor<1xf32>, bias = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>>)
// CHECK-NEXT: func.func @a
// BACK-NOT:   ml_program.global
func.func @a() -> (!packed, !biased, !packed) {
  // CHECK-NEXT: [[P:%.*]] = ml_program.global_load_const @a.packed_weight_0
  // CHECK-NEXT: [[Q:%.*]] = ml_program.global_load_const @a.packed_weight_2
  // CHECK-NEXT: func.return [[P]], [[Q]], [[P]]
  %w = ml_program.global_load_const @fc.weight : tensor<2x3x!qw>
  %b = ml_program.global_load_const @fc.bias : tensor<2xf32>
  %p = quant.prepack %w : (tensor<2x3x!qw>) -> !packed
  %q = quant.prepack %w, %b : (tensor<2x3x!qw>, tensor<2xf32>) -> !biased
  %r = quant.prepack %w : (tensor<2x3x!qw>) -> !packed
  func.return %p, %q, %r : !packed, !biased, !packed
}

// CHECK:     ml_program.global private @b.packed_weight_0(#quant.weights<dense<2>
// CHECK:     func.func @b
// BACK:      func.func @b
func.func @b() -> (!packed, !packed) {
  // CHECK-NEXT: ml_program.global_load_const @a.packed_weight_0
  // CHECK-NEXT: ml_program.global_load_const @b.packed_weight_0
  // BACK-NEXT:  quant.packed_constant <dense<1>
  // BACK-NEXT:  quant.packed_constant <dense<2>
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %w = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!qw>
  %p = quant.prepack %w : (tensor<2x3x!qw>) -> !packed
  %d = arith.constant dense<2> : tensor<2x3xi8>
  %v = quant.scast %d : tensor<2x3xi8> to tensor<2x3x!qw>
  %q = quant.prepack %v : (tensor<2x3x!qw>) -> !packed
  func.return %p, %q : !packed, !packed
}
