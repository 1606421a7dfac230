// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

kernel.state {names = ["x", "y"], offsets = array<i64: 0>, unset = [], initial = dense<0> : tensor<64xi8>}
// CHECK: 1 offsets for the names ["x", "y"]

// -----

kernel.state {names = ["x", "x"], offsets = array<i64: 0, 8>, unset = [], initial = dense<0> : tensor<64xi8>}
// CHECK: two globals have the same name: ["x", "x"]

// -----

kernel.state {names = ["x"], offsets = array<i64: 0>, unset = [], initial = dense<0.0> : tensor<64xf32>}
// CHECK: the state is i8 values in a row, got tensor<64xf32>

// -----

kernel.state {names = ["x"], offsets = array<i64: 64>, unset = [], initial = dense<0> : tensor<64xi8>}
// CHECK: offset 64 lies outside of 64 bytes

// -----

kernel.state {names = ["x"], offsets = array<i64: 0>, unset = ["y"], initial = dense<0> : tensor<64xi8>}
// CHECK: 'y' is unset, but is not among the names

// -----

kernel.state {names = [], offsets = array<i64>, unset = [], initial = dense<0> : tensor<0xi8>, constants = dense<0.0> : tensor<64xf32>}
// CHECK: constants are i8 values in a row, got tensor<64xf32>

// -----

kernel.state {names = [], offsets = array<i64>, unset = [], initial = dense<0> : tensor<0xi8>}
kernel.program {entry = @main, signature = () -> (), input_names = [], output_names = [], target = "avx2", arena = 0 : i64}
// CHECK: constants are absent, and no kernel.state of the module has any
