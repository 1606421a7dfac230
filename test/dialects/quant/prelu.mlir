// RUN: QFIN_ROUNDTRIP

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @prelu
func.func @prelu(%x: tensor<1x8x?x!x>, %w: tensor<8xf32>, %v: tensor<1xf32>) -> tensor<1x8x?x!y> {
  // CHECK: quant.prelu %x weight(%w : tensor<8xf32>) : tensor<1x8x?x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<1x8x?x!quant.uniform<i8:f32, 2.500000e-01>>
  %0 = quant.prelu %x weight(%w : tensor<8xf32>) : tensor<1x8x?x!x> -> tensor<1x8x?x!y>
  // CHECK: quant.prelu %0 weight(%v : tensor<1xf32>) : tensor<1x8x?x!quant.uniform<i8:f32, 2.500000e-01>> -> tensor<1x8x?x!quant.uniform<i8:f32, 2.500000e-01>>
  %1 = quant.prelu %0 weight(%v : tensor<1xf32>) : tensor<1x8x?x!y> -> tensor<1x8x?x!y>
  func.return %1 : tensor<1x8x?x!y>
}
