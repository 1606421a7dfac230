// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s
// RUN: qfin-opt --finalize %s | filecheck %s --check-prefix=FOLDED

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>
!w = !quant.uniform<i8:f32, 0.25>
!w3 = !quant.uniform<i8:f32:0, {0.25, 0.5, 0.125}>
!b3 = !quant.uniform<i32:f32:0, {0.125, 0.25, 0.0625}>

// CHECK-LABEL: @conv3d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv3d %x, %[[P]] : ({{.*}}, !quant.packed<conv3d, tensor<3x2x2x2x2xi8>>) -> tensor<1x3x2x2x2x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv3d(%x: tensor<1x2x3x3x3x!x>, %wq: tensor<3x2x2x2x2x!w>) -> tensor<1x3x2x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x2x!w> to tensor<3x2x2x2x2xf32>
  %y = nn.conv3d %xf, %w : (tensor<1x2x3x3x3xf32>, tensor<3x2x2x2x2xf32>) -> tensor<1x3x2x2x2xf32>
  %q = quant.qcast %y : tensor<1x3x2x2x2xf32> to tensor<1x3x2x2x2x!y>
  return %q : tensor<1x3x2x2x2x!y>
}

// CHECK-LABEL: @conv3d_relu(
// CHECK:         %[[P:[a-z0-9_]+]] = quant.prepack %{{.*}}, %bq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv3d %x, %[[P]] {activation = #quant<activation relu>} : ({{.*}}, !quant.packed<conv3d, tensor<3x1x2x2x2xi8>, bias = i32, stride = [2, 2, 2], padding = [0, 1, 0, 1, 0, 1], dilation = [2, 2, 2], groups = 3>)
// CHECK-NEXT:    func.return %[[Q]]
// FOLDED-LABEL: @conv3d_relu(
// FOLDED-NEXT:   %[[P:[a-z0-9_]+]] = quant.packed_constant <dense<1> : tensor<3x1x2x2x2xi8>, scales = dense<[2.500000e-01, 5.000000e-01, 1.250000e-01]> : tensor<3xf32>, bias = dense<7> : tensor<3xi32>>
// FOLDED-NEXT:   quant.conv3d %x, %[[P]]
func.func @conv3d_relu(%x: tensor<1x3x4x4x4x!x>) -> tensor<1x3x2x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x3x4x4x4x!x> to tensor<1x3x4x4x4xf32>
  %wi = arith.constant dense<1> : tensor<3x1x2x2x2xi8>
  %wq = quant.scast %wi : tensor<3x1x2x2x2xi8> to tensor<3x1x2x2x2x!w3>
  %w = quant.dcast %wq : tensor<3x1x2x2x2x!w3> to tensor<3x1x2x2x2xf32>
  %bi = arith.constant dense<7> : tensor<3xi32>
  %bq = quant.scast %bi : tensor<3xi32> to tensor<3x!b3>
  %b = quant.dcast %bq : tensor<3x!b3> to tensor<3xf32>
  %y = nn.conv3d %xf, %w, %b {stride = array<i64: 2, 2, 2>, padding = array<i64: 0, 1, 0, 1, 0, 1>,
                              dilation = array<i64: 2, 2, 2>, groups = 3 : i64}
    : (tensor<1x3x4x4x4xf32>, tensor<3x1x2x2x2xf32>, tensor<3xf32>) -> tensor<1x3x2x2x2xf32>
  %r = nn.relu %y : tensor<1x3x2x2x2xf32>
  %q = quant.qcast %r : tensor<1x3x2x2x2xf32> to tensor<1x3x2x2x2x!y>
  return %q : tensor<1x3x2x2x2x!y>
}

// CHECK-LABEL: @conv3d_clamp_min(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv3d %x, %[[P]] {activation = #quant<activation clamp, min = -1.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
func.func @conv3d_clamp_min(%x: tensor<1x2x3x3x3x!x>, %wq: tensor<3x2x2x2x2x!w>) -> tensor<1x3x2x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x2x!w> to tensor<3x2x2x2x2xf32>
  %y = nn.conv3d %xf, %w : (tensor<1x2x3x3x3xf32>, tensor<3x2x2x2x2xf32>) -> tensor<1x3x2x2x2xf32>
  %r0 = nn.clamp %y {min = -1.0 : f64} : tensor<1x3x2x2x2xf32>
  %q = quant.qcast %r0 : tensor<1x3x2x2x2xf32> to tensor<1x3x2x2x2x!y>
  return %q : tensor<1x3x2x2x2x!y>
}
