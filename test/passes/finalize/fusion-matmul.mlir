// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!a = !quant.uniform<u8:f32, 0.5:128>
!b = !quant.uniform<i8:f32, 0.25:-3>
!y = !quant.uniform<u8:f32, 0.125:10>

// CHECK-LABEL: @matmul(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.matmul %a, %b : (tensor<2x3x4x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<4x5x!quant.uniform<i8:f32, 2.500000e-01:-3>>) -> tensor<2x3x5x!quant.uniform<u8:f32, 1.250000e-01:10>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-matmul.mlir:{{[0-9]+}}:3: remark: nn.matmul fused: became quant.matmul
func.func @matmul(%a: tensor<2x3x4x!a>, %b: tensor<4x5x!b>) -> tensor<2x3x5x!y> {
  %f = quant.dcast %a : tensor<2x3x4x!a> to tensor<2x3x4xf32>
  %g = quant.dcast %b : tensor<4x5x!b> to tensor<4x5xf32>
  %y = nn.matmul %f, %g : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
  %q = quant.qcast %y : tensor<2x3x5xf32> to tensor<2x3x5x!y>
  return %q : tensor<2x3x5x!y>
}

// CHECK-LABEL: @matmul_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.matmul %a, %a {activation = #quant<activation relu>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @matmul_relu(%a: tensor<4x4x!a>) -> tensor<4x4x!y> {
  %f = quant.dcast %a : tensor<4x4x!a> to tensor<4x4xf32>
  %y = nn.matmul %f, %f : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %r = nn.relu %y : tensor<4x4xf32>
  %q = quant.qcast %r : tensor<4x4xf32> to tensor<4x4x!y>
  return %q : tensor<4x4x!y>
}

// CHECK-LABEL: @matmul_clamp(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.matmul %a, %b {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @matmul_clamp(%a: tensor<3x4x!a>, %b: tensor<4x!b>) -> tensor<3x!y> {
  %f = quant.dcast %a : tensor<3x4x!a> to tensor<3x4xf32>
  %g = quant.dcast %b : tensor<4x!b> to tensor<4xf32>
  %y = nn.matmul %f, %g : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
  %r = nn.clamp %y {min = 0.0 : f64, max = 6.0 : f64} : tensor<3xf32>
  %q = quant.qcast %r : tensor<3xf32> to tensor<3x!y>
  return %q : tensor<3x!y>
}

// The transposition of an operand is carried, and stands on quantized values.
// CHECK-LABEL: @matmul_of_transposed(
// CHECK-NEXT:    %[[T:[a-z0-9_]+]] = nn.transpose %b {{.*}} -> tensor<4x5x!quant
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.matmul %a, %[[T]] :
// CHECK-NEXT:    func.return %[[Q]]
func.func @matmul_of_transposed(%a: tensor<3x4x!a>, %b: tensor<5x4x!b>) -> tensor<3x5x!y> {
  %f = quant.dcast %a : tensor<3x4x!a> to tensor<3x4xf32>
  %g = quant.dcast %b : tensor<5x4x!b> to tensor<5x4xf32>
  %t = nn.transpose %g {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<5x4xf32>) -> tensor<4x5xf32>
  %y = nn.matmul %f, %t : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
  %q = quant.qcast %y : tensor<3x5xf32> to tensor<3x5x!y>
  return %q : tensor<3x5x!y>
}
