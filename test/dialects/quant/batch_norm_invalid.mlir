// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x!q>, %p: tensor<2xf32>) {
  %y = quant.batch_norm %x running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<2x!q> -> tensor<2x!q>
  func.return
}
// CHECK: error: 'quant.batch_norm': expects a tensor [N, C, ...], got [2]

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %p: tensor<3xf32>, %w: tensor<2xf32>) {
  %y = quant.batch_norm %x bias(%w : tensor<2xf32>) running_mean(%p : tensor<3xf32>) running_var(%p : tensor<3xf32>) : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.batch_norm': bias must have shape [3], got [2]

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %p: tensor<3xf64>) {
  %y = quant.batch_norm %x running_mean(%p : tensor<3xf64>) running_var(%p : tensor<3xf64>) : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: expected a ranked tensor of f32, got tensor<3xf64>

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %p: tensor<3xf32>) {
  %y = quant.batch_norm %x running_mean(%p : tensor<3xf32>) running_var(%p : tensor<3xf32>) : tensor<2x3x!q> -> tensor<2x4x!q>
  func.return
}
// CHECK: error: 'quant.batch_norm': result has shape [2, 4], expected [2, 3]

// -----

!q = !quant.uniform<i8:f32, 0.5>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<2x3x!c>, %p: tensor<3xf32>) {
  %y = quant.batch_norm %x running_mean(%p : tensor<3xf32>) running_var(%p : tensor<3xf32>) : tensor<2x3x!c> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.batch_norm': input must be quantized per layer, got

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %p: tensor<3xf32>) {
  %y = quant.batch_norm %x running_mean(%p : tensor<3xf32>) running_var(%p : tensor<3xf32>) {eps = -1.0 : f64} : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.batch_norm': eps must be a finite number >= 0, got -1.0
