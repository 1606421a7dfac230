// RUN: qfin-opt %s -p canonicalize | filecheck %s
// RUN: qfin-opt %s -p canonicalize --print-debuginfo | filecheck %s --check-prefix=LOC

!q = !quant.uniform<u8:f32, 0.5:128>

// CHECK-LABEL: @same_shape(
// CHECK-SAME: [[X:%[^:]*]]: tensor
// CHECK-NEXT: func.return [[X]], [[X]]
func.func @same_shape(%x: tensor<2x?xf32>) -> (tensor<2x?xf32>, tensor<2x?xf32>) {
  %0 = nn.reshape %x : (tensor<2x?xf32>) -> tensor<2x?xf32>
  %1 = nn.flatten %x {start_dim = 1 : i64} : (tensor<2x?xf32>) -> tensor<2x?xf32>
  func.return %0, %1 : tensor<2x?xf32>, tensor<2x?xf32>
}

// CHECK-LABEL: @reshape_of_reshape(
// CHECK-SAME: [[X:%[^:]*]]: tensor
// CHECK-NEXT: [[Y:%.*]] = nn.reshape [[X]] {my.origin = "last"} : (tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<4x4x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT: func.return [[Y]]
// LOC-LABEL: @reshape_of_reshape(
// LOC: nn.reshape {{.*}} loc("last")
func.func @reshape_of_reshape(%x: tensor<2x8x!q>) -> tensor<4x4x!q> {
  %0 = nn.flatten %x : (tensor<2x8x!q>) -> tensor<16x!q>
  %1 = nn.reshape %0 : (tensor<16x!q>) -> tensor<8x2x!q>
  %2 = nn.reshape %1 {my.origin = "last"} : (tensor<8x2x!q>) -> tensor<4x4x!q> loc("last")
  func.return %2 : tensor<4x4x!q>
}

// The first is gone only if nothing else uses it.
// CHECK-LABEL: @used(
// CHECK-SAME: [[X:%[^:]*]]: tensor
// CHECK-NEXT: [[Y:%.*]] = nn.flatten [[X]]
// CHECK-NEXT: [[Z:%.*]] = nn.reshape [[X]] : (tensor<2x8xf32>) -> tensor<4x4xf32>
// CHECK-NEXT: func.return [[Y]], [[Z]]
func.func @used(%x: tensor<2x8xf32>) -> (tensor<16xf32>, tensor<4x4xf32>) {
  %0 = nn.flatten %x : (tensor<2x8xf32>) -> tensor<16xf32>
  %1 = nn.reshape %0 : (tensor<16xf32>) -> tensor<4x4xf32>
  func.return %0, %1 : tensor<16xf32>, tensor<4x4xf32>
}

// There and back again.
// CHECK-LABEL: @back(
// CHECK-SAME: [[X:%[^:]*]]: tensor
// CHECK-NEXT: func.return [[X]]
func.func @back(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = nn.flatten %x : (tensor<2x8xf32>) -> tensor<16xf32>
  %1 = nn.reshape %0 : (tensor<16xf32>) -> tensor<2x8xf32>
  func.return %1 : tensor<2x8xf32>
}
