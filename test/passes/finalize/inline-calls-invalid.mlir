// RUN: qfin-opt %s -p inline-calls --verify-diagnostics | filecheck %s
// RUN: qfin-opt %s -p 'inline-calls{preserved-attrs=f}' | filecheck %s --check-prefix=NAMED
// RUN: qfin-opt %s -p 'inline-calls{preserved-attrs=w}' --verify-diagnostics | filecheck %s
// RUN: qfin-opt %s -p 'freeze-module{preserved-attrs=w}' --verify-diagnostics | filecheck %s

// CHECK: 'func.func' at {{.*}}:[[# @LINE + 3]]:1: @f is private, as are all functions, so that none would stay: make it public, or name it in preserved-attrs
// NAMED: func.func public @f
ml_program.global private @w(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
func.func private @f(%x: tensor<2xf32>) -> tensor<2xf32> {
  func.return %x : tensor<2xf32>
}
