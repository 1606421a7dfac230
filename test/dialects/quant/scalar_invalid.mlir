// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<2xf32>) {
  %y = quant.add_scalar %x {other = 1.0 : f64} : (tensor<2xf32>) -> tensor<2x!q>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<2xf32>

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<2x!q>) {
  %y = quant.mul_scalar %x : (tensor<2x!q>) -> tensor<2x!q>
  func.return
}
// CHECK: property 'other' expected

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<2x!q>) {
  %y = quant.mul_scalar %x {other = 1.0 : f32} : (tensor<2x!q>) -> tensor<2x!q>
  func.return
}
// CHECK: expected an f64 number, got 1.000000e+00 : f32

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<2x!q>) {
  %y = quant.rsub_scalar %x {other = 0x7FF8000000000000 : f64} : (tensor<2x!q>) -> tensor<2x!q>
  func.return
}
// CHECK: error: 'quant.rsub_scalar': other must be finite in f32, got nan

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<2x!q>) {
  %y = quant.add_scalar %x {other = 1.0e39 : f64} : (tensor<2x!q>) -> tensor<2x!q>
  func.return
}
// CHECK: error: 'quant.add_scalar': other must be finite in f32, got 1e+39

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
func.func @f(%x: tensor<2x!q>) {
  %y = quant.add_scalar %x {other = 1.0 : f64} : (tensor<2x!q>) -> tensor<3x!q>
  func.return
}
// CHECK: error: 'quant.add_scalar': result has shape [3], expected [2]

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
!i16 = !quant.uniform<i16:f32, 0.5>
func.func @f(%x: tensor<2x!q>) {
  %y = quant.add_scalar %x {other = 1.0 : f64} : (tensor<2x!q>) -> tensor<2x!i16>
  func.return
}
// CHECK: error: 'quant.add_scalar': result must be stored in 8 bits, got i16
