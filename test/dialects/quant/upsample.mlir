// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 5.000000e-01:128>
!y = !quant.uniform<i8:f32, 2.500000e-01:-3>

// CHECK-LABEL: @upsample
func.func @upsample(%l: tensor<1x2x4x!x>, %i: tensor<1x2x4x4x!x>, %v: tensor<1x2x4x4x4x!x>) {
  // CHECK: quant.upsample_linear1d %l {scales = array<f64: 1.500000e+00>} : {{.*}} -> tensor<1x2x6x!quant
  %0 = quant.upsample_linear1d %l {scales = array<f64: 1.5>} : (tensor<1x2x4x!x>) -> tensor<1x2x6x!y>
  // CHECK: quant.upsample_bilinear2d %i {align_corners = true} : {{.*}} -> tensor<1x2x7x9x!quant
  %1 = quant.upsample_bilinear2d %i {align_corners = true} : (tensor<1x2x4x4x!x>) -> tensor<1x2x7x9x!y>
  // CHECK: quant.upsample_trilinear3d %v : {{.*}} -> tensor<1x2x7x9x2x!quant
  %2 = quant.upsample_trilinear3d %v : (tensor<1x2x4x4x4x!x>) -> tensor<1x2x7x9x2x!y>
  // CHECK: quant.upsample_bicubic2d %i : {{.*}} -> tensor<1x2x7x9x!quant
  %3 = quant.upsample_bicubic2d %i : (tensor<1x2x4x4x!x>) -> tensor<1x2x7x9x!y>
  func.return
}
