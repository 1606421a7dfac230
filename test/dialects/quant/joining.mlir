// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @cat
func.func @cat(%x: tensor<2x3x!x>, %y: tensor<2x?x!y>) -> tensor<2x?x!y> {
  // CHECK: quant.cat %x, %y {dim = -1 : i64} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<2x?x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<2x?x!quant.uniform<i8:f32, 2.500000e-01>>
  %z = quant.cat %x, %y {dim = -1 : i64} : (tensor<2x3x!x>, tensor<2x?x!y>) -> tensor<2x?x!y>
  func.return %z : tensor<2x?x!y>
}
