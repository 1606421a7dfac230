// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2xf32>, %p: tensor<2xf32>) {
  %y = nn.batch_norm %x running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.batch_norm': expects a tensor [N, C, ...], got [2]

// -----

func.func @f(%x: tensor<2x3xf32>, %p: tensor<3xf32>, %w: tensor<2xf32>) {
  %y = nn.batch_norm %x weight(%w : tensor<2xf32>) running_mean(%p : tensor<3xf32>) running_var(%p : tensor<3xf32>) : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.batch_norm': weight must have shape [3], got [2]

// -----

func.func @f(%x: tensor<2x3xf32>, %p: tensor<3xf32>, %v: tensor<1x3xf32>) {
  %y = nn.batch_norm %x running_mean(%p : tensor<3xf32>) running_var(%v : tensor<1x3xf32>) : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.batch_norm': running_var must have shape [3], got [1, 3]

// -----

func.func @f(%x: tensor<2x3xf32>, %p: tensor<3xf64>) {
  %y = nn.batch_norm %x running_mean(%p : tensor<3xf64>) running_var(%p : tensor<3xf64>) : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.batch_norm': operands and results must have one element type, got f32, f64

// -----

func.func @f(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  %y = nn.batch_norm %x running_mean(%p : tensor<3xf32>) running_var(%p : tensor<3xf32>) {eps = -1.0 : f64} : tensor<2x3xf32>
  func.return
}
// CHECK: error: 'nn.batch_norm': eps must be a finite number >= 0, got -1.0
