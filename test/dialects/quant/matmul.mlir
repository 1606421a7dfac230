// RUN: QFIN_ROUNDTRIP

!a = !quant.uniform<u8:f32, 0.5:128>
!b = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @matmul
func.func @matmul(%a: tensor<?x3x4x!a>, %b: tensor<4x5x!b>) -> tensor<?x3x5x!b> {
  // CHECK: quant.matmul %a, %b : (tensor<?x3x4x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<4x5x!quant.uniform<i8:f32, 2.500000e-01:-3>>) -> tensor<?x3x5x!quant.uniform<i8:f32, 2.500000e-01:-3>>
  %0 = quant.matmul %a, %b : (tensor<?x3x4x!a>, tensor<4x5x!b>) -> tensor<?x3x5x!b>
  // CHECK: quant.matmul %a, %b {activation = #quant<activation relu>} :
  %1 = quant.matmul %a, %b {activation = #quant<activation relu>} : (tensor<?x3x4x!a>, tensor<4x5x!b>) -> tensor<?x3x5x!b>
  func.return %0 : tensor<?x3x5x!b>
}

// The bound is that of the values that can be stored: with fewer of them sums may be longer.
!n = !quant.uniform<u8<0:15>:f32, 0.5:8>

// CHECK-LABEL: @long
func.func @long(%a: tensor<1x1000000x!n>, %b: tensor<1000000x1x!n>) {
  %0 = quant.matmul %a, %b : (tensor<1x1000000x!n>, tensor<1000000x1x!n>) -> tensor<1x1x!n>
  func.return
}
