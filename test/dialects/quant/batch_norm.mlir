// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @batch_norm
func.func @batch_norm(%x: tensor<1x8x?x!x>, %p: tensor<8xf32>) -> tensor<1x8x?x!y> {
  // CHECK: quant.batch_norm %x weight(%p : tensor<8xf32>) bias(%p : tensor<8xf32>) running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>) {eps = 1.000000e-03 : f64, activation = #quant<activation relu>} : tensor<1x8x?x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<1x8x?x!quant.uniform<i8:f32, 2.500000e-01>>
  %0 = quant.batch_norm %x weight(%p : tensor<8xf32>) bias(%p : tensor<8xf32>)
    running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>)
    {eps = 0.001 : f64, activation = #quant<activation relu>}
    : tensor<1x8x?x!x> -> tensor<1x8x?x!y>
  // CHECK: quant.batch_norm %0 running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>) : tensor<1x8x?x!quant.uniform<i8:f32, 2.500000e-01>> -> tensor<1x8x?x!quant.uniform<i8:f32, 2.500000e-01>>
  %1 = quant.batch_norm %0 running_mean(%p : tensor<8xf32>) running_var(%p : tensor<8xf32>)
    : tensor<1x8x?x!y> -> tensor<1x8x?x!y>
  func.return %1 : tensor<1x8x?x!y>
}
