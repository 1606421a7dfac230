// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// A parameter with its default value is not printed.
// CHECK-LABEL: func.func @unary
// CHECK-SAME:    %x: [[X:tensor<2x\?x!quant.uniform<u8:f32, 5.000000e-01:128>>]]
func.func @unary(%x: tensor<2x?x!x>) {
  // CHECK-NEXT: %{{.*}} = quant.sigmoid %x : ([[X]]) -> [[Y:tensor<2x\?x!quant.uniform<i8:f32, 2.500000e-01:-3>>]]
  %0 = quant.sigmoid %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.tanh %x : ([[X]]) -> [[Y]]
  %1 = quant.tanh %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.hardsigmoid %x : ([[X]]) -> [[Y]]
  %2 = quant.hardsigmoid %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.hardswish %x : ([[X]]) -> [[Y]]
  %3 = quant.hardswish %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.elu %x : ([[X]]) -> [[Y]]
  %4 = quant.elu %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.elu %x {alpha = 5.000000e-01 : f64} : ([[X]]) -> [[Y]]
  %5 = quant.elu %x {alpha = 0.5 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.celu %x : ([[X]]) -> [[Y]]
  %6 = quant.celu %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.celu %x {alpha = -2.000000e+00 : f64} : ([[X]]) -> [[Y]]
  %7 = quant.celu %x {alpha = -2.0 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.leaky_relu %x : ([[X]]) -> [[Y]]
  %8 = quant.leaky_relu %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.leaky_relu %x {negative_slope = 1.000000e-01 : f64} : ([[X]]) -> [[Y]]
  %9 = quant.leaky_relu %x {negative_slope = 0.1 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.gelu %x : ([[X]]) -> [[Y]]
  %10 = quant.gelu %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.gelu %x {approximate = "tanh"} : ([[X]]) -> [[Y]]
  %11 = quant.gelu %x {approximate = "tanh"} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.silu %x : ([[X]]) -> [[Y]]
  %12 = quant.silu %x : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.clamp %x {min = 0.000000e+00 : f64, max = 6.000000e+00 : f64} : ([[X]]) -> [[Y]]
  %13 = quant.clamp %x {min = 0.0 : f64, max = 6.0 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.clamp %x {min = -3.000000e-01 : f64} : ([[X]]) -> [[Y]]
  %14 = quant.clamp %x {min = -0.3 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  // CHECK-NEXT: %{{.*}} = quant.clamp %x {max = 0x7ff0000000000000 : f64} : ([[X]]) -> [[Y]]
  %15 = quant.clamp %x {max = 0x7FF0000000000000 : f64} : (tensor<2x?x!x>) -> tensor<2x?x!y>
  func.return
}
