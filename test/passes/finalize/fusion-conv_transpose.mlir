// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s
// RUN: qfin-opt --finalize %s | filecheck %s --check-prefix=FOLDED

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>
!w = !quant.uniform<i8:f32, 0.25>
!w2 = !quant.uniform<i8:f32:1, {0.25, 0.5}>
!b4 = !quant.uniform<i32:f32:0, {0.125, 0.25, 0.125, 0.25}>

// CHECK-LABEL: @conv_transpose1d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq, %b
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose1d %x, %[[P]] : ({{.*}}, !quant.packed<conv_transpose1d, tensor<2x3x2xi8>, bias = f32, stride = [2], output_padding = [1]>) -> tensor<1x3x7x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv_transpose1d(%x: tensor<1x2x3x!x>, %wq: tensor<2x3x2x!w>, %b: tensor<3xf32>)
    -> tensor<1x3x7x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x!w> to tensor<2x3x2xf32>
  %y = nn.conv_transpose1d %xf, %w, %b {stride = array<i64: 2>, output_padding = array<i64: 1>}
    : (tensor<1x2x3xf32>, tensor<2x3x2xf32>, tensor<3xf32>) -> tensor<1x3x7xf32>
  %q = quant.qcast %y : tensor<1x3x7xf32> to tensor<1x3x7x!y>
  return %q : tensor<1x3x7x!y>
}

// CHECK-LABEL: @conv_transpose1d_relu(
// CHECK:         = quant.conv_transpose1d %x, %{{.*}} {activation = #quant<activation relu>}
func.func @conv_transpose1d_relu(%x: tensor<1x2x3x!x>, %wq: tensor<2x3x2x!w>)
    -> tensor<1x3x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x!w> to tensor<2x3x2xf32>
  %y = nn.conv_transpose1d %xf, %w
    : (tensor<1x2x3xf32>, tensor<2x3x2xf32>) -> tensor<1x3x4xf32>
  %r = nn.relu %y : tensor<1x3x4xf32>
  %q = quant.qcast %r : tensor<1x3x4xf32> to tensor<1x3x4x!y>
  return %q : tensor<1x3x4x!y>
}

// CHECK-LABEL: @conv_transpose2d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose2d %x, %[[P]] : ({{.*}}, !quant.packed<conv_transpose2d, tensor<2x3x2x2xi8>, stride = [2, 2]>) -> tensor<1x3x6x6x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv_transpose2d(%x: tensor<1x2x3x3x!x>, %wq: tensor<2x3x2x2x!w>)
    -> tensor<1x3x6x6x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x2x!w> to tensor<2x3x2x2xf32>
  %y = nn.conv_transpose2d %xf, %w {stride = array<i64: 2, 2>}
    : (tensor<1x2x3x3xf32>, tensor<2x3x2x2xf32>) -> tensor<1x3x6x6xf32>
  %q = quant.qcast %y : tensor<1x3x6x6xf32> to tensor<1x3x6x6x!y>
  return %q : tensor<1x3x6x6x!y>
}

// Scales along axis 1 are shared by the groups: packed, there is one for each output channel.

// CHECK-LABEL: @conv_transpose2d_relu(
// CHECK:         %[[P:[a-z0-9_]+]] = quant.prepack %{{.*}}, %bq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose2d %x, %[[P]] {activation = #quant<activation relu>} : ({{.*}}, !quant.packed<conv_transpose2d, tensor<2x2x2x3xi8>, bias = i32, stride = [1, 2], padding = [0, 1, 0, 2], output_padding = [1, 0], dilation = [2, 1], groups = 2>)
// CHECK-NEXT:    func.return %[[Q]]
// FOLDED-LABEL: @conv_transpose2d_relu(
// FOLDED-NEXT:   %[[P:[a-z0-9_]+]] = quant.packed_constant <dense<1> : tensor<2x2x2x3xi8>, scales = dense<[2.500000e-01, 5.000000e-01, 2.500000e-01, 5.000000e-01]> : tensor<4xf32>, bias = dense<7> : tensor<4xi32>>
// FOLDED-NEXT:   quant.conv_transpose2d %x, %[[P]]
func.func @conv_transpose2d_relu(%x: tensor<1x2x3x3x!x>) -> tensor<1x4x5x5x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %wi = arith.constant dense<1> : tensor<2x2x2x3xi8>
  %wq = quant.scast %wi : tensor<2x2x2x3xi8> to tensor<2x2x2x3x!w2>
  %w = quant.dcast %wq : tensor<2x2x2x3x!w2> to tensor<2x2x2x3xf32>
  %bi = arith.constant dense<7> : tensor<4xi32>
  %bq = quant.scast %bi : tensor<4xi32> to tensor<4x!b4>
  %b = quant.dcast %bq : tensor<4x!b4> to tensor<4xf32>
  %y = nn.conv_transpose2d %xf, %w, %b {
      stride = array<i64: 1, 2>, padding = array<i64: 0, 1, 0, 2>,
      output_padding = array<i64: 1, 0>, dilation = array<i64: 2, 1>, groups = 2 : i64}
    : (tensor<1x2x3x3xf32>, tensor<2x2x2x3xf32>, tensor<4xf32>) -> tensor<1x4x5x5xf32>
  %r = nn.relu %y : tensor<1x4x5x5xf32>
  %q = quant.qcast %r : tensor<1x4x5x5xf32> to tensor<1x4x5x5x!y>
  return %q : tensor<1x4x5x5x!y>
}

