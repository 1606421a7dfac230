// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @cat(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.cat %x, %y, %x {dim = 1 : i64} : ([[X:tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>]], [[Y:tensor<2x3x!quant.uniform<i8:f32, 2.500000e-01:-3>>]], [[X]]) -> tensor<2x9x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-joining.mlir:{{[0-9]+}}:3: remark: nn.cat fused: became quant.cat
func.func @cat(%x: tensor<2x3x!x>, %y: tensor<2x3x!y>) -> tensor<2x9x!y> {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %g = quant.dcast %y : tensor<2x3x!y> to tensor<2x3xf32>
  %0 = nn.cat %f, %g, %f {dim = 1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x9xf32>
  %q = quant.qcast %0 : tensor<2x9xf32> to tensor<2x9x!y>
  return %q : tensor<2x9x!y>
}

// CHECK-LABEL: @stack(
// CHECK-NEXT:    %[[A:[a-z0-9_]+]] = nn.unsqueeze %x {dim = -1 : i64} : ([[X]]) -> tensor<2x3x1x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[B:[a-z0-9_]+]] = nn.unsqueeze %y {dim = -1 : i64} : ([[Y]]) -> tensor<2x3x1x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.cat %[[A]], %[[B]] {dim = -1 : i64} : {{.*}} -> tensor<2x3x2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.stack fused: became quant.cat(nn.unsqueeze a, nn.unsqueeze b, ...)
func.func @stack(%x: tensor<2x3x!x>, %y: tensor<2x3x!y>) -> tensor<2x3x2x!y> {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %g = quant.dcast %y : tensor<2x3x!y> to tensor<2x3xf32>
  %0 = nn.stack %f, %g {dim = -1 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3x2xf32>
  %q = quant.qcast %0 : tensor<2x3x2xf32> to tensor<2x3x2x!y>
  return %q : tensor<2x3x2x!y>
}
