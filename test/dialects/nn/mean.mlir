// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @mean
func.func @mean(%x: tensor<1x2x8xf32>, %d: tensor<?x2x?xf32>, %s: tensor<f32>) {
  // CHECK: nn.mean %x : (tensor<1x2x8xf32>) -> tensor<f32>
  %0 = nn.mean %x {dim = array<i64>, keepdim = false} : (tensor<1x2x8xf32>) -> tensor<f32>
  // CHECK: nn.mean %x {dim = array<i64: -1, 0>} : (tensor<1x2x8xf32>) -> tensor<2xf32>
  %1 = nn.mean %x {dim = array<i64: -1, 0>} : (tensor<1x2x8xf32>) -> tensor<2xf32>
  // CHECK: nn.mean %d {dim = array<i64: 2>, keepdim = true} : (tensor<?x2x?xf32>) -> tensor<?x2x1xf32>
  %2 = nn.mean %d {dim = array<i64: 2>, keepdim = true} : (tensor<?x2x?xf32>) -> tensor<?x2x1xf32>
  // CHECK: nn.mean %s : (tensor<f32>) -> tensor<f32>
  %3 = nn.mean %s : (tensor<f32>) -> tensor<f32>
  func.return
}
