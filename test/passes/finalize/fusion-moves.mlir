// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @transpose(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<3x2x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<3x2x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<3x2xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK:      fusion-moves.mlir:{{[0-9]+}}:3: remark: nn.transpose fused: became dcast(nn.transpose x)
func.func @transpose(%x: tensor<2x3x!x>) -> (tensor<3x2xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.transpose %f {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %y0 : tensor<3x2xf32>
}

// CHECK-LABEL: @permute(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.permute %x {dims = array<i64: 0, 2, 3, 1>} : (tensor<1x3x2x4x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<1x2x4x3x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<1x2x4x3x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<1x2x4x3xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.permute fused: became dcast(nn.permute x)
func.func @permute(%x: tensor<1x3x2x4x!x>) -> (tensor<1x2x4x3xf32>) {
  %f = quant.dcast %x : tensor<1x3x2x4x!x> to tensor<1x3x2x4xf32>
  %y0 = nn.permute %f {dims = array<i64: 0, 2, 3, 1>} : (tensor<1x3x2x4xf32>) -> tensor<1x2x4x3xf32>
  return %y0 : tensor<1x2x4x3xf32>
}

// CHECK-LABEL: @squeeze(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.squeeze %x {dim = array<i64: 2>} : (tensor<1x8x1x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<1x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<1x8x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<1x8xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.squeeze fused: became dcast(nn.squeeze x)
func.func @squeeze(%x: tensor<1x8x1x!x>) -> (tensor<1x8xf32>) {
  %f = quant.dcast %x : tensor<1x8x1x!x> to tensor<1x8x1xf32>
  %y0 = nn.squeeze %f {dim = array<i64: 2>} : (tensor<1x8x1xf32>) -> tensor<1x8xf32>
  return %y0 : tensor<1x8xf32>
}

// CHECK-LABEL: @unsqueeze(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.unsqueeze %x {dim = 1 : i64} : (tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x1x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x1x8x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2x1x8xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.unsqueeze fused: became dcast(nn.unsqueeze x)
func.func @unsqueeze(%x: tensor<2x8x!x>) -> (tensor<2x1x8xf32>) {
  %f = quant.dcast %x : tensor<2x8x!x> to tensor<2x8xf32>
  %y0 = nn.unsqueeze %f {dim = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x1x8xf32>
  return %y0 : tensor<2x1x8xf32>
}

// CHECK-LABEL: @flip(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.flip %x {dims = array<i64: 1>} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2x3xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.flip fused: became dcast(nn.flip x)
func.func @flip(%x: tensor<2x3x!x>) -> (tensor<2x3xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.flip %f {dims = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y0 : tensor<2x3xf32>
}

// CHECK-LABEL: @slice(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.slice %x {start = 1 : i64} : (tensor<7x5x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<6x5x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<6x5x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<6x5xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.slice fused: became dcast(nn.slice x)
func.func @slice(%x: tensor<7x5x!x>) -> (tensor<6x5xf32>) {
  %f = quant.dcast %x : tensor<7x5x!x> to tensor<7x5xf32>
  %y0 = nn.slice %f {start = 1 : i64} : (tensor<7x5xf32>) -> tensor<6x5xf32>
  return %y0 : tensor<6x5xf32>
}

// CHECK-LABEL: @select(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.select %x {dim = 1 : i64, index = 0 : i64} : (tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.select fused: became dcast(nn.select x)
func.func @select(%x: tensor<2x5x!x>) -> (tensor<2xf32>) {
  %f = quant.dcast %x : tensor<2x5x!x> to tensor<2x5xf32>
  %y0 = nn.select %f {dim = 1 : i64, index = 0 : i64} : (tensor<2x5xf32>) -> tensor<2xf32>
  return %y0 : tensor<2xf32>
}

// CHECK-LABEL: @split(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]], %[[Q1:[a-z0-9_]+]] = nn.split %x {split_sizes = array<i64: 3, 5>, dim = 1 : i64} : (tensor<1x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<1x3x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x5x!quant.uniform<u8:f32, 5.000000e-01:3>>)
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<1x3x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<1x3xf32>
// CHECK-NEXT:    %[[Y1:[a-z0-9_]+]] = quant.dcast %[[Q1]] : tensor<1x5x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<1x5xf32>
// CHECK-NEXT:    func.return %[[Y0]], %[[Y1]]
// REMARK-NEXT: remark: nn.split fused: became dcast(nn.split x)
func.func @split(%x: tensor<1x8x!x>) -> (tensor<1x3xf32>, tensor<1x5xf32>) {
  %f = quant.dcast %x : tensor<1x8x!x> to tensor<1x8xf32>
  %y0, %y1 = nn.split %f {split_sizes = array<i64: 3, 5>, dim = 1 : i64} : (tensor<1x8xf32>) -> (tensor<1x3xf32>, tensor<1x5xf32>)
  return %y0, %y1 : tensor<1x3xf32>, tensor<1x5xf32>
}

// CHECK-LABEL: @chunk(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]], %[[Q1:[a-z0-9_]+]] = nn.chunk %x {chunks = 2 : i64} : (tensor<3x2x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<2x2x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x2x!quant.uniform<u8:f32, 5.000000e-01:3>>)
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x2x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2x2xf32>
// CHECK-NEXT:    %[[Y1:[a-z0-9_]+]] = quant.dcast %[[Q1]] : tensor<1x2x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<1x2xf32>
// CHECK-NEXT:    func.return %[[Y0]], %[[Y1]]
// REMARK-NEXT: remark: nn.chunk fused: became dcast(nn.chunk x)
func.func @chunk(%x: tensor<3x2x!x>) -> (tensor<2x2xf32>, tensor<1x2xf32>) {
  %f = quant.dcast %x : tensor<3x2x!x> to tensor<3x2xf32>
  %y0, %y1 = nn.chunk %f {chunks = 2 : i64} : (tensor<3x2xf32>) -> (tensor<2x2xf32>, tensor<1x2xf32>)
  return %y0, %y1 : tensor<2x2xf32>, tensor<1x2xf32>
}

// CHECK-LABEL: @expand(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.expand %x {size = array<i64: -1, 4>} : (tensor<3x1x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<3x4x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<3x4x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<3x4xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.expand fused: became dcast(nn.expand x)
func.func @expand(%x: tensor<3x1x!x>) -> (tensor<3x4xf32>) {
  %f = quant.dcast %x : tensor<3x1x!x> to tensor<3x1xf32>
  %y0 = nn.expand %f {size = array<i64: -1, 4>} : (tensor<3x1xf32>) -> tensor<3x4xf32>
  return %y0 : tensor<3x4xf32>
}

// CHECK-LABEL: @repeat(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.repeat %x {repeats = array<i64: 2>} : (tensor<4x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<8x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<8x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<8xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.repeat fused: became dcast(nn.repeat x)
func.func @repeat(%x: tensor<4x!x>) -> (tensor<8xf32>) {
  %f = quant.dcast %x : tensor<4x!x> to tensor<4xf32>
  %y0 = nn.repeat %f {repeats = array<i64: 2>} : (tensor<4xf32>) -> tensor<8xf32>
  return %y0 : tensor<8xf32>
}

// CHECK-LABEL: @repeat_interleave(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.repeat_interleave %x {repeats = 2 : i64, dim = 0 : i64} : (tensor<4x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<8x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<8x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<8xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.repeat_interleave fused: became dcast(nn.repeat_interleave x)
func.func @repeat_interleave(%x: tensor<4x!x>) -> (tensor<8xf32>) {
  %f = quant.dcast %x : tensor<4x!x> to tensor<4xf32>
  %y0 = nn.repeat_interleave %f {repeats = 2 : i64, dim = 0 : i64} : (tensor<4xf32>) -> tensor<8xf32>
  return %y0 : tensor<8xf32>
}

// CHECK-LABEL: @pad(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.pad %x {pad = array<i64: 1, 1>} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2x5xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.pad fused: became dcast(nn.pad x)
func.func @pad(%x: tensor<2x3x!x>) -> (tensor<2x5xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.pad %f {pad = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x5xf32>
  return %y0 : tensor<2x5xf32>
}

// CHECK-LABEL: @pad_value(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.pad %x {pad = array<i64: 1, 1>, value = -1.500000e+00 : f64} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2x5xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.pad fused: became dcast(nn.pad x)
func.func @pad_value(%x: tensor<2x3x!x>) -> (tensor<2x5xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.pad %f {pad = array<i64: 1, 1>, value = -1.500000e+00 : f64} : (tensor<2x3xf32>) -> tensor<2x5xf32>
  return %y0 : tensor<2x5xf32>
}

// CHECK-LABEL: @pad_reflect(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.pad %x {pad = array<i64: 1, 1>, mode = "reflect"} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2x5xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.pad fused: became dcast(nn.pad x)
func.func @pad_reflect(%x: tensor<2x3x!x>) -> (tensor<2x5xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.pad %f {pad = array<i64: 1, 1>, mode = "reflect"} : (tensor<2x3xf32>) -> tensor<2x5xf32>
  return %y0 : tensor<2x5xf32>
}

// CHECK-LABEL: @pad_replicate(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.pad %x {pad = array<i64: 1, 1>, mode = "replicate", value = 1.000000e-01 : f64} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x5x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2x5xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.pad fused: became dcast(nn.pad x)
func.func @pad_replicate(%x: tensor<2x3x!x>) -> (tensor<2x5xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.pad %f {pad = array<i64: 1, 1>, mode = "replicate", value = 1.000000e-01 : f64} : (tensor<2x3xf32>) -> tensor<2x5xf32>
  return %y0 : tensor<2x5xf32>
}

// CHECK-LABEL: @amax(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.amax %x {dim = array<i64: 1>} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<2x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<2xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.amax fused: became dcast(nn.amax x)
func.func @amax(%x: tensor<2x3x!x>) -> (tensor<2xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.amax %f {dim = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return %y0 : tensor<2xf32>
}

// CHECK-LABEL: @amin(
// CHECK-NEXT:    %[[Q0:[a-z0-9_]+]] = nn.amin %x {keepdim = true} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<1x1x!quant.uniform<u8:f32, 5.000000e-01:3>>
// CHECK-NEXT:    %[[Y0:[a-z0-9_]+]] = quant.dcast %[[Q0]] : tensor<1x1x!quant.uniform<u8:f32, 5.000000e-01:3>> to tensor<1x1xf32>
// CHECK-NEXT:    func.return %[[Y0]]
// REMARK-NEXT: remark: nn.amin fused: became dcast(nn.amin x)
func.func @amin(%x: tensor<2x3x!x>) -> (tensor<1x1xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y0 = nn.amin %f {keepdim = true} : (tensor<2x3xf32>) -> tensor<1x1xf32>
  return %y0 : tensor<1x1xf32>
}

// What does nothing does not stand between two ops that belong together.
// CHECK-LABEL: @identities(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.silu %x
// CHECK-NEXT:    func.return %[[Q]]
func.func @identities(%x: tensor<2x!x>) -> tensor<2x!y> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.dropout %f : (tensor<2xf32>) -> tensor<2xf32>
  %1 = nn.detach %0 : (tensor<2xf32>) -> tensor<2xf32>
  %2 = nn.silu %1 : tensor<2xf32>
  %3 = nn.contiguous %2 : (tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %3 : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// Back to the parameters that the values have.
// REMARK-NEXT: remark: nn.slice fused
// REMARK-NEXT: remark: nn.flip fused
// CHECK-LABEL: @chain(
// CHECK-NEXT:    %[[A:[a-z0-9_]+]] = nn.slice %x
// CHECK-NEXT:    %[[B:[a-z0-9_]+]] = nn.flip %[[A]]
// CHECK-NEXT:    func.return %[[B]]
func.func @chain(%x: tensor<7x!x>) -> tensor<6x!x> {
  %f = quant.dcast %x : tensor<7x!x> to tensor<7xf32>
  %0 = nn.slice %f {start = 1 : i64} : (tensor<7xf32>) -> tensor<6xf32>
  %1 = nn.flip %0 {dims = array<i64: 0>} : (tensor<6xf32>) -> tensor<6xf32>
  %q = quant.qcast %1 : tensor<6xf32> to tensor<6x!x>
  return %q : tensor<6x!x>
}
// Said last: what stood between is taken away first.
// REMARK-NEXT: remark: nn.silu fused: became quant.silu