// CHECK-LABEL: @conv_transpose3d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq, %b
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose3d %x, %[[P]] : ({{.*}}, !quant.packed<conv_transpose3d, tensor<2x3x2x2x2xi8>, bias = f32, stride = [2, 2, 2], output_padding = [1, 1, 1]>) -> tensor<1x3x7x7x7x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv_transpose3d(%x: tensor<1x2x3x3x3x!x>, %wq: tensor<2x3x2x2x2x!w>, %b: tensor<3xf32>)
    -> tensor<1x3x7x7x7x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x2x2x!w> to tensor<2x3x2x2x2xf32>
  %y = nn.conv_transpose3d %xf, %w, %b {stride = array<i64: 2, 2, 2>, output_padding = array<i64: 1, 1, 1>}
    : (tensor<1x2x3x3x3xf32>, tensor<2x3x2x2x2xf32>, tensor<3xf32>) -> tensor<1x3x7x7x7xf32>
  %q = quant.qcast %y : tensor<1x3x7x7x7xf32> to tensor<1x3x7x7x7x!y>
  return %q : tensor<1x3x7x7x7x!y>
}

// CHECK-LABEL: @conv_transpose3d_relu(
// CHECK:         = quant.conv_transpose3d %x, %{{.*}} {activation = #quant<activation relu>}
func.func @conv_transpose3d_relu(%x: tensor<1x2x3x3x3x!x>, %wq: tensor<2x3x2x2x2x!w>)
    -> tensor<1x3x4x4x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x2x2x!w> to tensor<2x3x2x2x2xf32>
  %y = nn.conv_transpose3d %xf, %w
    : (tensor<1x2x3x3x3xf32>, tensor<2x3x2x2x2xf32>) -> tensor<1x3x4x4x4xf32>
  %r = nn.relu %y : tensor<1x3x4x4x4xf32>
  %q = quant.qcast %r : tensor<1x3x4x4x4xf32> to tensor<1x3x4x4x4x!y>
  return %q : tensor<1x3x4x4x4x!y>
}

// CHECK-LABEL: @conv_transpose3d_clamp_max_relu(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv_transpose3d %x, %[[P]] {activation = #quant<activation clamp, min = 0.000000e+00, max = 4.500000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv_transpose3d_clamp_max_relu(%x: tensor<1x2x3x3x3x!x>, %wq: tensor<2x3x2x2x2x!w>) -> tensor<1x3x4x4x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %w = quant.dcast %wq : tensor<2x3x2x2x2x!w> to tensor<2x3x2x2x2xf32>
  %y = nn.conv_transpose3d %xf, %w : (tensor<1x2x3x3x3xf32>, tensor<2x3x2x2x2xf32>) -> tensor<1x3x4x4x4xf32>
  %r0 = nn.clamp %y {max = 4.5 : f64} : tensor<1x3x4x4x4xf32>
  %r1 = nn.relu %r0 : tensor<1x3x4x4x4xf32>
  %q = quant.qcast %r1 : tensor<1x3x4x4x4xf32> to tensor<1x3x4x4x4x!y>
  return %q : tensor<1x3x4x4x4x!y>
}

// A zero point for each slice along axis 1, which both groups share; those less than which all fit
// i8 vanish.
// FOLDED-LABEL: @conv_transpose1d_zero_points(
// FOLDED-NEXT:   quant.packed_constant <dense<{{\[\[}}[-128, -127], [-5, -5]], {{\[\[}}127, -128], [-5, -5]]]> : tensor<2x2x2xi8>, scales = {{.*}}, zero_points = dense<[-128, 0, -128, 0]> : tensor<4xi32>>
// FOLDED-NEXT:   quant.conv_transpose1d
func.func @conv_transpose1d_zero_points(%x: tensor<1x2x3x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<1x4x4x!quant.uniform<i8:f32, 2.0:-3>> {
  %xf = quant.dcast %x : tensor<1x2x3x!quant.uniform<u8:f32, 0.5:128>> to tensor<1x2x3xf32>
  %i = arith.constant dense<[[[0, 1], [2, 2]], [[-1, 0], [2, 2]]]> : tensor<2x2x2xi8>
  %q = quant.scast %i : tensor<2x2x2xi8> to tensor<2x2x2x!quant.uniform<u8:f32:1, {0.25, 0.5:7}>>
  %w = quant.dcast %q : tensor<2x2x2x!quant.uniform<u8:f32:1, {0.25, 0.5:7}>> to tensor<2x2x2xf32>
  %y = nn.conv_transpose1d %xf, %w {groups = 2 : i64} : (tensor<1x2x3xf32>, tensor<2x2x2xf32>) -> tensor<1x4x4xf32>
  %r = quant.qcast %y : tensor<1x4x4xf32> to tensor<1x4x4x!quant.uniform<i8:f32, 2.0:-3>>
  return %r : tensor<1x4x4x!quant.uniform<i8:f32, 2.0:-3>>
}
