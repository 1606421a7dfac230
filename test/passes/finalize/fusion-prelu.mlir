// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @prelu(
// CHECK-NEXT:    %[[W:[a-z0-9_]+]] = arith.constant dense<[2.500000e-01, 2.000000e+00]> : tensor<2xf32>
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.prelu %x weight(%[[W]] : tensor<2xf32>) : tensor<1x2x4x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<1x2x4x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-prelu.mlir:{{[0-9]+}}:3: remark: nn.prelu fused: became quant.prelu
func.func @prelu(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {
  %w = arith.constant dense<[0.25, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x4x!x> to tensor<1x2x4xf32>
  %y = nn.prelu %f weight(%w : tensor<2xf32>) : tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// CHECK-LABEL: @prelu_one(
// CHECK:         quant.prelu %x weight(%{{.*}} : tensor<1xf32>) : tensor<5x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<5x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// REMARK-NEXT: remark: nn.prelu fused: became quant.prelu
func.func @prelu_one(%x: tensor<5x!x>) -> tensor<5x!y> {
  %w = arith.constant dense<[0.25]> : tensor<1xf32>
  %f = quant.dcast %x : tensor<5x!x> to tensor<5xf32>
  %y = nn.prelu %f weight(%w : tensor<1xf32>) : tensor<5xf32>
  %q = quant.qcast %y : tensor<5xf32> to tensor<5x!y>
  return %q : tensor<5x!y>
}
