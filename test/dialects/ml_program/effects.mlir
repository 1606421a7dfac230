// RUN: qfin-opt %s -p cse,dce | filecheck %s

ml_program.global private @constant(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
ml_program.global private mutable @state(dense<0.0> : tensor<2xf32>) : tensor<2xf32>

// Loads that nobody reads go, and two of the same value are one.
// CHECK-LABEL: @loads
func.func @loads() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK-NEXT: [[C:%.*]] = ml_program.global_load_const @constant
  // CHECK-NEXT: [[S:%.*]] = ml_program.global_load @state
  // CHECK-NEXT: func.return [[C]], [[C]], [[S]], [[S]]
  %unused = ml_program.global_load @state : tensor<2xf32>
  %0 = ml_program.global_load_const @constant : tensor<2xf32>
  %1 = ml_program.global_load_const @constant : tensor<2xf32>
  %2 = ml_program.global_load @state : tensor<2xf32>
  %3 = ml_program.global_load @state : tensor<2xf32>
  func.return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// A store stays, and what is loaded before it is not what is loaded behind it. A constant is.
// CHECK-LABEL: @stores
func.func @stores(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK-NEXT: [[C:%.*]] = ml_program.global_load_const @constant
  // CHECK-NEXT: [[B:%.*]] = ml_program.global_load @state
  // CHECK-NEXT: ml_program.global_store @state = %x
  // CHECK-NEXT: [[A:%.*]] = ml_program.global_load @state
  // CHECK-NEXT: func.return [[C]], [[C]], [[B]], [[A]]
  %0 = ml_program.global_load_const @constant : tensor<2xf32>
  %1 = ml_program.global_load @state : tensor<2xf32>
  ml_program.global_store @state = %x : tensor<2xf32>
  %2 = ml_program.global_load @state : tensor<2xf32>
  %3 = ml_program.global_load_const @constant : tensor<2xf32>
  func.return %0, %3, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
