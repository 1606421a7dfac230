// RUN: qfin-opt %s -p canonicalize | filecheck %s

// CHECK-LABEL: @nothing(
// CHECK-NEXT: func.return %x, %x, %x, %x, %x, %x, %x, %x, %x :
!x = tensor<2x1xf32>
func.func @nothing(%x: !x) -> (!x, !x, !x, !x, !x, !x, !x, !x, !x) {
  %0 = nn.permute %x {dims = array<i64: 0, 1>} : (!x) -> !x
  %1 = nn.transpose %x {dim0 = 1 : i64, dim1 = -1 : i64} : (!x) -> !x
  %2 = nn.squeeze %x {dim = array<i64: 0>} : (!x) -> !x
  %3 = nn.flip %x {dims = array<i64: 1>} : (!x) -> !x
  %4 = nn.slice %x {end = 5 : i64} : (!x) -> !x
  %5 = nn.repeat %x {repeats = array<i64: 1, 1>} : (!x) -> !x
  %6 = nn.expand %x {size = array<i64: -1, 1>} : (!x) -> !x
  %7 = nn.dropout %x : (!x) -> !x
  %d = nn.detach %x : (!x) -> !x
  %8 = nn.contiguous %d : (!x) -> !x
  func.return %0, %1, %2, %3, %4, %5, %6, %7, %8 : !x, !x, !x, !x, !x, !x, !x, !x, !x
}

// The shape stays, the values do not; or it is not known that it does.
// CHECK-LABEL: @something(
// CHECK: nn.transpose
// CHECK: nn.flip
// CHECK: nn.slice
// CHECK: nn.expand
func.func @something(%x: tensor<2x2xf32>, %y: tensor<?xf32>)
    -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<?xf32>, tensor<?xf32>) {
  %0 = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.flip %x {dims = array<i64: 0>} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = nn.slice %y {start = 1 : i64} : (tensor<?xf32>) -> tensor<?xf32>
  %3 = nn.expand %y {size = array<i64: 4>} : (tensor<?xf32>) -> tensor<?xf32>
  func.return %0, %1, %2, %3 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: @permute_of_permute(
// CHECK-NEXT: %[[Y:.*]] = nn.permute %x {my.note = "last", dims = array<i64: 2, 1, 0>} : (tensor<2x3x4xf32>) -> tensor<4x3x2xf32>
// CHECK-NEXT: func.return %[[Y]], %x
func.func @permute_of_permute(%x: tensor<2x3x4xf32>) -> (tensor<4x3x2xf32>, tensor<2x3x4xf32>) {
  %0 = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>
  %1 = nn.permute %0 {dims = array<i64: 2, 0, 1>, my.note = "last"} : (tensor<3x2x4xf32>) -> tensor<4x3x2xf32>
  %2 = nn.transpose %1 {dim0 = 0 : i64, dim1 = 2 : i64} : (tensor<4x3x2xf32>) -> tensor<2x3x4xf32>
  func.return %1, %2 : tensor<4x3x2xf32>, tensor<2x3x4xf32>
}
