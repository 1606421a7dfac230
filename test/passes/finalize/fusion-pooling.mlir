// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @avg_pool1d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.avg_pool1d %x {kernel = array<i64: 2>, stride = array<i64: 2>, ceil_mode = true} : (tensor<1x2x7x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x4x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-pooling.mlir:{{[0-9]+}}:3: remark: nn.avg_pool1d fused: became quant.avg_pool1d
func.func @avg_pool1d(%x: tensor<1x2x7x!x>) -> tensor<1x2x4x!y> {
  %f = quant.dcast %x : tensor<1x2x7x!x> to tensor<1x2x7xf32>
  %y = nn.avg_pool1d %f {kernel = array<i64: 2>, stride = array<i64: 2>, ceil_mode = true} : (tensor<1x2x7xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// CHECK-LABEL: @avg_pool2d_divisor(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.avg_pool2d %x {kernel = array<i64: 2, 2>, divisor_override = 3 : i64} : (tensor<1x2x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x2x2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.avg_pool2d fused: became quant.avg_pool2d
func.func @avg_pool2d_divisor(%x: tensor<1x2x3x3x!x>) -> tensor<1x2x2x2x!y> {
  %f = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %y = nn.avg_pool2d %f {kernel = array<i64: 2, 2>, divisor_override = 3 : i64} : (tensor<1x2x3x3xf32>) -> tensor<1x2x2x2xf32>
  %q = quant.qcast %y : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!y>
  return %q : tensor<1x2x2x2x!y>
}

// CHECK-LABEL: @avg_pool3d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.avg_pool3d %x {kernel = array<i64: 2, 2, 2>, count_include_pad = false} : (tensor<1x2x3x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x2x2x2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.avg_pool3d fused: became quant.avg_pool3d
func.func @avg_pool3d(%x: tensor<1x2x3x3x3x!x>) -> tensor<1x2x2x2x2x!y> {
  %f = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %y = nn.avg_pool3d %f {kernel = array<i64: 2, 2, 2>, count_include_pad = false} : (tensor<1x2x3x3x3xf32>) -> tensor<1x2x2x2x2xf32>
  %q = quant.qcast %y : tensor<1x2x2x2x2xf32> to tensor<1x2x2x2x2x!y>
  return %q : tensor<1x2x2x2x2x!y>
}

// CHECK-LABEL: @adaptive_avg_pool1d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.adaptive_avg_pool1d %x : (tensor<1x2x7x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x3x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.adaptive_avg_pool1d fused: became quant.adaptive_avg_pool1d
func.func @adaptive_avg_pool1d(%x: tensor<1x2x7x!x>) -> tensor<1x2x3x!y> {
  %f = quant.dcast %x : tensor<1x2x7x!x> to tensor<1x2x7xf32>
  %y = nn.adaptive_avg_pool1d %f : (tensor<1x2x7xf32>) -> tensor<1x2x3xf32>
  %q = quant.qcast %y : tensor<1x2x3xf32> to tensor<1x2x3x!y>
  return %q : tensor<1x2x3x!y>
}

// CHECK-LABEL: @adaptive_avg_pool3d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.adaptive_avg_pool3d %x : (tensor<1x2x3x4x5x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x2x2x2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.adaptive_avg_pool3d fused: became quant.adaptive_avg_pool3d
func.func @adaptive_avg_pool3d(%x: tensor<1x2x3x4x5x!x>) -> tensor<1x2x2x2x2x!y> {
  %f = quant.dcast %x : tensor<1x2x3x4x5x!x> to tensor<1x2x3x4x5xf32>
  %y = nn.adaptive_avg_pool3d %f : (tensor<1x2x3x4x5xf32>) -> tensor<1x2x2x2x2xf32>
  %q = quant.qcast %y : tensor<1x2x2x2x2xf32> to tensor<1x2x2x2x2x!y>
  return %q : tensor<1x2x2x2x2x!y>
}

// CHECK-LABEL: @max_pool1d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = nn.max_pool1d %x {kernel = array<i64: 2>, stride = array<i64: 2>, ceil_mode = true} : (tensor<1x2x7x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x4x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[Q]]
// CHECK-NEXT:    func.return %[[D]]
// REMARK-NEXT: remark: nn.max_pool1d fused: became dcast(nn.max_pool1d x)
func.func @max_pool1d(%x: tensor<1x2x7x!x>) -> tensor<1x2x4xf32> {
  %f = quant.dcast %x : tensor<1x2x7x!x> to tensor<1x2x7xf32>
  %y = nn.max_pool1d %f {kernel = array<i64: 2>, stride = array<i64: 2>, ceil_mode = true} : (tensor<1x2x7xf32>) -> tensor<1x2x4xf32>
  return %y : tensor<1x2x4xf32>
}

// CHECK-LABEL: @max_pool3d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = nn.max_pool3d %x {kernel = array<i64: 2, 2, 2>} : (tensor<1x2x3x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x2x2x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[Q]]
// CHECK-NEXT:    func.return %[[D]]
// REMARK-NEXT: remark: nn.max_pool3d fused: became dcast(nn.max_pool3d x)
func.func @max_pool3d(%x: tensor<1x2x3x3x3x!x>) -> tensor<1x2x2x2x2xf32> {
  %f = quant.dcast %x : tensor<1x2x3x3x3x!x> to tensor<1x2x3x3x3xf32>
  %y = nn.max_pool3d %f {kernel = array<i64: 2, 2, 2>} : (tensor<1x2x3x3x3xf32>) -> tensor<1x2x2x2x2xf32>
  return %y : tensor<1x2x2x2x2xf32>
}
