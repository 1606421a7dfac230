// RUN: qfin-opt %s -p canonicalize | filecheck %s

!t = tensor<1x3x8x8xf32>
!n = tensor<1x3x8x8xf32, #layout.nhwc>

// CHECK-LABEL: @there_and_back(
// CHECK-SAME: [[X:%[^:]*]]: tensor
// CHECK-NEXT: func.return [[X]]
func.func @there_and_back(%x: !t) -> !t {
  %y = layout.to_nhwc %x : !t to !n
  %z = layout.to_nchw %y : !n to !t
  func.return %z : !t
}

// CHECK-LABEL: @back_and_there(
// CHECK-SAME: [[X:%[^:]*]]: tensor
// CHECK-NEXT: func.return [[X]]
func.func @back_and_there(%x: !n) -> !n {
  %y = layout.to_nchw %x : !n to !t
  %z = layout.to_nhwc %y : !t to !n
  func.return %z : !n
}

// The value in between is still used.
// CHECK-LABEL: @used(
// CHECK-SAME: [[X:%[^:]*]]: tensor
// CHECK-NEXT: [[Y:%.*]] = layout.to_nhwc [[X]]
// CHECK-NEXT: func.return [[Y]], [[X]]
func.func @used(%x: !t) -> (!n, !t) {
  %y = layout.to_nhwc %x : !t to !n
  %z = layout.to_nchw %y : !n to !t
  func.return %y, %z : !n, !t
}

// CHECK-LABEL: @one_way(
// CHECK: layout.to_nhwc
func.func @one_way(%x: !t) -> !n {
  %y = layout.to_nhwc %x : !t to !n
  func.return %y : !n
}
