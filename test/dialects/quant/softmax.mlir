// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.00390625:-128>

// CHECK-LABEL: @softmax
func.func @softmax(%x: tensor<?x3x4x!x>) -> tensor<?x3x4x!y> {
  // CHECK: quant.softmax %x {dim = -1 : i64} : (tensor<?x3x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<?x3x4x!quant.uniform<i8:f32, 3.906250e-03:-128>>
  %0 = quant.softmax %x {dim = -1 : i64} : (tensor<?x3x4x!x>) -> tensor<?x3x4x!y>
  func.return %0 : tensor<?x3x4x!y>
}
