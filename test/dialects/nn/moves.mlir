// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @transpose(
func.func @transpose(%x: tensor<2x3x4xf32>) -> (tensor<4x3x2xf32>) {
  // CHECK: %y0 = nn.transpose %x {dim0 = 0 : i64, dim1 = -1 : i64} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  %y0 = nn.transpose %x {dim0 = 0 : i64, dim1 = -1 : i64} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
  func.return %y0 : tensor<4x3x2xf32>
}

// CHECK-LABEL: @transpose_scalar(
func.func @transpose_scalar(%x: tensor<f32>) -> (tensor<f32>) {
  // CHECK: %y0 = nn.transpose %x {dim0 = 0 : i64, dim1 = -1 : i64} : (tensor<f32>) -> tensor<f32>
  %y0 = nn.transpose %x {dim0 = 0 : i64, dim1 = -1 : i64} : (tensor<f32>) -> tensor<f32>
  func.return %y0 : tensor<f32>
}

// CHECK-LABEL: @permute(
func.func @permute(%x: tensor<1x3x?x4xf32>) -> (tensor<1x?x4x3xf32>) {
  // CHECK: %y0 = nn.permute %x {dims = array<i64: 0, 2, 3, -3>} : (tensor<1x3x?x4xf32>) -> tensor<1x?x4x3xf32>
  %y0 = nn.permute %x {dims = array<i64: 0, 2, 3, -3>} : (tensor<1x3x?x4xf32>) -> tensor<1x?x4x3xf32>
  func.return %y0 : tensor<1x?x4x3xf32>
}

