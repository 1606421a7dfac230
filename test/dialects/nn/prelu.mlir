// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @prelu
func.func @prelu(%x: tensor<?x8x4xf32>, %w: tensor<8xf32>, %v: tensor<1xf32>) -> tensor<?x8x4xf32> {
  // CHECK: nn.prelu %x weight(%w : tensor<8xf32>) : tensor<?x8x4xf32>
  %0 = nn.prelu %x weight(%w : tensor<8xf32>) : tensor<?x8x4xf32>
  // CHECK: nn.prelu %0 weight(%v : tensor<1xf32>) : tensor<?x8x4xf32>
  %1 = nn.prelu %0 weight(%v : tensor<1xf32>) : tensor<?x8x4xf32>
  func.return %1 : tensor<?x8x4xf32>
}

// CHECK-LABEL: @scalar
func.func @scalar(%x: tensor<f32>, %w: tensor<1xf32>) -> tensor<f32> {
  // CHECK: nn.prelu %x weight(%w : tensor<1xf32>) : tensor<f32>
  %0 = nn.prelu %x weight(%w : tensor<1xf32>) : tensor<f32>
  func.return %0 : tensor<f32>
}
