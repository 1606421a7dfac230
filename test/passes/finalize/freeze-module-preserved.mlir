// RUN: qfin-opt %s -p 'freeze-module{preserved-attrs="fc","reset","helper"}' | filecheck %s
// RUN: qfin-opt %s -p 'freeze-module{preserved-attrs=fc,reset,helper}' | filecheck %s
// RUN: qfin-opt %s -p 'freeze-module{preserved-attrs=fc.bias}' | filecheck %s --check-prefix=BIAS
// RUN: qfin-opt %s --freeze-module=preserved-attrs=fc.bias | filecheck %s --check-prefix=BIAS
// RUN: qfin-opt %s -p 'freeze-module{preserved-attrs="fc.bias"}' | filecheck %s --check-prefix=BIAS

// A submodule stands for all that is in it, and for no other whose name only starts alike.

// CHECK:     ml_program.global private @fc.weight
// CHECK:     ml_program.global private @fc.bias
// CHECK-NOT: @fc2.weight
// BIAS-NOT:  global private @fc.weight
// BIAS:      global private @fc.bias
// BIAS-NOT:  global private @fc2.weight
ml_program.global private @fc.weight(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
ml_program.global private @fc.bias(dense<2.0> : tensor<2xf32>) : tensor<2xf32>
ml_program.global private @fc2.weight(dense<3.0> : tensor<2xf32>) : tensor<2xf32>

// CHECK-LABEL: @forward
// BIAS-LABEL:  @forward
func.func @forward() -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK-NEXT: ml_program.global_load_const @fc.weight
  // CHECK-NEXT: ml_program.global_load_const @fc.bias
  // CHECK-NEXT: arith.constant dense<3.000000e+00>
  // BIAS-NEXT:  arith.constant dense<1.000000e+00>
  // BIAS-NEXT:  ml_program.global_load_const @fc.bias
  // BIAS-NEXT:  arith.constant dense<3.000000e+00>
  %0 = ml_program.global_load_const @fc.weight : tensor<2xf32>
  %1 = ml_program.global_load_const @fc.bias : tensor<2xf32>
  %2 = ml_program.global_load_const @fc2.weight : tensor<2xf32>
  func.return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
// CHECK: func.func public @reset
// BIAS-NOT: func.func
func.func @reset() {
  func.return
}
// CHECK: func.func public @helper
func.func private @helper() {
  func.return
}
// CHECK-NOT: @dropped
func.func @dropped() {
  func.return
}
