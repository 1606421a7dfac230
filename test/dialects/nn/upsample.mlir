// RUN: QFIN_ROUNDTRIP

!q = !quant.uniform<u8:f32, 5.000000e-01:128>

// CHECK-LABEL: @upsample
func.func @upsample(%l: tensor<1x2x4xf32>, %i: tensor<1x2x4x4xf32>, %d: tensor<?x2x?x?xf32>, %v: tensor<1x2x4x4x4xf32>, %q: tensor<1x2x4x4x!q>) {
  // CHECK: nn.upsample_nearest1d %l : (tensor<1x2x4xf32>) -> tensor<1x2x9xf32>
  %0 = nn.upsample_nearest1d %l : (tensor<1x2x4xf32>) -> tensor<1x2x9xf32>
  // CHECK: nn.upsample_nearest2d %q {scales = array<f64: 2.000000e+00, 2.600000e+00>} : {{.*}} -> tensor<1x2x8x10x!quant
  %1 = nn.upsample_nearest2d %q {scales = array<f64: 2.0, 2.6>} : (tensor<1x2x4x4x!q>) -> tensor<1x2x8x10x!q>
  // CHECK: nn.upsample_nearest3d %v : (tensor<1x2x4x4x4xf32>) -> tensor<1x2x1x2x3xf32>
  %2 = nn.upsample_nearest3d %v : (tensor<1x2x4x4x4xf32>) -> tensor<1x2x1x2x3xf32>
  // CHECK: nn.upsample_linear1d %l : (tensor<1x2x4xf32>) -> tensor<1x2x9xf32>
  %3 = nn.upsample_linear1d %l {align_corners = false} : (tensor<1x2x4xf32>) -> tensor<1x2x9xf32>
  // CHECK: nn.upsample_bilinear2d %d {scales = array<f64: 2.000000e+00, 2.000000e+00>, align_corners = true} : (tensor<?x2x?x?xf32>) -> tensor<?x2x8x8xf32>
  %4 = nn.upsample_bilinear2d %d {scales = array<f64: 2.0, 2.0>, align_corners = true} : (tensor<?x2x?x?xf32>) -> tensor<?x2x8x8xf32>
  // CHECK: nn.upsample_trilinear3d %v : (tensor<1x2x4x4x4xf32>) -> tensor<1x2x8x8x8xf32>
  %5 = nn.upsample_trilinear3d %v : (tensor<1x2x4x4x4xf32>) -> tensor<1x2x8x8x8xf32>
  // CHECK: nn.upsample_bicubic2d %i : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  %6 = nn.upsample_bicubic2d %i : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  func.return
}
