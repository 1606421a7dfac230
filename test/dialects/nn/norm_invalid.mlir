// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.layer_norm %x {normalized_shape = array<i64: 2>} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.layer_norm': normalized_shape [2] is not the end of the input's shape [2, 3]

// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.layer_norm %x {normalized_shape = array<i64>} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.layer_norm': normalized_shape [] is not the end of the input's shape [2, 3]

// -----

func.func @f(%x: tensor<3xf32>) {
  %y = nn.layer_norm %x {normalized_shape = array<i64: 3, 3>} : tensor<3xf32>
  func.return
}
// CHECK: error: 'nn.layer_norm': normalized_shape [3, 3] is not the end of the input's shape [3]

// -----

func.func @f(%x: tensor<2x3xf32>, %p: tensor<2xf32>) {
  %y = nn.layer_norm %x weight(%p : tensor<2xf32>) {normalized_shape = array<i64: 3>} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.layer_norm': weight must have shape [3], got [2]

// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.layer_norm %x {normalized_shape = array<i64: 3>, eps = -1.0 : f64} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.layer_norm': eps must be a finite number >= 0, got -1.0

// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.group_norm %x {num_groups = 2 : i64} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.group_norm': 3 channels do not divide into 2 groups

// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.group_norm %x {num_groups = 0 : i64} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.group_norm': num_groups must be at least 1, got 0

// -----

func.func @f(%x: tensor<3xf32>) {
  %y = nn.group_norm %x {num_groups = 1 : i64} : tensor<3xf32>
  func.return
}
// CHECK: error: 'nn.group_norm': expects a tensor [N, C, ...], got [3]

// -----

func.func @f(%x: tensor<2x3x4xf32>, %p: tensor<2xf32>) {
  %y = nn.instance_norm %x bias(%p : tensor<2xf32>) : tensor<2x3x4xf32>
  func.return
}
// CHECK: error: 'nn.instance_norm': bias must have shape [3], got [2]

// -----

func.func @f(%x: tensor<2x3x4xf32>, %p: tensor<2xf32>) {
  %y = nn.instance_norm %x running_var(%p : tensor<2xf32>) : tensor<2x3x4xf32>
  func.return
}
// CHECK: error: 'nn.instance_norm': running_var must have shape [3], got [2]

// -----

func.func @f(%x: tensor<2x3x4xf32>, %p: tensor<3xf32>) {
  %y = nn.instance_norm %x running_mean(%p : tensor<3xf32>) {use_input_stats = false} : tensor<2x3x4xf32>
  func.return
}
// CHECK: error: 'nn.instance_norm': without use_input_stats both running_mean and running_var are needed
