// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<u8:f32, 0.00390625>

// CHECK-LABEL: @softmax(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.softmax %x {dim = -1 : i64} : (tensor<2x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<2x4x!quant.uniform<u8:f32, 3.906250e-03>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-softmax.mlir:{{[0-9]+}}:3: remark: nn.softmax fused: became quant.softmax
func.func @softmax(%x: tensor<2x4x!x>) -> tensor<2x4x!y> {
  %f = quant.dcast %x : tensor<2x4x!x> to tensor<2x4xf32>
  %y = nn.softmax %f {dim = -1 : i64} : tensor<2x4xf32>
  %q = quant.qcast %y : tensor<2x4xf32> to tensor<2x4x!y>
  return %q : tensor<2x4x!y>
}
