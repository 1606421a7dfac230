// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers' | filecheck %s

!q = !quant.uniform<u8:f32, 5.000000e-01:3>
!s = !quant.uniform<u8:f32, 1.000000e+00:7>

// Of 8 windows that start 2 apart, padding cuts the first: the others are regular.
// CHECK-LABEL: entry = @padded,
// CHECK:         kernel.max_pool {{.*}} {step = array<i64: 1, 1>, regular = array<i64: 1, 8, 1, 2, 3>}
func.func @padded(%x: tensor<1x4x16x16x!q>) -> tensor<1x4x8x8x!q> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>} : (tensor<1x4x16x16x!q>) -> tensor<1x4x8x8x!q>
  func.return %0 : tensor<1x4x8x8x!q>
}

// One window over everything.
// CHECK-LABEL: entry = @global,
// CHECK:         kernel.avg_pool {{.*}}, regular = array<i64: 0, 1, 0, 0, 5>}
func.func @global(%x: tensor<1x4x3x5x!q>) -> tensor<1x4x1x1x!s> {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x4x3x5x!q>) -> tensor<1x4x1x1x!s>
  func.return %0 : tensor<1x4x1x1x!s>
}

// Windows of 2, 3, 2, 3 and 2 columns are not regular.
// CHECK-LABEL: entry = @adaptive,
// CHECK:         kernel.avg_pool {{.*}}qmax = {{[0-9]+}} : i64} :
func.func @adaptive(%x: tensor<1x4x3x8x!q>) -> tensor<1x4x1x5x!s> {
  %0 = quant.adaptive_avg_pool2d %x : (tensor<1x4x3x8x!q>) -> tensor<1x4x1x5x!s>
  func.return %0 : tensor<1x4x1x5x!s>
}

// CHECK-LABEL: entry = @floats,
// CHECK:         kernel.float_avg_pool {{.*}} {regular = array<i64: 0, 4, 0, 1, 2>}
func.func @floats(%x: tensor<1x8x5x5xf32>) -> tensor<1x8x4x4xf32> {
  %0 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x8x5x5xf32>) -> tensor<1x8x4x4xf32>
  func.return %0 : tensor<1x8x4x4xf32>
}
