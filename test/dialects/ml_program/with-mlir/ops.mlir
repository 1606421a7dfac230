// RUN: qfin-opt %s | MLIR_OPT | qfin-opt | filecheck %s
// RUN: qfin-opt %s --print-op-generic | MLIR_OPT --mlir-print-op-generic --mlir-print-local-scope | qfin-opt | filecheck %s

// CHECK: ml_program.global private mutable @count(dense<0> : tensor<i32>) : tensor<i32>
ml_program.global private mutable @count(dense<0> : tensor<i32>) : tensor<i32>
// CHECK: ml_program.global public @fc.weight(dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>) : tensor<2xf32>
ml_program.global public @fc.weight(dense<[1.0, 2.0]> : tensor<2xf32>) : tensor<2xf32>
// CHECK: ml_program.global private @fc.quantized(dense<[1, 2]> : tensor<2xi8>) : tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>
ml_program.global private @fc.quantized(dense<[1, 2]> : tensor<2xi8>) : tensor<2x!quant.uniform<i8:f32, 0.5>>
// CHECK: ml_program.global private mutable @state : tensor<?xf32>
ml_program.global private mutable @state : tensor<?xf32>
// CHECK: ml_program.global nested @elsewhere(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>
ml_program.global nested @elsewhere(#ml_program.extern : tensor<4xf32>) : tensor<4xf32>

// CHECK-LABEL: @use
func.func @use(%x: tensor<?xf32>) -> (tensor<2xf32>, tensor<i32>) {
  // CHECK: ml_program.global_load_const @fc.weight : tensor<2xf32>
  %w = ml_program.global_load_const @fc.weight : tensor<2xf32>
  // CHECK: ml_program.global_load @count : tensor<i32>
  %n = ml_program.global_load @count : tensor<i32>
  // CHECK: ml_program.global_store @state = {{%.*}} : tensor<?xf32>
  ml_program.global_store @state = %x : tensor<?xf32>
  func.return %w, %n : tensor<2xf32>, tensor<i32>
}
