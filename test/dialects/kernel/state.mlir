// RUN: qfin-opt %s | qfin-opt | filecheck %s

// CHECK: kernel.state {names = ["count", "fc.x"], offsets = array<i64: 0, 64>, unset = ["fc.x"], initial = dense<0> : tensor<128xi8>}
kernel.state {names = ["count", "fc.x"], offsets = array<i64: 0, 64>, unset = ["fc.x"], initial = dense<0> : tensor<128xi8>}
// CHECK: kernel.program {entry = @main{{.*}} loads = ["fc.x"], stores = ["count"]}
kernel.program {entry = @main, signature = () -> (), input_names = [], output_names = [], target = "avx2", arena = 0 : i64, constants = dense<0> : tensor<0xi8>, loads = ["fc.x"], stores = ["count"]}

// What has no constants of its own has those of the state.

// CHECK: module
builtin.module {
  // CHECK-NEXT: kernel.state {{{.*}} constants = dense<1> : tensor<64xi8>}
  kernel.state {names = [], offsets = array<i64>, unset = [], initial = dense<0> : tensor<0xi8>, constants = dense<1> : tensor<64xi8>}
  // CHECK-NEXT: kernel.program {entry = @shares, {{.*}} arena = 0 : i64}
  kernel.program {entry = @shares, signature = () -> (), input_names = [], output_names = [], target = "avx2", arena = 0 : i64}
}
