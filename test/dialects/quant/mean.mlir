// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 5.000000e-01:128>
!y = !quant.uniform<i8:f32, 2.500000e-01:-3>

// CHECK-LABEL: @mean
func.func @mean(%x: tensor<1x2x8x7x!x>) {
  // CHECK: quant.mean %x : {{.*}} -> tensor<!quant
  %0 = quant.mean %x : (tensor<1x2x8x7x!x>) -> tensor<!y>
  // CHECK: quant.mean %x {dim = array<i64: -1, 1>, keepdim = true} : {{.*}} -> tensor<1x1x8x1x!quant
  %1 = quant.mean %x {dim = array<i64: -1, 1>, keepdim = true} : (tensor<1x2x8x7x!x>) -> tensor<1x1x8x1x!y>
  func.return
}
