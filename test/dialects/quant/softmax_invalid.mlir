// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
!t = !quant.uniform<i8:f32, 2.0e-08>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<2x3x!q>) {
  %y = quant.softmax %x {dim = 2 : i64} : (tensor<2x3x!q>) -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.softmax': dim must be -2 to 1, got 2

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
!t = !quant.uniform<i8:f32, 2.0e-08>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<2x3x!q>) {
  %y = quant.softmax %x {dim = 1 : i64} : (tensor<2x3x!q>) -> tensor<3x2x!q>
  func.return
}
// CHECK: error: 'quant.softmax': result has shape [3, 2], expected [2, 3]

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
!t = !quant.uniform<i8:f32, 2.0e-08>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<2x3x!q>) {
  %y = quant.softmax %x {dim = 1 : i64} : (tensor<2x3x!q>) -> tensor<2x3x!s>
  func.return
}
// CHECK: error: 'quant.softmax': result must be stored in 8 bits, got i16

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
!t = !quant.uniform<i8:f32, 2.0e-08>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<2x3x!c>) {
  %y = quant.softmax %x {dim = 1 : i64} : (tensor<2x3x!c>) -> tensor<2x3x!q>
  func.return
}
// CHECK: error: 'quant.softmax': input must be quantized per layer, got

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
!t = !quant.uniform<i8:f32, 2.0e-08>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<2x3x!q>) {
  %y = quant.softmax %x {dim = 1 : i64} : (tensor<2x3x!q>) -> tensor<2x3x!t>
  func.return
}
// CHECK: error: 'quant.softmax': a result with scale 2e-08 asks for more than the exponentials have (at least 2**-24)

// -----

!q = !quant.uniform<i8:f32, 0.5>
!s = !quant.uniform<i16:f32, 0.5>
!t = !quant.uniform<i8:f32, 2.0e-08>
!c = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @f(%x: tensor<1048577x2x!q>) {
  %y = quant.softmax %x {dim = 0 : i64} : (tensor<1048577x2x!q>) -> tensor<1048577x2x!q>
  func.return
}
// CHECK: error: 'quant.softmax': a sum of 1048577 exponentials is not precise enough (at most 1048576)
