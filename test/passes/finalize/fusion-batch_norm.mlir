// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @batch_norm(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.batch_norm %x weight(%[[P]] : tensor<2xf32>) bias(%[[P]] : tensor<2xf32>) running_mean(%[[P]] : tensor<2xf32>) running_var(%[[P]] : tensor<2xf32>) {eps = 1.000000e-03 : f64} : [[X:tensor<1x2x4x!quant.uniform<u8:f32, 5.000000e-01:128>>]] -> [[Y:tensor<1x2x4x!quant.uniform<i8:f32, 2.500000e-01:-3>>]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-batch_norm.mlir:{{[0-9]+}}:3: remark: nn.batch_norm fused: became quant.batch_norm
func.func @batch_norm(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x4x!x> to tensor<1x2x4xf32>
  %y = nn.batch_norm %f weight(%p : tensor<2xf32>) bias(%p : tensor<2xf32>)
    running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) {eps = 0.001 : f64} : tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// CHECK-LABEL: @batch_norm_relu(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.batch_norm %x running_mean(%[[P:[a-z0-9_]+]] : tensor<2xf32>) running_var(%[[P]] : tensor<2xf32>) {activation = #quant<activation relu>} : [[X]] -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.batch_norm fused: became quant.batch_norm
func.func @batch_norm_relu(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x4x!x> to tensor<1x2x4xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2x4xf32>
  %r = nn.relu %y : tensor<1x2x4xf32>
  %q = quant.qcast %r : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// CHECK-LABEL: @batch_norm_clamp(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.batch_norm %x bias({{.*}}) {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} : [[X]] -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.batch_norm fused: became quant.batch_norm
func.func @batch_norm_clamp(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x4x!x> to tensor<1x2x4xf32>
  %y = nn.batch_norm %f bias(%p : tensor<2xf32>) running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2x4xf32>
  %r = nn.clamp %y {min = 0.0 : f64, max = 6.0 : f64} : tensor<1x2x4xf32>
  %q = quant.qcast %r : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// Without an activation behind it NaN is quantized as everywhere.
// CHECK-LABEL: @batch_norm_not_finite(
// CHECK:         quant.batch_norm %x
// REMARK-NEXT: remark: nn.batch_norm fused: became quant.batch_norm
func.func @batch_norm_not_finite(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %p = arith.constant dense<[0.0, -1.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}
