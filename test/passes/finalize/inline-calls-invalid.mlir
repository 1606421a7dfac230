// RUN: qfin-opt %s -p inline-calls --verify-diagnostics | filecheck %s
// RUN: qfin-opt %s -p 'inline-calls{preserved-attrs=forward}' | filecheck %s --check-prefix=NAMED

// CHECK: 'func.func' at {{.*}}:[[# @LINE + 2]]:1: @forward is private, as are all functions, so that none would stay: make it public, or name it in preserved-attrs
// NAMED: func.func public @forward
func.func private @forward(%x: tensor<2xf32>) -> tensor<2xf32> {
  func.return %x : tensor<2xf32>
}
