// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s

// relu6, hardtanh, clip and relus, alone or after each other, become one activation.

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>
!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @linear_clamp_0_6(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.linear %x, %[[P]] {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @linear_clamp_0_6(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %r0 = nn.clamp %y {min = 0.0 : f64, max = 6.0 : f64} : tensor<1x3xf32>
  %q = quant.qcast %r0 : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// CHECK-LABEL: @conv1d_clamp_min(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv1d %x, %[[P]] {activation = #quant<activation clamp, min = -1.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv1d_clamp_min(%x: tensor<1x2x3x!x>, %wq: tensor<3x2x2x!w>) -> tensor<1x3x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x!w> to tensor<3x2x2xf32>
  %y = nn.conv1d %xf, %w : (tensor<1x2x3xf32>, tensor<3x2x2xf32>) -> tensor<1x3x2xf32>
  %r0 = nn.clamp %y {min = -1.0 : f64} : tensor<1x3x2xf32>
  %q = quant.qcast %r0 : tensor<1x3x2xf32> to tensor<1x3x2x!y>
  return %q : tensor<1x3x2x!y>
}

// CHECK-LABEL: @conv2d_clamp_relu(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]] {activation = #quant<activation clamp, min = 0.000000e+00, max = 1.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv2d_clamp_relu(%x: tensor<1x2x3x3x!x>, %wq: tensor<3x2x2x2x!w>) -> tensor<1x3x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x!w> to tensor<3x2x2x2xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x2x2xf32>
  %r0 = nn.clamp %y {min = -1.0 : f64, max = 1.0 : f64} : tensor<1x3x2x2xf32>
  %r1 = nn.relu %r0 : tensor<1x3x2x2xf32>
  %q = quant.qcast %r1 : tensor<1x3x2x2xf32> to tensor<1x3x2x2x!y>
  return %q : tensor<1x3x2x2x!y>
}

// CHECK-LABEL: @conv_transpose1d_clamp_max_relu(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose1d %x, %[[P]] {activation = #quant<activation clamp, min = 0.000000e+00, max = 4.500000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv_transpose1d_clamp_max_relu(%x: tensor<1x2x3x!x>, %wq: tensor<2x3x2x!w>) -> tensor<1x3x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x!w> to tensor<2x3x2xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x3x2xf32>) -> tensor<1x3x4xf32>
  %r0 = nn.clamp %y {max = 4.5 : f64} : tensor<1x3x4xf32>
  %r1 = nn.relu %r0 : tensor<1x3x4xf32>
  %q = quant.qcast %r1 : tensor<1x3x4xf32> to tensor<1x3x4x!y>
  return %q : tensor<1x3x4x!y>
}

// CHECK-LABEL: @conv_transpose2d_clamp_above_max(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose2d %x, %[[P]] {activation = #quant<activation clamp, min = 2.000000e+00, max = 2.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv_transpose2d_clamp_above_max(%x: tensor<1x2x3x3x!x>, %wq: tensor<2x3x2x2x!w>) -> tensor<1x3x4x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x2x!w> to tensor<2x3x2x2xf32>
  %y = nn.conv_transpose2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<2x3x2x2xf32>) -> tensor<1x3x4x4xf32>
  %r0 = nn.clamp %y {min = 6.0 : f64, max = 2.0 : f64} : tensor<1x3x4x4xf32>
  %q = quant.qcast %r0 : tensor<1x3x4x4xf32> to tensor<1x3x4x4x!y>
  return %q : tensor<1x3x4x4x!y>
}

// CHECK-LABEL: @add_clamp(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.add %a, %b {activation = #quant<activation clamp, min = -1.000000e+00, max = 1.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_clamp(%a: tensor<2x!x>, %b: tensor<2x!x>) -> tensor<2x!y> {
  %af = quant.dcast %a : tensor<2x!x> to tensor<2xf32>
  %bf = quant.dcast %b : tensor<2x!x> to tensor<2xf32>
  %y = nn.add %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r0 = nn.clamp %y {min = -1.0 : f64, max = 1.0 : f64} : tensor<2xf32>
  %q = quant.qcast %r0 : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// CHECK-LABEL: @sub_clamp_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.sub %a, %b {activation = #quant<activation clamp, min = 0.000000e+00, max = 2.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @sub_clamp_relu(%a: tensor<2x!x>, %b: tensor<2x!x>) -> tensor<2x!y> {
  %af = quant.dcast %a : tensor<2x!x> to tensor<2xf32>
  %bf = quant.dcast %b : tensor<2x!x> to tensor<2xf32>
  %y = nn.sub %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r0 = nn.clamp %y {max = 2.0 : f64} : tensor<2xf32>
  %r1 = nn.relu %r0 : tensor<2xf32>
  %q = quant.qcast %r1 : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// CHECK-LABEL: @mul_clamp_clamp_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.mul %a, %b {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @mul_clamp_clamp_relu(%a: tensor<2x!x>, %b: tensor<2x!x>) -> tensor<2x!y> {
  %af = quant.dcast %a : tensor<2x!x> to tensor<2xf32>
  %bf = quant.dcast %b : tensor<2x!x> to tensor<2xf32>
  %y = nn.mul %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r0 = nn.clamp %y {max = 6.0 : f64} : tensor<2xf32>
  %r1 = nn.clamp %r0 {min = -1.0 : f64} : tensor<2xf32>
  %r2 = nn.relu %r1 : tensor<2xf32>
  %q = quant.qcast %r2 : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// CHECK-LABEL: @add_relu_clamp(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.add %a, %b {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_relu_clamp(%a: tensor<2x!x>, %b: tensor<2x!x>) -> tensor<2x!y> {
  %af = quant.dcast %a : tensor<2x!x> to tensor<2xf32>
  %bf = quant.dcast %b : tensor<2x!x> to tensor<2xf32>
  %y = nn.add %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r0 = nn.relu %y : tensor<2xf32>
  %r1 = nn.clamp %r0 {max = 6.0 : f64} : tensor<2xf32>
  %q = quant.qcast %r1 : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// CHECK-LABEL: @add_relu_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.add %a, %b {activation = #quant<activation relu>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_relu_relu(%a: tensor<2x!x>, %b: tensor<2x!x>) -> tensor<2x!y> {
  %af = quant.dcast %a : tensor<2x!x> to tensor<2xf32>
  %bf = quant.dcast %b : tensor<2x!x> to tensor<2xf32>
  %y = nn.add %af, %bf : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r0 = nn.relu %y : tensor<2xf32>
  %r1 = nn.relu %r0 : tensor<2xf32>
  %q = quant.qcast %r1 : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// A clamp that does nothing is none.
// CHECK-LABEL: @linear_clamp_infinite(
// CHECK:         = quant.linear %x, %{{[a-z0-9_]+}} : (
func.func @linear_clamp_infinite(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %r = nn.clamp %y {min = 0xFFF0000000000000 : f64} : tensor<1x3xf32>
  %q = quant.qcast %r : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}
