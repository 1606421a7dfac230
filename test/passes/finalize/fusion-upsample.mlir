// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @upsample_nearest1d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = nn.upsample_nearest1d %x : (tensor<1x2x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x9x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[Q]]
// CHECK-NEXT:    func.return %[[D]]
// REMARK:      fusion-upsample.mlir:{{[0-9]+}}:3: remark: nn.upsample_nearest1d fused: became dcast(nn.upsample_nearest1d x)
func.func @upsample_nearest1d(%x: tensor<1x2x4x!x>) -> tensor<1x2x9xf32> {
  %f = quant.dcast %x : tensor<1x2x4x!x> to tensor<1x2x4xf32>
  %y = nn.upsample_nearest1d %f : (tensor<1x2x4xf32>) -> tensor<1x2x9xf32>
  return %y : tensor<1x2x9xf32>
}

// CHECK-LABEL: @upsample_nearest2d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = nn.upsample_nearest2d %x {scales = array<f64: 2.000000e+00, 2.000000e+00>} : (tensor<1x2x4x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x8x8x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[Q]]
// CHECK-NEXT:    func.return %[[D]]
// REMARK-NEXT: remark: nn.upsample_nearest2d fused: became dcast(nn.upsample_nearest2d x)
func.func @upsample_nearest2d(%x: tensor<1x2x4x4x!x>) -> tensor<1x2x8x8xf32> {
  %f = quant.dcast %x : tensor<1x2x4x4x!x> to tensor<1x2x4x4xf32>
  %y = nn.upsample_nearest2d %f {scales = array<f64: 2.0, 2.0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  return %y : tensor<1x2x8x8xf32>
}

// CHECK-LABEL: @upsample_nearest3d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = nn.upsample_nearest3d %x : (tensor<1x2x2x2x2x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x3x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[Q]]
// CHECK-NEXT:    func.return %[[D]]
// REMARK-NEXT: remark: nn.upsample_nearest3d fused: became dcast(nn.upsample_nearest3d x)
func.func @upsample_nearest3d(%x: tensor<1x2x2x2x2x!x>) -> tensor<1x2x3x3x3xf32> {
  %f = quant.dcast %x : tensor<1x2x2x2x2x!x> to tensor<1x2x2x2x2xf32>
  %y = nn.upsample_nearest3d %f : (tensor<1x2x2x2x2xf32>) -> tensor<1x2x3x3x3xf32>
  return %y : tensor<1x2x3x3x3xf32>
}

// CHECK-LABEL: @upsample_linear1d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.upsample_linear1d %x : (tensor<1x2x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x9x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.upsample_linear1d fused: became quant.upsample_linear1d
func.func @upsample_linear1d(%x: tensor<1x2x4x!x>) -> tensor<1x2x9x!y> {
  %f = quant.dcast %x : tensor<1x2x4x!x> to tensor<1x2x4xf32>
  %y = nn.upsample_linear1d %f : (tensor<1x2x4xf32>) -> tensor<1x2x9xf32>
  %q = quant.qcast %y : tensor<1x2x9xf32> to tensor<1x2x9x!y>
  return %q : tensor<1x2x9x!y>
}

// CHECK-LABEL: @upsample_bilinear2d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.upsample_bilinear2d %x {align_corners = true} : (tensor<1x2x4x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x8x8x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.upsample_bilinear2d fused: became quant.upsample_bilinear2d
func.func @upsample_bilinear2d(%x: tensor<1x2x4x4x!x>) -> tensor<1x2x8x8x!y> {
  %f = quant.dcast %x : tensor<1x2x4x4x!x> to tensor<1x2x4x4xf32>
  %y = nn.upsample_bilinear2d %f {align_corners = true} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  %q = quant.qcast %y : tensor<1x2x8x8xf32> to tensor<1x2x8x8x!y>
  return %q : tensor<1x2x8x8x!y>
}

// CHECK-LABEL: @upsample_trilinear3d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.upsample_trilinear3d %x : (tensor<1x2x2x2x2x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x3x3x3x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.upsample_trilinear3d fused: became quant.upsample_trilinear3d
func.func @upsample_trilinear3d(%x: tensor<1x2x2x2x2x!x>) -> tensor<1x2x3x3x3x!y> {
  %f = quant.dcast %x : tensor<1x2x2x2x2x!x> to tensor<1x2x2x2x2xf32>
  %y = nn.upsample_trilinear3d %f : (tensor<1x2x2x2x2xf32>) -> tensor<1x2x3x3x3xf32>
  %q = quant.qcast %y : tensor<1x2x3x3x3xf32> to tensor<1x2x3x3x3x!y>
  return %q : tensor<1x2x3x3x3x!y>
}

// CHECK-LABEL: @upsample_bicubic2d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.upsample_bicubic2d %x {scales = array<f64: 2.000000e+00, 2.000000e+00>} : (tensor<1x2x4x4x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x8x8x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.upsample_bicubic2d fused: became quant.upsample_bicubic2d
func.func @upsample_bicubic2d(%x: tensor<1x2x4x4x!x>) -> tensor<1x2x8x8x!y> {
  %f = quant.dcast %x : tensor<1x2x4x4x!x> to tensor<1x2x4x4xf32>
  %y = nn.upsample_bicubic2d %f {scales = array<f64: 2.0, 2.0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  %q = quant.qcast %y : tensor<1x2x8x8xf32> to tensor<1x2x8x8x!y>
  return %q : tensor<1x2x8x8x!y>
}
