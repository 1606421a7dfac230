// RUN: qfin-opt %s | qfin-opt | filecheck %s
// RUN: qfin-opt %s --print-op-generic | qfin-opt | filecheck %s

!packed = !quant.packed<linear, tensor<2x3xi8>>

// CHECK: ml_program.global private mutable @count(dense<0> : tensor<i32>) : tensor<i32> {note = "kept"}
ml_program.global private mutable @count(dense<0> : tensor<i32>) : tensor<i32> {note = "kept"}
// CHECK: ml_program.global public @fc.weight(dense<[1, 2]> : tensor<2xi8>) : tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>
ml_program.global public @fc.weight(dense<[1, 2]> : tensor<2xi8>) : tensor<2x!quant.uniform<i8:f32, 0.5>>
// CHECK: ml_program.global private @fc.packed(#quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<5.000000e-01> : tensor<1xf32>>) : !quant.packed<linear, tensor<2x3xi8>>
ml_program.global private @fc.packed(#quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>>) : !packed
// CHECK: ml_program.global private mutable @later : !quant.packed<linear, tensor<2x3xi8>>
ml_program.global private mutable @later : !packed
// CHECK: ml_program.global nested @elsewhere(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>
ml_program.global nested @elsewhere(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>
// CHECK: ml_program.global private @"not a bare name"(dense<0> : tensor<i32>) : tensor<i32>
ml_program.global private @"not a bare name"(dense<0> : tensor<i32>) : tensor<i32>

// CHECK-LABEL: @use
func.func @use() -> tensor<i32> {
  // CHECK-NEXT: [[P:%.*]] = ml_program.global_load_const @fc.packed : !quant.packed<linear, tensor<2x3xi8>> {note = "kept"}
  %p = ml_program.global_load_const @fc.packed : !packed {note = "kept"}
  // CHECK-NEXT: ml_program.global_store @later = [[P]] : !quant.packed<linear, tensor<2x3xi8>> {note = "kept"}
  ml_program.global_store @later = %p : !packed {note = "kept"}
  // CHECK-NEXT: ml_program.global_load @count : tensor<i32> {note = "kept"}
  %n = ml_program.global_load @count : tensor<i32> {note = "kept"}
  func.return %n : tensor<i32>
}
