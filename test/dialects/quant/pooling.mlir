// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 5.000000e-01:128>
!y = !quant.uniform<i8:f32, 2.500000e-01:-3>

// CHECK-LABEL: @pools
func.func @pools(%l: tensor<1x2x8x!x>, %i: tensor<1x2x8x7x!x>, %v: tensor<1x2x8x7x6x!x>) {
  // CHECK: quant.avg_pool1d %l {kernel = array<i64: 3>, ceil_mode = true, count_include_pad = false} : {{.*}} -> tensor<1x2x6x!quant
  %0 = quant.avg_pool1d %l {kernel = array<i64: 3>, ceil_mode = true, count_include_pad = false} : (tensor<1x2x8x!x>) -> tensor<1x2x6x!y>
  // CHECK: quant.avg_pool2d %i {kernel = array<i64: 2, 3>, divisor_override = 5 : i64} : {{.*}} -> tensor<1x2x7x5x!quant
  %1 = quant.avg_pool2d %i {kernel = array<i64: 2, 3>, divisor_override = 5 : i64} : (tensor<1x2x8x7x!x>) -> tensor<1x2x7x5x!y>
  // CHECK: quant.avg_pool3d %v {kernel = array<i64: 2, 2, 2>, stride = array<i64: 1, 2, 2>} : {{.*}} -> tensor<1x2x7x3x3x!quant
  %2 = quant.avg_pool3d %v {kernel = array<i64: 2, 2, 2>, stride = array<i64: 1, 2, 2>} : (tensor<1x2x8x7x6x!x>) -> tensor<1x2x7x3x3x!y>
  // CHECK: quant.adaptive_avg_pool1d %l : {{.*}} -> tensor<1x2x11x!quant
  %3 = quant.adaptive_avg_pool1d %l : (tensor<1x2x8x!x>) -> tensor<1x2x11x!y>
  // CHECK: quant.adaptive_avg_pool3d %v : {{.*}} -> tensor<1x2x2x3x4x!quant
  %4 = quant.adaptive_avg_pool3d %v : (tensor<1x2x8x7x6x!x>) -> tensor<1x2x2x3x4x!y>
  func.return
}
