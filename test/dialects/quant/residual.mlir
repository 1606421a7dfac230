// RUN: QFIN_ROUNDTRIP

// A contraction may take a residual, with a scale and zero point of its own.

!x = !quant.uniform<u8:f32, 0.5:128>
!r = !quant.uniform<i8:f32, 0.25>
!y = !quant.uniform<i8<-127:127>:f32, 2.0:-3>
!linear = !quant.packed<linear, tensor<3x2xi8>>
!conv2d = !quant.packed<conv2d, tensor<3x2x1x1xi8>, bias = f32>

// CHECK-LABEL: @linear
func.func @linear(%x: tensor<?x2x!x>, %p: !linear, %r: tensor<?x3x!r>) -> tensor<?x3x!y> {
  // CHECK: quant.linear %x, %p, %r : (tensor<?x2x!quant.uniform<u8:f32, 5.000000e-01:128>>, !quant.packed<linear, tensor<3x2xi8>>, tensor<?x3x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<?x3x!quant.uniform<i8<-127:127>:f32, 2.000000e+00:-3>>
  %y = quant.linear %x, %p, %r : (tensor<?x2x!x>, !linear, tensor<?x3x!r>) -> tensor<?x3x!y>
  func.return %y : tensor<?x3x!y>
}

// CHECK-LABEL: @conv2d
func.func @conv2d(%x: tensor<1x2x4x4x!x>, %p: !conv2d, %r: tensor<1x3x4x4x!r>)
    -> tensor<1x3x4x4x!y> {
  // CHECK: quant.conv2d %x, %p, %r {activation = #quant<activation relu>} : ({{.*}}, !quant.packed<conv2d, tensor<3x2x1x1xi8>, bias = f32>, {{.*}}) -> {{.*}}
  %y = quant.conv2d %x, %p, %r {activation = #quant<activation relu>}
    : (tensor<1x2x4x4x!x>, !conv2d, tensor<1x3x4x4x!r>) -> tensor<1x3x4x4x!y>
  func.return %y : tensor<1x3x4x4x!y>
}
