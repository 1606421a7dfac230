// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s

// A residual that is added to a contraction, then perhaps relus and clamps.

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>
!r = !quant.uniform<i8:f32, 1.0:7>
!w = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: @add_linear(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.linear %x, %[[P]], %r : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_linear(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %rf = quant.dcast %r : tensor<1x3x!r> to tensor<1x3xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// CHECK-LABEL: @add_conv1d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv1d %x, %[[P]], %r : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv1d(%x: tensor<1x2x3x!x>, %wq: tensor<3x2x2x!w>, %r: tensor<1x3x2x!r>) -> tensor<1x3x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x!w> to tensor<3x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x2x!r> to tensor<1x3x2xf32>
  %y = nn.conv1d %xf, %w : (tensor<1x2x3xf32>, tensor<3x2x2xf32>) -> tensor<1x3x2xf32>
  %s = nn.add %rf, %y : (tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<1x3x2xf32>
  %q = quant.qcast %s : tensor<1x3x2xf32> to tensor<1x3x2x!y>
  return %q : tensor<1x3x2x!y>
}

// CHECK-LABEL: @add_conv2d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]], %r : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv2d(%x: tensor<1x2x3x3x!x>, %wq: tensor<3x2x2x2x!w>, %r: tensor<1x3x2x2x!r>) -> tensor<1x3x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x!w> to tensor<3x2x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x2x2x!r> to tensor<1x3x2x2xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x2x2xf32>
  %s = nn.add %y, %rf : (tensor<1x3x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %q = quant.qcast %s : tensor<1x3x2x2xf32> to tensor<1x3x2x2x!y>
  return %q : tensor<1x3x2x2x!y>
}

// CHECK-LABEL: @add_conv_transpose1d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose1d %x, %[[P]], %r : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv_transpose1d(%x: tensor<1x2x3x!x>, %wq: tensor<2x3x2x!w>, %r: tensor<1x3x4x!r>) -> tensor<1x3x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x!w> to tensor<2x3x2xf32>
  %rf = quant.dcast %r : tensor<1x3x4x!r> to tensor<1x3x4xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x3x2xf32>) -> tensor<1x3x4xf32>
  %s = nn.add %y, %rf : (tensor<1x3x4xf32>, tensor<1x3x4xf32>) -> tensor<1x3x4xf32>
  %q = quant.qcast %s : tensor<1x3x4xf32> to tensor<1x3x4x!y>
  return %q : tensor<1x3x4x!y>
}

// CHECK-LABEL: @add_conv_transpose2d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose2d %x, %[[P]], %r : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv_transpose2d(%x: tensor<1x2x3x3x!x>, %wq: tensor<2x3x2x2x!w>, %r: tensor<1x3x4x4x!r>) -> tensor<1x3x4x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x2x!w> to tensor<2x3x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x4x4x!r> to tensor<1x3x4x4xf32>
  %y = nn.conv_transpose2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<2x3x2x2xf32>) -> tensor<1x3x4x4xf32>
  %s = nn.add %rf, %y : (tensor<1x3x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %q = quant.qcast %s : tensor<1x3x4x4xf32> to tensor<1x3x4x4x!y>
  return %q : tensor<1x3x4x4x!y>
}

// CHECK-LABEL: @add_conv3d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv3d %x, %[[P]], %r : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv3d(%x: tensor<1x2x3x3x3x!x>, %wq: tensor<3x2x2x2x2x!w>, %r: tensor<1x3x2x2x2x!r>) -> tensor<1x3x2x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x2x!w> to tensor<3x2x2x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x2x2x2x!r> to tensor<1x3x2x2x2xf32>
  %y = nn.conv3d %xf, %w : (tensor<1x2x3x3x3xf32>, tensor<3x2x2x2x2xf32>) -> tensor<1x3x2x2x2xf32>
  %s = nn.add %y, %rf : (tensor<1x3x2x2x2xf32>, tensor<1x3x2x2x2xf32>) -> tensor<1x3x2x2x2xf32>
  %q = quant.qcast %s : tensor<1x3x2x2x2xf32> to tensor<1x3x2x2x2x!y>
  return %q : tensor<1x3x2x2x2x!y>
}

// CHECK-LABEL: @add_conv_transpose3d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose3d %x, %[[P]], %r : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv_transpose3d(%x: tensor<1x2x3x3x3x!x>, %wq: tensor<2x3x2x2x2x!w>, %r: tensor<1x3x4x4x4x!r>) -> tensor<1x3x4x4x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x2x2x!w> to tensor<2x3x2x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x4x4x4x!r> to tensor<1x3x4x4x4xf32>
  %y = nn.conv_transpose3d %xf, %w : (tensor<1x2x3x3x3xf32>, tensor<2x3x2x2x2xf32>) -> tensor<1x3x4x4x4xf32>
  %s = nn.add %y, %rf : (tensor<1x3x4x4x4xf32>, tensor<1x3x4x4x4xf32>) -> tensor<1x3x4x4x4xf32>
  %q = quant.qcast %s : tensor<1x3x4x4x4xf32> to tensor<1x3x4x4x4x!y>
  return %q : tensor<1x3x4x4x4x!y>
}

