// RUN: QFIN_ROUNDTRIP

// A parameter with its default value is not printed.
// CHECK-LABEL: func.func @unary
func.func @unary(%x: tensor<2x?xf32>) {
  // CHECK-NEXT: %{{.*}} = nn.sigmoid %x : tensor<2x?xf32>
  %0 = nn.sigmoid %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.tanh %x : tensor<2x?xf32>
  %1 = nn.tanh %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.hardsigmoid %x : tensor<2x?xf32>
  %2 = nn.hardsigmoid %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.hardswish %x : tensor<2x?xf32>
  %3 = nn.hardswish %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.elu %x : tensor<2x?xf32>
  %4 = nn.elu %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.elu %x {alpha = 5.000000e-01 : f64} : tensor<2x?xf32>
  %5 = nn.elu %x {alpha = 0.5 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.celu %x : tensor<2x?xf32>
  %6 = nn.celu %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.celu %x {alpha = -2.000000e+00 : f64} : tensor<2x?xf32>
  %7 = nn.celu %x {alpha = -2.0 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.leaky_relu %x : tensor<2x?xf32>
  %8 = nn.leaky_relu %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.leaky_relu %x {negative_slope = 1.000000e-01 : f64} : tensor<2x?xf32>
  %9 = nn.leaky_relu %x {negative_slope = 0.1 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.gelu %x : tensor<2x?xf32>
  %10 = nn.gelu %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.gelu %x {approximate = "tanh"} : tensor<2x?xf32>
  %11 = nn.gelu %x {approximate = "tanh"} : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.silu %x : tensor<2x?xf32>
  %12 = nn.silu %x : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.clamp %x {min = 0.000000e+00 : f64, max = 6.000000e+00 : f64} : tensor<2x?xf32>
  %13 = nn.clamp %x {min = 0.0 : f64, max = 6.0 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.clamp %x {min = -3.000000e-01 : f64} : tensor<2x?xf32>
  %14 = nn.clamp %x {min = -0.3 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.clamp %x {max = 0x7ff0000000000000 : f64} : tensor<2x?xf32>
  %15 = nn.clamp %x {max = 0x7FF0000000000000 : f64} : tensor<2x?xf32>
  // CHECK-NEXT: %{{.*}} = nn.elu %x : tensor<2x?xf32>
  %default = nn.elu %x {alpha = 1.0 : f64} : tensor<2x?xf32>
  func.return
}

// Of any rank, of any floats, and in any layout.
// CHECK-LABEL: func.func @types
func.func @types(%x: tensor<f16>, %y: tensor<1x2x3x4xf64, #layout.nhwc>) {
  // CHECK-NEXT: nn.tanh %x : tensor<f16>
  %0 = nn.tanh %x : tensor<f16>
  // CHECK-NEXT: nn.silu %y : tensor<1x2x3x4xf64, #layout.nhwc>
  %1 = nn.silu %y : tensor<1x2x3x4xf64, #layout.nhwc>
  func.return
}
