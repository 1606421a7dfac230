// RUN: qfin-opt %s -p inline-calls | filecheck %s --check-prefixes=CHECK,ALL
// RUN: qfin-opt %s -p inline-calls,inline-calls | filecheck %s --check-prefixes=CHECK,ALL
// RUN: qfin-opt %s -p 'inline-calls{preserved-attrs=helper,kept}' | filecheck %s --check-prefixes=CHECK,SOME
// RUN: qfin-opt %s -p inline-calls --remarks=text 2>&1 >/dev/null | filecheck %s --check-prefix=QUIET --allow-empty
// RUN: qfin-opt %s -p 'inline-calls{preserved-attrs=helper}' --remarks=text 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: not qfin-opt %s -p 'inline-calls{preserved-attrs=nothing}' 2>&1 | filecheck %s --check-prefix=NAME

// NAME: preserved-attrs: unknown name 'nothing'; the module has @w, @kept, @count, @forward,

// Parameters stay globals, and what is loaded of them is marked as constant: not what is preserved,
// nor what may be stored.

// CHECK: ml_program.global private @w(
ml_program.global private @w(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
// CHECK: ml_program.global private @kept(
ml_program.global private @kept(dense<2.0> : tensor<2xf32>) : tensor<2xf32>
// CHECK: ml_program.global private mutable @count(
ml_program.global private mutable @count(dense<3.0> : tensor<2xf32>) : tensor<2xf32>

// CHECK-LABEL: @forward(
func.func @forward(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  // CHECK-NEXT: %w = ml_program.global_load_const @w : tensor<2xf32>
  // CHECK-NEXT: nn.add %x, %w
  // ALL-NEXT:   %k = ml_program.global_load_const @kept : tensor<2xf32>
  // SOME-NEXT:  %k = ml_program.global_load @kept : tensor<2xf32>
  // CHECK-NEXT: %c = ml_program.global_load @count : tensor<2xf32>
  %y = func.call @helper(%x) : (tensor<2xf32>) -> tensor<2xf32>
  %k = ml_program.global_load @kept : tensor<2xf32>
  %c = ml_program.global_load @count : tensor<2xf32>
  func.return %y, %k, %c : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
// ALL-NOT: @helper
// SOME:    func.func public @helper(
func.func private @helper(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = ml_program.global_load @w : tensor<2xf32>
  %y = nn.add %x, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  func.return %y : tensor<2xf32>
}
// ALL:      func.func @other
// SOME-NOT: @other
// QUIET-NOT: remark
// REMARK:    remark: func.func: @other is removed: not reached
func.func @other() {
  func.return
}
