// RUN: not qfin-opt %s -p 'freeze-module{preserved-attrs="fc.wait"}' 2>&1 | filecheck %s --check-prefix=NAME
// RUN: not qfin-opt %s -p freeze-module 2>&1 | filecheck %s --check-prefix=RECURSION

// NAME: preserved-attrs: unknown name 'fc.wait'; the module has @fc.weight, @forward, @again

ml_program.global private @fc.weight(dense<1.0> : tensor<2xf32>) : tensor<2xf32>

func.func @forward() {
  func.call @again() : () -> ()
  func.return
}
func.func private @again() {
  // RECURSION: 'func.call' at {{.*}}:[[# @LINE + 1]]:3: cannot inline a recursive call: @forward -> @again -> @again
  func.call @again() : () -> ()
  func.return
}
