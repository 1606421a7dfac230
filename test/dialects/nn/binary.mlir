// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @add
func.func @add(%x: tensor<2x8xf32>, %y: tensor<8xf32>) -> tensor<2x8xf32> {
  // CHECK: nn.add %x, %y : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %z = nn.add %x, %y : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  func.return %z : tensor<2x8xf32>
}

// CHECK-LABEL: @sub
func.func @sub(%x: tensor<1x8x4x4xf32>, %y: tensor<8x1x1xf32>) -> tensor<1x8x4x4xf32> {
  // CHECK: nn.sub %x, %y : (tensor<1x8x4x4xf32>, tensor<8x1x1xf32>) -> tensor<1x8x4x4xf32>
  %z = nn.sub %x, %y : (tensor<1x8x4x4xf32>, tensor<8x1x1xf32>) -> tensor<1x8x4x4xf32>
  func.return %z : tensor<1x8x4x4xf32>
}

// Either operand broadcasts, both at once, and a scalar.
// CHECK-LABEL: @mul
func.func @mul(%x: tensor<3x1xf16>, %y: tensor<1x4xf16>, %s: tensor<f16>) -> tensor<3x4xf16> {
  // CHECK: nn.mul %x, %y : (tensor<3x1xf16>, tensor<1x4xf16>) -> tensor<3x4xf16>
  %z = nn.mul %x, %y : (tensor<3x1xf16>, tensor<1x4xf16>) -> tensor<3x4xf16>
  // CHECK: nn.mul %s, %z : (tensor<f16>, tensor<3x4xf16>) -> tensor<3x4xf16>
  %w = nn.mul %s, %z : (tensor<f16>, tensor<3x4xf16>) -> tensor<3x4xf16>
  func.return %w : tensor<3x4xf16>
}

// CHECK-LABEL: @dynamic
func.func @dynamic(%x: tensor<?x4xf32>, %y: tensor<4xf32>) -> tensor<?x4xf32> {
  // CHECK: nn.mul %x, %y : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %z = nn.mul %x, %y : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  func.return %z : tensor<?x4xf32>
}
