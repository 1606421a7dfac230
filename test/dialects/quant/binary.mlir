// RUN: QFIN_ROUNDTRIP

!a = !quant.uniform<u8:f32, 0.5:128>
!b = !quant.uniform<i8:f32, 0.25>
!y = !quant.uniform<i8<-127:127>:f32, 2.0:-3>

// CHECK-LABEL: @add
func.func @add(%a: tensor<1x8x4x4x!a>, %b: tensor<1x8x4x4x!b>) -> tensor<1x8x4x4x!y> {
  // CHECK: quant.add %a, %b {activation = #quant<activation relu>} : (tensor<1x8x4x4x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<1x8x4x4x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<1x8x4x4x!quant.uniform<i8<-127:127>:f32, 2.000000e+00:-3>>
  %y = quant.add %a, %b {activation = #quant<activation relu>}
    : (tensor<1x8x4x4x!a>, tensor<1x8x4x4x!b>) -> tensor<1x8x4x4x!y>
  func.return %y : tensor<1x8x4x4x!y>
}

// CHECK-LABEL: @broadcast
func.func @broadcast(%a: tensor<?x8x1x!a>, %b: tensor<4x!b>) -> tensor<?x8x4x!y> {
  // CHECK: quant.sub %a, %b : (tensor<?x8x1x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<4x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<?x8x4x!quant.uniform<i8<-127:127>:f32, 2.000000e+00:-3>>
  %y = quant.sub %a, %b : (tensor<?x8x1x!a>, tensor<4x!b>) -> tensor<?x8x4x!y>
  // CHECK: quant.mul %b, %a : (tensor<4x{{.*}}>, tensor<?x8x1x{{.*}}>) -> tensor<?x8x4x{{.*}}>
  %z = quant.mul %b, %a : (tensor<4x!b>, tensor<?x8x1x!a>) -> tensor<?x8x4x!y>
  func.return %y : tensor<?x8x4x!y>
}
