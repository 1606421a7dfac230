// RUN: QFIN_ROUNDTRIP

!q = !quant.uniform<u8:f32, 5.000000e-01:128>

// CHECK-LABEL: @lines
func.func @lines(%x: tensor<1x2x8xf32>, %q: tensor<1x2x8x!q>, %d: tensor<?x2x?xf32>) {
  // CHECK: nn.max_pool1d %x {kernel = array<i64: 2>} : (tensor<1x2x8xf32>) -> tensor<1x2x7xf32>
  %0 = nn.max_pool1d %x {kernel = array<i64: 2>} : (tensor<1x2x8xf32>) -> tensor<1x2x7xf32>
  // CHECK: nn.max_pool1d %q {kernel = array<i64: 2>, stride = array<i64: 3>, padding = array<i64: 0, 1>, dilation = array<i64: 2>, ceil_mode = true}
  %1 = nn.max_pool1d %q {kernel = array<i64: 2>, stride = array<i64: 3>, padding = array<i64: 0, 1>, dilation = array<i64: 2>, ceil_mode = true} : (tensor<1x2x8x!q>) -> tensor<1x2x3x!q>
  // CHECK: nn.avg_pool1d %x {kernel = array<i64: 3>, count_include_pad = false}
  %2 = nn.avg_pool1d %x {kernel = array<i64: 3>, stride = array<i64: 1>, ceil_mode = false, count_include_pad = false} : (tensor<1x2x8xf32>) -> tensor<1x2x6xf32>
  // CHECK: nn.avg_pool1d %d {{.*}} -> tensor<?x2x?xf32>
  %3 = nn.avg_pool1d %d {kernel = array<i64: 3>} : (tensor<?x2x?xf32>) -> tensor<?x2x?xf32>
  // CHECK: nn.adaptive_avg_pool1d %x : (tensor<1x2x8xf32>) -> tensor<1x2x3xf32>
  %4 = nn.adaptive_avg_pool1d %x : (tensor<1x2x8xf32>) -> tensor<1x2x3xf32>
  func.return
}

// `ceil_mode` adds the window that runs over the end, unless it starts there.
// CHECK-LABEL: @images
func.func @images(%x: tensor<1x2x8x7xf32>) {
  // CHECK: nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, ceil_mode = true} : (tensor<1x2x8x7xf32>) -> tensor<1x2x4x4xf32>
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, ceil_mode = true} : (tensor<1x2x8x7xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: nn.avg_pool2d %x {{.*}} -> tensor<1x2x3x3xf32>
  %1 = nn.avg_pool2d %x {kernel = array<i64: 1, 1>, stride = array<i64: 3, 3>, padding = array<i64: 0, 0, 0, 0>, ceil_mode = true} : (tensor<1x2x8x7xf32>) -> tensor<1x2x3x3xf32>
  // CHECK: nn.avg_pool2d %x {kernel = array<i64: 2, 2>, divisor_override = 3 : i64}
  %2 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>, divisor_override = 3 : i64} : (tensor<1x2x8x7xf32>) -> tensor<1x2x7x6xf32>
  func.return
}

// CHECK-LABEL: @volumes
func.func @volumes(%x: tensor<1x2x8x7x6xf32>, %q: tensor<1x2x8x7x6x!q>) {
  // CHECK: nn.max_pool3d %q {kernel = array<i64: 2, 2, 2>, dilation = array<i64: 1, 2, 3>}
  %0 = nn.max_pool3d %q {kernel = array<i64: 2, 2, 2>, dilation = array<i64: 1, 2, 3>} : (tensor<1x2x8x7x6x!q>) -> tensor<1x2x7x5x3x!q>
  // CHECK: nn.avg_pool3d %x {kernel = array<i64: 3, 2, 1>, stride = array<i64: 2, 1, 1>, padding = array<i64: 1, 0, 0, 1, 0, 0>, divisor_override = -2 : i64}
  %1 = nn.avg_pool3d %x {kernel = array<i64: 3, 2, 1>, stride = array<i64: 2, 1, 1>, padding = array<i64: 1, 0, 0, 1, 0, 0>, divisor_override = -2 : i64} : (tensor<1x2x8x7x6xf32>) -> tensor<1x2x4x7x6xf32>
  // CHECK: nn.adaptive_avg_pool3d %x : (tensor<1x2x8x7x6xf32>) -> tensor<1x2x1x9x2xf32>
  %2 = nn.adaptive_avg_pool3d %x : (tensor<1x2x8x7x6xf32>) -> tensor<1x2x1x9x2xf32>
  func.return
}