// CHECK-LABEL: @add_linear_relu(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.linear %x, %[[P]], %r {activation = #quant<activation relu>} : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_linear_relu(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %rf = quant.dcast %r : tensor<1x3x!r> to tensor<1x3xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %a0 = nn.relu %s : tensor<1x3xf32>
  %q = quant.qcast %a0 : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// CHECK-LABEL: @add_conv1d_relu(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv1d %x, %[[P]], %r {activation = #quant<activation relu>} : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv1d_relu(%x: tensor<1x2x3x!x>, %wq: tensor<3x2x2x!w>, %r: tensor<1x3x2x!r>) -> tensor<1x3x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x!w> to tensor<3x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x2x!r> to tensor<1x3x2xf32>
  %y = nn.conv1d %xf, %w : (tensor<1x2x3xf32>, tensor<3x2x2xf32>) -> tensor<1x3x2xf32>
  %s = nn.add %y, %rf : (tensor<1x3x2xf32>, tensor<1x3x2xf32>) -> tensor<1x3x2xf32>
  %a0 = nn.relu %s : tensor<1x3x2xf32>
  %q = quant.qcast %a0 : tensor<1x3x2xf32> to tensor<1x3x2x!y>
  return %q : tensor<1x3x2x!y>
}

// CHECK-LABEL: @add_conv2d_relu(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]], %r {activation = #quant<activation relu>} : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv2d_relu(%x: tensor<1x2x3x3x!x>, %wq: tensor<3x2x2x2x!w>, %r: tensor<1x3x2x2x!r>) -> tensor<1x3x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x!w> to tensor<3x2x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x2x2x!r> to tensor<1x3x2x2xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x2x2xf32>
  %s = nn.add %rf, %y : (tensor<1x3x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %a0 = nn.relu %s : tensor<1x3x2x2xf32>
  %q = quant.qcast %a0 : tensor<1x3x2x2xf32> to tensor<1x3x2x2x!y>
  return %q : tensor<1x3x2x2x!y>
}

// CHECK-LABEL: @add_conv2d_clamp(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]], %r {activation = #quant<activation clamp, min = -1.000000e+00, max = 6.000000e+00>} : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv2d_clamp(%x: tensor<1x2x3x3x!x>, %wq: tensor<3x2x2x2x!w>, %r: tensor<1x3x2x2x!r>) -> tensor<1x3x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x!w> to tensor<3x2x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x2x2x!r> to tensor<1x3x2x2xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x2x2xf32>
  %s = nn.add %y, %rf : (tensor<1x3x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %a0 = nn.clamp %s {min = -1.0 : f64, max = 6.0 : f64} : tensor<1x3x2x2xf32>
  %q = quant.qcast %a0 : tensor<1x3x2x2xf32> to tensor<1x3x2x2x!y>
  return %q : tensor<1x3x2x2x!y>
}

// CHECK-LABEL: @add_conv2d_relu_clamp(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]], %r {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv2d_relu_clamp(%x: tensor<1x2x3x3x!x>, %wq: tensor<3x2x2x2x!w>, %r: tensor<1x3x2x2x!r>) -> tensor<1x3x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x!w> to tensor<3x2x2x2xf32>
  %rf = quant.dcast %r : tensor<1x3x2x2x!r> to tensor<1x3x2x2xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x2x2xf32>
  %s = nn.add %y, %rf : (tensor<1x3x2x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
  %a0 = nn.relu %s : tensor<1x3x2x2xf32>
  %a1 = nn.clamp %a0 {min = -1.0 : f64, max = 6.0 : f64} : tensor<1x3x2x2xf32>
  %q = quant.qcast %a1 : tensor<1x3x2x2xf32> to tensor<1x3x2x2x!y>
  return %q : tensor<1x3x2x2x!y>
}

// The residual may be the input, read by two ops: a block of a residual network.
// CHECK-LABEL: @add_conv2d_of_input(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]], %x : (
// CHECK-NEXT:    func.return %[[Q]]
func.func @add_conv2d_of_input(%x: tensor<1x2x3x3x!x>, %wq: tensor<2x2x1x1x!w>) -> tensor<1x2x3x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<2x2x1x1x!w> to tensor<2x2x1x1xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x3x3xf32>
  %s = nn.add %y, %xf : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %q = quant.qcast %s : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!y>
  return %q : tensor<1x2x3x3x!y>
}