// CHECK-LABEL: @squeeze(
func.func @squeeze(%x: tensor<1x8x1x2x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<8x2x!quant.uniform<u8:f32, 5.000000e-01:3>>) {
  // CHECK: %y0 = nn.squeeze %x {dim = array<i64: 0, 2, 3>} : (tensor<1x8x1x2x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<8x2x!quant.uniform<u8:f32, 5.000000e-01:3>>
  %y0 = nn.squeeze %x {dim = array<i64: 0, 2, 3>} : (tensor<1x8x1x2x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<8x2x!quant.uniform<u8:f32, 5.000000e-01:3>>
  func.return %y0 : tensor<8x2x!quant.uniform<u8:f32, 5.000000e-01:3>>
}

// CHECK-LABEL: @unsqueeze(
func.func @unsqueeze(%x: tensor<?x8xi32>) -> (tensor<?x8x1xi32>) {
  // CHECK: %y0 = nn.unsqueeze %x {dim = -1 : i64} : (tensor<?x8xi32>) -> tensor<?x8x1xi32>
  %y0 = nn.unsqueeze %x {dim = -1 : i64} : (tensor<?x8xi32>) -> tensor<?x8x1xi32>
  func.return %y0 : tensor<?x8x1xi32>
}

// CHECK-LABEL: @flip(
func.func @flip(%x: tensor<2x3xf16>) -> (tensor<2x3xf16>) {
  // CHECK: %y0 = nn.flip %x {dims = array<i64: -1, 0>} : (tensor<2x3xf16>) -> tensor<2x3xf16>
  %y0 = nn.flip %x {dims = array<i64: -1, 0>} : (tensor<2x3xf16>) -> tensor<2x3xf16>
  func.return %y0 : tensor<2x3xf16>
}

// CHECK-LABEL: @slice(
func.func @slice(%x: tensor<7x5xf32>) -> (tensor<7x2xf32>) {
  // CHECK: %y0 = nn.slice %x {dim = -1 : i64, start = -4 : i64, end = 100 : i64, step = 3 : i64} : (tensor<7x5xf32>) -> tensor<7x2xf32>
  %y0 = nn.slice %x {dim = -1 : i64, start = -4 : i64, end = 100 : i64, step = 3 : i64} : (tensor<7x5xf32>) -> tensor<7x2xf32>
  func.return %y0 : tensor<7x2xf32>
}

// CHECK-LABEL: @slice_empty(
func.func @slice_empty(%x: tensor<7xf32>) -> (tensor<0xf32>) {
  // CHECK: %y0 = nn.slice %x {start = 5 : i64, end = 2 : i64} : (tensor<7xf32>) -> tensor<0xf32>
  %y0 = nn.slice %x {start = 5 : i64, end = 2 : i64} : (tensor<7xf32>) -> tensor<0xf32>
  func.return %y0 : tensor<0xf32>
}

// CHECK-LABEL: @slice_dynamic(
func.func @slice_dynamic(%x: tensor<?x4xf32>) -> (tensor<?x4xf32>) {
  // CHECK: %y0 = nn.slice %x {start = 1 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %y0 = nn.slice %x {start = 1 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  func.return %y0 : tensor<?x4xf32>
}

// CHECK-LABEL: @select(
func.func @select(%x: tensor<2x5x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) {
  // CHECK: %y0 = nn.select %x {dim = 1 : i64, index = -1 : i64} : (tensor<2x5x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
  %y0 = nn.select %x {dim = 1 : i64, index = -1 : i64} : (tensor<2x5x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
  func.return %y0 : tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
}

// CHECK-LABEL: @split(
func.func @split(%x: tensor<1x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<1x3x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x0x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x5x!quant.uniform<u8:f32, 5.000000e-01:3>>) {
  // CHECK: %y0, %y1, %y2 = nn.split %x {split_sizes = array<i64: 3, 0, 5>, dim = 1 : i64} : (tensor<1x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<1x3x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x0x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x5x!quant.uniform<u8:f32, 5.000000e-01:3>>)
  %y0, %y1, %y2 = nn.split %x {split_sizes = array<i64: 3, 0, 5>, dim = 1 : i64} : (tensor<1x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<1x3x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x0x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x5x!quant.uniform<u8:f32, 5.000000e-01:3>>)
  func.return %y0, %y1, %y2 : tensor<1x3x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x0x!quant.uniform<u8:f32, 5.000000e-01:3>>, tensor<1x5x!quant.uniform<u8:f32, 5.000000e-01:3>>
}

// CHECK-LABEL: @chunk(
func.func @chunk(%x: tensor<7x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x2xf32>) {
  // CHECK: %y0, %y1, %y2, %y3 = nn.chunk %x {chunks = 4 : i64} : (tensor<7x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x2xf32>)
  %y0, %y1, %y2, %y3 = nn.chunk %x {chunks = 4 : i64} : (tensor<7x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x2xf32>)
  func.return %y0, %y1, %y2, %y3 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<1x2xf32>
}

// CHECK-LABEL: @chunk_fewer(
func.func @chunk_fewer(%x: tensor<5xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<1xf32>) {
  // CHECK: %y0, %y1, %y2 = nn.chunk %x {chunks = 4 : i64} : (tensor<5xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<1xf32>)
  %y0, %y1, %y2 = nn.chunk %x {chunks = 4 : i64} : (tensor<5xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<1xf32>)
  func.return %y0, %y1, %y2 : tensor<2xf32>, tensor<2xf32>, tensor<1xf32>
}

// CHECK-LABEL: @expand(
func.func @expand(%x: tensor<3x1x?xf32>) -> (tensor<2x3x4x?xf32>) {
  // CHECK: %y0 = nn.expand %x {size = array<i64: 2, -1, 4, -1>} : (tensor<3x1x?xf32>) -> tensor<2x3x4x?xf32>
  %y0 = nn.expand %x {size = array<i64: 2, -1, 4, -1>} : (tensor<3x1x?xf32>) -> tensor<2x3x4x?xf32>
  func.return %y0 : tensor<2x3x4x?xf32>
}

// CHECK-LABEL: @repeat(
func.func @repeat(%x: tensor<4x?x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<2x12x?x!quant.uniform<u8:f32, 5.000000e-01:3>>) {
  // CHECK: %y0 = nn.repeat %x {repeats = array<i64: 2, 3, 1>} : (tensor<4x?x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x12x?x!quant.uniform<u8:f32, 5.000000e-01:3>>
  %y0 = nn.repeat %x {repeats = array<i64: 2, 3, 1>} : (tensor<4x?x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x12x?x!quant.uniform<u8:f32, 5.000000e-01:3>>
  func.return %y0 : tensor<2x12x?x!quant.uniform<u8:f32, 5.000000e-01:3>>
}

// CHECK-LABEL: @repeat_interleave(
func.func @repeat_interleave(%x: tensor<1x4xi8>) -> (tensor<1x8xi8>) {
  // CHECK: %y0 = nn.repeat_interleave %x {repeats = 2 : i64, dim = -1 : i64} : (tensor<1x4xi8>) -> tensor<1x8xi8>
  %y0 = nn.repeat_interleave %x {repeats = 2 : i64, dim = -1 : i64} : (tensor<1x4xi8>) -> tensor<1x8xi8>
  func.return %y0 : tensor<1x8xi8>
}

// CHECK-LABEL: @pad(
func.func @pad(%x: tensor<1x3x8x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<1x3x11x7x!quant.uniform<u8:f32, 5.000000e-01:3>>) {
  // CHECK: %y0 = nn.pad %x {pad = array<i64: 1, -2, 0, 3>, value = -1.500000e+00 : f64} : (tensor<1x3x8x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<1x3x11x7x!quant.uniform<u8:f32, 5.000000e-01:3>>
  %y0 = nn.pad %x {pad = array<i64: 1, -2, 0, 3>, value = -1.500000e+00 : f64} : (tensor<1x3x8x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<1x3x11x7x!quant.uniform<u8:f32, 5.000000e-01:3>>
  func.return %y0 : tensor<1x3x11x7x!quant.uniform<u8:f32, 5.000000e-01:3>>
}

// CHECK-LABEL: @pad_reflect(
func.func @pad_reflect(%x: tensor<1x3x8x?xf32>) -> (tensor<1x3x8x?xf32>) {
  // CHECK: %y0 = nn.pad %x {pad = array<i64: 1, 2>, mode = "reflect"} : (tensor<1x3x8x?xf32>) -> tensor<1x3x8x?xf32>
  %y0 = nn.pad %x {pad = array<i64: 1, 2>, mode = "reflect"} : (tensor<1x3x8x?xf32>) -> tensor<1x3x8x?xf32>
  func.return %y0 : tensor<1x3x8x?xf32>
}

// CHECK-LABEL: @pad_replicate(
func.func @pad_replicate(%x: tensor<2x1xf32>) -> (tensor<2x8xf32>) {
  // CHECK: %y0 = nn.pad %x {pad = array<i64: 3, 4>, mode = "replicate"} : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %y0 = nn.pad %x {pad = array<i64: 3, 4>, mode = "replicate"} : (tensor<2x1xf32>) -> tensor<2x8xf32>
  func.return %y0 : tensor<2x8xf32>
}

// CHECK-LABEL: @amax(
func.func @amax(%x: tensor<1x8x4x4x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<1x8x1x1x!quant.uniform<u8:f32, 5.000000e-01:3>>) {
  // CHECK: %y0 = nn.amax %x {dim = array<i64: 2, 3>, keepdim = true} : (tensor<1x8x4x4x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<1x8x1x1x!quant.uniform<u8:f32, 5.000000e-01:3>>
  %y0 = nn.amax %x {dim = array<i64: 2, 3>, keepdim = true} : (tensor<1x8x4x4x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<1x8x1x1x!quant.uniform<u8:f32, 5.000000e-01:3>>
  func.return %y0 : tensor<1x8x1x1x!quant.uniform<u8:f32, 5.000000e-01:3>>
}

// CHECK-LABEL: @amax_all(
func.func @amax_all(%x: tensor<2x8xf32>) -> (tensor<f32>) {
  // CHECK: %y0 = nn.amax %x : (tensor<2x8xf32>) -> tensor<f32>
  %y0 = nn.amax %x : (tensor<2x8xf32>) -> tensor<f32>
  func.return %y0 : tensor<f32>
}

// CHECK-LABEL: @amin(
func.func @amin(%x: tensor<2x?xf32>) -> (tensor<2xf32>) {
  // CHECK: %y0 = nn.amin %x {dim = array<i64: -1>} : (tensor<2x?xf32>) -> tensor<2xf32>
  %y0 = nn.amin %x {dim = array<i64: -1>} : (tensor<2x?xf32>) -> tensor<2xf32>
  func.return %y0 : tensor<2xf32>
}

// CHECK-LABEL: @dropout(
func.func @dropout(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>) {
  // CHECK: %y0 = nn.dropout %x {p = 1.000000e-01 : f64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %y0 = nn.dropout %x {p = 1.000000e-01 : f64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  func.return %y0 : tensor<2x8xf32>
}

// CHECK-LABEL: @contiguous(
func.func @contiguous(%x: tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> (tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) {
  // CHECK: %y0 = nn.contiguous %x : (tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
  %y0 = nn.contiguous %x : (tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>) -> tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
  func.return %y0 : tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:3>>
}

// CHECK-LABEL: @detach(
func.func @detach(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>) {
  // CHECK: %y0 = nn.detach %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %y0 = nn.detach %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
  func.return %y0 : tensor<?x8xf32>
}
