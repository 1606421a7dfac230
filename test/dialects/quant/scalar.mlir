// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: func.func @scalar
// CHECK-SAME:    %x: [[X:tensor<2x\?x!quant.uniform<u8:f32, 5.000000e-01:128>>]]
func.func @scalar(%x: tensor<2x?x!x>) {
  // CHECK-NEXT: %{{.*}} = quant.add_scalar %x {other = 3.000000e+00 : f64} : ([[X]]) -> [[Y:tensor<2x\?x!quant.uniform<i8:f32, 2.500000e-01:-3>>]]
  %0 = quant.add_scalar %x {other = 3.0 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.rsub_scalar %x {other = -1.000000e-01 : f64} : ([[X]]) -> [[Y]]
  %1 = quant.rsub_scalar %x {other = -0.1 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.mul_scalar %x {other = 0.000000e+00 : f64, activation = #quant<activation relu>} : ([[X]]) -> [[Y]]
  %2 = quant.mul_scalar %x {other = 0.0 : f64, activation = #quant<activation relu>} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.mul_scalar %x {other = 1.000000e-01 : f64, activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} : ([[X]]) -> [[Y]]
  %3 = quant.mul_scalar %x {other = 0.1 : f64, activation = #quant<activation clamp, min = 0.0, max = 6.0>} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  func.return
}
