// RUN: qfin-opt -p move-constants %s | filecheck %s
// RUN: qfin-opt -p move-constants,move-constants %s | filecheck %s
// RUN: qfin-opt --finalize %s | filecheck %s --check-prefix=FUSED
// RUN: qfin-opt -p quant-finalize,quant-finalize %s | filecheck %s --check-prefix=FUSED

!x = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32, 0.25>
!a = !quant.uniform<i8:f32:1, {0.5, 0.25, 0.125:3}>
!r = !quant.uniform<i8:f32:0, {0.5, 0.25, 0.125, 1.0}>

ml_program.global private @w(dense<[[[[1]], [[2]]]]> : tensor<1x2x1x1xi8>) : tensor<1x2x1x1x!w>

// CHECK-LABEL: @per_layer(
// CHECK:         %[[C:.*]] = arith.constant dense<{{\[\[}}1, 3, 5], [2, 4, 6]]> : tensor<2x3xi8>
// CHECK-NEXT:    %[[Q:.*]] = quant.scast %[[C]] : tensor<2x3xi8> to tensor<2x3x!quant.uniform<i8:f32, 2.500000e-01>>
// CHECK-NEXT:    %t = quant.dcast %[[Q]]
// CHECK-NEXT:    func.return %t
func.func @per_layer() -> tensor<2x3xf32> {
  %c = arith.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
  %q = quant.scast %c : tensor<3x2xi8> to tensor<3x2x!w>
  %f = quant.dcast %q : tensor<3x2x!w> to tensor<3x2xf32>
  %t = nn.transpose %f {dim0 = 0, dim1 = 1} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  return %t : tensor<2x3xf32>
}

// Without a dequantize as well; of a global.
// CHECK-LABEL: @stored(
// CHECK:         %[[C:.*]] = arith.constant dense<{{\[\[}}1, 2]]> : tensor<1x2xi8>
// CHECK-NEXT:    %[[Q:.*]] = quant.scast %[[C]]
// CHECK-NEXT:    func.return %[[Q]]
func.func @stored() -> tensor<1x2x!w> {
  %g = ml_program.global_load_const @w : tensor<1x2x1x1x!w>
  %r = nn.reshape %g : (tensor<1x2x1x1x!w>) -> tensor<1x2x!w>
  return %r : tensor<1x2x!w>
}

// The scales go with the slices that they are of.
// CHECK-LABEL: @transposed(
// CHECK:         quant.scast {{.*}} to tensor<3x2x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01:3}>>
// CHECK-NEXT:    %t = quant.dcast
// FUSED-LABEL: @transposed(
// FUSED-NEXT:    %[[P:.*]] = quant.packed_constant <dense<{{\[\[}}1, 4], [2, 5], [0, 3]]> : tensor<3x2xi8>, scales = dense<[5.000000e-01, 2.500000e-01, 1.250000e-01]> : tensor<3xf32>>
// FUSED-NEXT:    quant.linear %x, %[[P]]
func.func @transposed(%x: tensor<1x2x!x>) -> tensor<1x3x!x> {
  %d = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %c = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>
  %q = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!a>
  %f = quant.dcast %q : tensor<2x3x!a> to tensor<2x3xf32>
  %t = nn.transpose %f {dim0 = 0, dim1 = 1} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %y = nn.linear %d, %t : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %o = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!x>
  return %o : tensor<1x3x!x>
}

// Along their own axis too: what is left is one slice of a scale, or several.
// CHECK-LABEL: @split(
// CHECK:         quant.scast {{.*}} to tensor<3x2x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01,1.250000e-01}>>
// CHECK:         quant.scast {{.*}} to tensor<1x2x!quant.uniform<i8:f32, 1.000000e+00>>
func.func @split() -> (tensor<3x2xf32>, tensor<1x2xf32>) {
  %c = arith.constant dense<1> : tensor<4x2xi8>
  %q = quant.scast %c : tensor<4x2xi8> to tensor<4x2x!r>
  %f = quant.dcast %q : tensor<4x2x!r> to tensor<4x2xf32>
  %a, %b = nn.split %f {dim = 0, split_sizes = array<i64: 3, 1>}
    : (tensor<4x2xf32>) -> (tensor<3x2xf32>, tensor<1x2xf32>)
  return %a, %b : tensor<3x2xf32>, tensor<1x2xf32>
}

// Scales that are along no axis any more; what grows; what is no constant; what is no move.
// CHECK-LABEL: @left(
// CHECK:         nn.reshape
// CHECK:         nn.expand
// CHECK:         nn.transpose %x
// CHECK:         nn.relu
func.func @left(%x: tensor<2x3x!x>)
    -> (tensor<3x2xf32>, tensor<5x3x2xf32>, tensor<3x2xf32>, tensor<2x3xf32>) {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %q = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!a>
  %f = quant.dcast %q : tensor<2x3x!a> to tensor<2x3xf32>
  %r = nn.reshape %f : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %i = arith.constant dense<1> : tensor<3x2xi8>
  %l = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %m = quant.dcast %l : tensor<3x2x!w> to tensor<3x2xf32>
  %e = nn.expand %m {size = array<i64: 5, 3, 2>} : (tensor<3x2xf32>) -> tensor<5x3x2xf32>
  %t = nn.transpose %x {dim0 = 0, dim1 = 1} : (tensor<2x3x!x>) -> tensor<3x2x!x>
  %d = quant.dcast %t : tensor<3x2x!x> to tensor<3x2xf32>
  %u = nn.relu %f : tensor<2x3xf32>
  return %r, %e, %d, %u : tensor<3x2xf32>, tensor<5x3x2xf32>, tensor<3x2xf32>, tensor<2x3xf32>
}
