// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @mean(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.mean %x {dim = array<i64: 2, -1>, keepdim = true} : (tensor<1x2x3x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x1x1x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK: fusion-mean.mlir:{{[0-9]+}}:3: remark: nn.mean fused: became quant.mean
func.func @mean(%x: tensor<1x2x3x4x!x>) -> tensor<1x2x1x1x!y> {
  %f = quant.dcast %x : tensor<1x2x3x4x!x> to tensor<1x2x3x4xf32>
  %y = nn.mean %f {dim = array<i64: 2, -1>, keepdim = true} : (tensor<1x2x3x4xf32>) -> tensor<1x2x1x1xf32>
  %q = quant.qcast %y : tensor<1x2x1x1xf32> to tensor<1x2x1x1x!y>
  return %q : tensor<1x2x1x1x!y>
}
