// RUN: qfin-opt %s --verify-diagnostics --split-input-file | filecheck %s

// CHECK: immutable global must have an initial value
ml_program.global private @x : tensor<2xf32>

// -----

// CHECK: initial value is tensor<3xf32>, the global is tensor<2xf32>
ml_program.global private @x(dense<1.0> : tensor<3xf32>) : tensor<2xf32>

// -----

// CHECK: initial value is tensor<2xf32>, the global holds i8
ml_program.global private @x(dense<1.0> : tensor<2xf32>) : tensor<2x!quant.uniform<i8:f32, 0.5>>

// -----

// CHECK: weight is tensor<2x2xi8>, the packed type says tensor<2x3xi8>
ml_program.global private @x(#quant.weights<dense<1> : tensor<2x2xi8>, scales = dense<0.5> : tensor<1xf32>>) : !quant.packed<linear, tensor<2x3xi8>>

// -----

// CHECK: a global of type !quant.packed<linear, tensor<2x3xi8>> cannot start as a dense
ml_program.global private @x(dense<1> : tensor<2x3xi8>) : !quant.packed<linear, tensor<2x3xi8>>

// -----

func.func @f() {
  // CHECK: undefined global: @x
  %0 = ml_program.global_load @x : tensor<2xf32>
  func.return
}

// -----

func.func @f() {
  // CHECK: undefined global: @f
  %0 = ml_program.global_load_const @f : tensor<2xf32>
  func.return
}

// -----

ml_program.global private mutable @x : tensor<2xf32>
func.func @f() {
  // CHECK: cannot load as const from mutable global @x
  %0 = ml_program.global_load_const @x : tensor<2xf32>
  func.return
}

// -----

ml_program.global private mutable @x : tensor<2xf32>
func.func @f() {
  // CHECK: cannot load from global typed tensor<2xf32> as tensor<3xf32>
  %0 = ml_program.global_load @x : tensor<3xf32>
  func.return
}

// -----

ml_program.global private @x(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
func.func @f(%x: tensor<2xf32>) {
  // CHECK: cannot store to an immutable global @x
  ml_program.global_store @x = %x : tensor<2xf32>
  func.return
}

// -----

ml_program.global private mutable @x : tensor<2xf32>
func.func @f(%x: tensor<3xf32>) {
  // CHECK: cannot store to a global typed tensor<2xf32> from tensor<3xf32>
  ml_program.global_store @x = %x : tensor<3xf32>
  func.return
}

// -----

// CHECK: Redefinition of symbol "x"
ml_program.global private mutable @x : tensor<2xf32>
ml_program.global private mutable @x : tensor<2xf32>
