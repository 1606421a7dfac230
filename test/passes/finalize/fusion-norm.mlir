// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @layer_norm(
// CHECK-NEXT:    %[[W:[a-z0-9_]+]] = arith.constant
// CHECK-NEXT:    %[[B:[a-z0-9_]+]] = arith.constant
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.layer_norm %x weight(%[[W]] : tensor<4xf32>) bias(%[[B]] : tensor<4xf32>) {normalized_shape = array<i64: 4>} : tensor<2x3x4x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<2x3x4x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-norm.mlir:{{[0-9]+}}:3: remark: nn.layer_norm fused: became quant.layer_norm
func.func @layer_norm(%x: tensor<2x3x4x!x>) -> tensor<2x3x4x!y> {
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = arith.constant dense<[0.0, 1.0, 2.0, 3.0]> : tensor<4xf32>
  %f = quant.dcast %x : tensor<2x3x4x!x> to tensor<2x3x4xf32>
  %y = nn.layer_norm %f weight(%w : tensor<4xf32>) bias(%b : tensor<4xf32>) {normalized_shape = array<i64: 4>} : tensor<2x3x4xf32>
  %q = quant.qcast %y : tensor<2x3x4xf32> to tensor<2x3x4x!y>
  return %q : tensor<2x3x4x!y>
}

// CHECK-LABEL: @layer_norm_clamp(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.layer_norm %x {{.*}}activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.layer_norm fused: became quant.layer_norm
func.func @layer_norm_clamp(%x: tensor<2x3x4x!x>) -> tensor<2x3x4x!y> {
  %f = quant.dcast %x : tensor<2x3x4x!x> to tensor<2x3x4xf32>
  %y = nn.layer_norm %f {normalized_shape = array<i64: 4>} : tensor<2x3x4xf32>
  %r = nn.clamp %y {min = 0.0 : f64, max = 6.0 : f64} : tensor<2x3x4xf32>
  %q = quant.qcast %r : tensor<2x3x4xf32> to tensor<2x3x4x!y>
  return %q : tensor<2x3x4x!y>
}

// CHECK-LABEL: @group_norm(
// CHECK-NEXT:    %[[W:[a-z0-9_]+]] = arith.constant
// CHECK-NEXT:    %[[B:[a-z0-9_]+]] = arith.constant
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.group_norm %x weight(%[[W]] : tensor<4xf32>) bias(%[[B]] : tensor<4xf32>) {num_groups = 2 : i64} : tensor<2x4x3x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<2x4x3x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.group_norm fused: became quant.group_norm
func.func @group_norm(%x: tensor<2x4x3x!x>) -> tensor<2x4x3x!y> {
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = arith.constant dense<[0.0, 1.0, 2.0, 3.0]> : tensor<4xf32>
  %f = quant.dcast %x : tensor<2x4x3x!x> to tensor<2x4x3xf32>
  %y = nn.group_norm %f weight(%w : tensor<4xf32>) bias(%b : tensor<4xf32>) {num_groups = 2 : i64} : tensor<2x4x3xf32>
  %q = quant.qcast %y : tensor<2x4x3xf32> to tensor<2x4x3x!y>
  return %q : tensor<2x4x3x!y>
}

// CHECK-LABEL: @group_norm_clamp(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.group_norm %x {{.*}}activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.group_norm fused: became quant.group_norm
func.func @group_norm_clamp(%x: tensor<2x4x3x!x>) -> tensor<2x4x3x!y> {
  %f = quant.dcast %x : tensor<2x4x3x!x> to tensor<2x4x3xf32>
  %y = nn.group_norm %f {num_groups = 2 : i64} : tensor<2x4x3xf32>
  %r = nn.clamp %y {min = 0.0 : f64, max = 6.0 : f64} : tensor<2x4x3xf32>
  %q = quant.qcast %r : tensor<2x4x3xf32> to tensor<2x4x3x!y>
  return %q : tensor<2x4x3x!y>
}

// CHECK-LABEL: @instance_norm(
// CHECK-NEXT:    %[[W:[a-z0-9_]+]] = arith.constant
// CHECK-NEXT:    %[[B:[a-z0-9_]+]] = arith.constant
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.instance_norm %x weight(%[[W]] : tensor<4xf32>) bias(%[[B]] : tensor<4xf32>) {eps = 1.000000e-06 : f64} : tensor<2x4x3x!quant.uniform<u8:f32, 5.000000e-01:128>> -> tensor<2x4x3x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.instance_norm fused: became quant.instance_norm
func.func @instance_norm(%x: tensor<2x4x3x!x>) -> tensor<2x4x3x!y> {
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %b = arith.constant dense<[0.0, 1.0, 2.0, 3.0]> : tensor<4xf32>
  %f = quant.dcast %x : tensor<2x4x3x!x> to tensor<2x4x3xf32>
  %y = nn.instance_norm %f weight(%w : tensor<4xf32>) bias(%b : tensor<4xf32>) {eps = 1.0e-06 : f64} : tensor<2x4x3xf32>
  %q = quant.qcast %y : tensor<2x4x3xf32> to tensor<2x4x3x!y>
  return %q : tensor<2x4x3x!y>
}

// CHECK-LABEL: @instance_norm_clamp(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.instance_norm %x {{.*}}activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.instance_norm fused: became quant.instance_norm
func.func @instance_norm_clamp(%x: tensor<2x4x3x!x>) -> tensor<2x4x3x!y> {
  %f = quant.dcast %x : tensor<2x4x3x!x> to tensor<2x4x3xf32>
  %y = nn.instance_norm %f {eps = 1.0e-06 : f64} : tensor<2x4x3xf32>
  %r = nn.clamp %y {min = 0.0 : f64, max = 6.0 : f64} : tensor<2x4x3xf32>
  %q = quant.qcast %r : tensor<2x4x3xf32> to tensor<2x4x3x!y>
  return %q : tensor<2x4x3x!y>
}

// What is known of running statistics does not matter where they are not used.
// CHECK-LABEL: @instance_norm_running(
// CHECK:         quant.instance_norm %x : tensor<1x2x3x!
// REMARK-NEXT: remark: nn.instance_norm fused: became quant.instance_norm
func.func @instance_norm_running(%x: tensor<1x2x3x!x>, %p: tensor<2xf32>) -> tensor<1x2x3x!y> {
  %f = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %y = nn.instance_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2x3xf32>
  %q = quant.qcast %y : tensor<1x2x3xf32> to tensor<1x2x3x!y>
  return %q : tensor<1x2x3x!y>
}
