// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>) {
  %y = quant.layer_norm %x {normalized_shape = array<i64: 2>} : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.layer_norm': normalized_shape [2] is not the end of the input's shape [2, 3]

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>, %p: tensor<2xf32>) {
  %y = quant.layer_norm %x bias(%p : tensor<2xf32>) {normalized_shape = array<i64: 3>} : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.layer_norm': bias must have shape [3], got [2]

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>) {
  %y = quant.layer_norm %x {normalized_shape = array<i64: 3>, eps = 0.0 : f64} : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.layer_norm': eps 0.0 with an input scale of 0.5 leaves the range of f32

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<8388609x!q>) {
  %y = quant.layer_norm %x {normalized_shape = array<i64: 8388609>} : tensor<8388609x!q> -> tensor<8388609x!q>
  func.return
}
// CHECK: error: 'quant.layer_norm': sums over 8388609 values are not exact (at most 8388608 at a time)

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x3x!q>) {
  %y = quant.group_norm %x {num_groups = 2 : i64} : tensor<2x3x!q> -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.group_norm': 3 channels do not divide into 2 groups

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<3x!q>) {
  %y = quant.instance_norm %x  : tensor<3x!q> -> tensor<3x!q>
  func.return
}
// CHECK: error: 'quant.instance_norm': expects a tensor [N, C, ...], got [3]

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x3x4x!q>) {
  %y = quant.instance_norm %x  : tensor<2x3x4x!q> -> tensor<2x3x5x!q>
  func.return
}
// CHECK: error: 'quant.instance_norm': result has shape [2, 3, 5], expected [2, 3, 4]

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x3x4x!q>) {
  %y = quant.instance_norm %x  : tensor<2x3x4x!q> -> tensor<2x3x4x!s>
  func.return
}
// CHECK: error: 'quant.instance_norm': result must be stored in 8 bits, got i16
