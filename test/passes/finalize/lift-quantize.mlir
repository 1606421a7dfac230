// A quantize moves up over what moves or clamps values, so that what computed them fuses.
//
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --canonicalize %s | filecheck %s
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25:-3>
!w = !quant.uniform<i8:f32:0, {0.02, 0.01, 0.02, 0.03}>
!huge = !quant.uniform<u8:f32, 3.0e38>

// CHECK-LABEL: @softmax_flatten(
// CHECK-NEXT:    %[[S:[a-z0-9_]+]] = quant.softmax %x {{.*}} -> tensor<1x4x2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    %[[F:[a-z0-9_]+]] = nn.flatten %[[S]] {start_dim = 1 : i64} : (tensor<1x4x2x!quant{{.*}}) -> tensor<1x8x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    func.return %[[F]]
// REMARK:      remark: nn.softmax fused: became quant.softmax
func.func @softmax_flatten(%x: tensor<1x4x2x!x>) -> tensor<1x8x!y> {
  %f = quant.dcast %x : tensor<1x4x2x!x> to tensor<1x4x2xf32>
  %s = nn.softmax %f {dim = 1 : i64} : tensor<1x4x2xf32>
  %r = nn.flatten %s {start_dim = 1 : i64} : (tensor<1x4x2xf32>) -> tensor<1x8xf32>
  %q = quant.qcast %r : tensor<1x8xf32> to tensor<1x8x!y>
  return %q : tensor<1x8x!y>
}

// Over several, and a relu between.
// CHECK-LABEL: @add_moves(
// CHECK-NEXT:    %[[A:[a-z0-9_]+]] = quant.add %x, %x {activation = #quant<activation relu>}
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.reshape %[[A]]
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = nn.permute %[[R]]
// CHECK-NEXT:    %[[S:[a-z0-9_]+]] = nn.slice %[[P]]
// CHECK-NEXT:    func.return %[[S]]
// REMARK-NEXT: remark: nn.add fused: became quant.add
func.func @add_moves(%x: tensor<2x6x!x>) -> tensor<3x1x!y> {
  %f = quant.dcast %x : tensor<2x6x!x> to tensor<2x6xf32>
  %a = nn.add %f, %f : (tensor<2x6xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  %c = nn.relu %a : tensor<2x6xf32>
  %r = nn.reshape %c : (tensor<2x6xf32>) -> tensor<4x3xf32>
  %p = nn.permute %r {dims = array<i64: 1, 0>} : (tensor<4x3xf32>) -> tensor<3x4xf32>
  %s = nn.slice %p {dim = 1 : i64, end = 1 : i64} : (tensor<3x4xf32>) -> tensor<3x1xf32>
  %q = quant.qcast %s : tensor<3x1xf32> to tensor<3x1x!y>
  return %q : tensor<3x1x!y>
}

// A relu behind a move goes before it, where what computes the values has relus of its own.
// CHECK-LABEL: @relu_behind_move(
// CHECK-NEXT:    %[[A:[a-z0-9_]+]] = quant.add %x, %x {activation = #quant<activation relu>}
// CHECK-NEXT:    %[[T:[a-z0-9_]+]] = nn.transpose %[[A]]
// CHECK-NEXT:    func.return %[[T]]
// REMARK-NEXT: remark: nn.add fused: became quant.add
func.func @relu_behind_move(%x: tensor<2x3x!x>) -> tensor<3x2x!y> {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %a = nn.add %f, %f : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %t = nn.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %r = nn.relu %t : tensor<3x2xf32>
  %q = quant.qcast %r : tensor<3x2xf32> to tensor<3x2x!y>
  return %q : tensor<3x2x!y>
}

// Else it stands on quantized values, as does a clamp.
// CHECK-LABEL: @clamps(
// CHECK-NEXT:    %[[A:[a-z0-9_]+]] = quant.tanh %x {{.*}} -> tensor<2x3x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.relu %[[A]] : tensor<2x3x!quant
// CHECK-NEXT:    %[[C:[a-z0-9_]+]] = quant.clamp %[[R]] {max = 5.000000e-01 : f64}
// CHECK-NEXT:    %[[T:[a-z0-9_]+]] = nn.transpose %[[C]]
// CHECK-NEXT:    func.return %[[T]]
func.func @clamps(%x: tensor<2x3x!x>) -> tensor<3x2x!y> {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %a = nn.tanh %f : tensor<2x3xf32>
  %r = nn.relu %a : tensor<2x3xf32>
  %t = nn.transpose %r {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %c = nn.clamp %t {max = 0.5 : f64} : tensor<3x2xf32>
  %q = quant.qcast %c : tensor<3x2xf32> to tensor<3x2x!y>
  return %q : tensor<3x2x!y>
}

// Of averages and of several operands, too.
// CHECK-LABEL: @relu_behind_cat(
// CHECK:         %[[P:[a-z0-9_]+]] = quant.avg_pool2d
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.relu %[[P]] : tensor<1x1x1x1x!quant
// CHECK:         %[[C:[a-z0-9_]+]] = quant.cat %[[R]], %[[R]]
// CHECK-NEXT:    %[[S:[a-z0-9_]+]] = nn.relu %[[C]] : tensor<2x1x1x1x!quant
// CHECK-NEXT:    func.return %[[S]]
func.func @relu_behind_cat(%x: tensor<1x1x2x2x!x>) -> tensor<2x1x1x1x!x> {
  %f = quant.dcast %x : tensor<1x1x2x2x!x> to tensor<1x1x2x2xf32>
  %a = nn.avg_pool2d %f {kernel = array<i64: 2, 2>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  %r = nn.relu %a : tensor<1x1x1x1xf32>
  %p = quant.qcast %r : tensor<1x1x1x1xf32> to tensor<1x1x1x1x!y>
  %g = quant.dcast %p : tensor<1x1x1x1x!y> to tensor<1x1x1x1xf32>
  %c = nn.cat %g, %g {dim = 0 : i64} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<2x1x1x1xf32>
  %s = nn.relu %c : tensor<2x1x1x1xf32>
  %q = quant.qcast %s : tensor<2x1x1x1xf32> to tensor<2x1x1x1x!x>
  return %q : tensor<2x1x1x1x!x>
}

// Quantizing is monotone: the greatest of quantized values is the quantized greatest.
// CHECK-LABEL: @max_pool(
// CHECK:         %[[L:[a-z0-9_]+]] = quant.linear %x, %{{.*}} {activation = #quant<activation relu>} : {{.*}} -> tensor<1x2x4x!quant
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = nn.max_pool1d %[[L]]
// CHECK-NEXT:    %[[U:[a-z0-9_]+]] = nn.upsample_nearest1d %[[P]]
// CHECK-NEXT:    %[[M:[a-z0-9_]+]] = nn.amin %[[U]]
// CHECK-NEXT:    func.return %[[M]]
func.func @max_pool(%x: tensor<1x2x2x!x>) -> tensor<1x2x!y> {
  %i = arith.constant dense<2> : tensor<4x2xi8>
  %c = quant.scast %i : tensor<4x2xi8> to tensor<4x2x!w>
  %w = quant.dcast %c : tensor<4x2x!w> to tensor<4x2xf32>
  %b = arith.constant dense<3.0> : tensor<4xf32>
  %f = quant.dcast %x : tensor<1x2x2x!x> to tensor<1x2x2xf32>
  %l = nn.linear %f, %w, %b : (tensor<1x2x2xf32>, tensor<4x2xf32>, tensor<4xf32>) -> tensor<1x2x4xf32>
  %p = nn.max_pool1d %l {kernel = array<i64: 2>, stride = array<i64: 2>} : (tensor<1x2x4xf32>) -> tensor<1x2x2xf32>
  %u = nn.upsample_nearest1d %p : (tensor<1x2x2xf32>) -> tensor<1x2x5xf32>
  %m = nn.amin %u {dim = array<i64: 2>} : (tensor<1x2x5xf32>) -> tensor<1x2xf32>
  %r = nn.relu %m : tensor<1x2xf32>
  %q = quant.qcast %r : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// 0 times infinity is NaN, which a float maximum lets through.
// CHECK-LABEL: @max_of_nan(
// CHECK:         nn.max_pool1d {{.*}} -> tensor<1x2x2xf32>
func.func @max_of_nan(%x: tensor<1x2x4x!huge>) -> tensor<1x2x2x!y> {
  %f = quant.dcast %x : tensor<1x2x4x!huge> to tensor<1x2x4xf32>
  %m = nn.mul %f, %f : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  %p = nn.max_pool1d %m {kernel = array<i64: 2>, stride = array<i64: 2>} : (tensor<1x2x4xf32>) -> tensor<1x2x2xf32>
  %q = quant.qcast %p : tensor<1x2x2xf32> to tensor<1x2x2x!y>
  return %q : tensor<1x2x2x!y>
}

// Of padding alone the maximum is -inf, for which there is no stored number.
// CHECK-LABEL: @padding_alone(
// CHECK:         nn.max_pool1d {{.*}} -> tensor<1x1x1xf32>
func.func @padding_alone(%x: tensor<1x1x1x!x>) -> tensor<1x1x1x!y> {
  %f = quant.dcast %x : tensor<1x1x1x!x> to tensor<1x1x1xf32>
  %m = nn.tanh %f : tensor<1x1x1xf32>
  %p = nn.max_pool1d %m {kernel = array<i64: 2>, dilation = array<i64: 2>, padding = array<i64: 1, 1>} : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %q = quant.qcast %p : tensor<1x1x1xf32> to tensor<1x1x1x!y>
  return %q : tensor<1x1x1x!y>
}

// Nothing is quantized behind it: the relu stays where it is.
// CHECK-LABEL: @relu_leaves(
// CHECK:         %[[T:[a-z0-9_]+]] = nn.transpose
// CHECK-NEXT:    nn.relu %[[T]] : tensor<3x2xf32>
func.func @relu_leaves(%x: tensor<2x3x!x>) -> tensor<3x2xf32> {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %a = nn.add %f, %f : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %t = nn.transpose %a {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %r = nn.relu %t : tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}

// A dequantize comes down, here past a relu: two patterns must not compete.
// CHECK-LABEL: @carried(
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.relu %x
// CHECK-NEXT:    %[[F:[a-z0-9_]+]] = nn.reshape %[[R]]
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[F]]
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.qcast %[[D]]
// CHECK-NEXT:    func.return %[[Q]]
func.func @carried(%x: tensor<2x3x!x>) -> tensor<6x!y> {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %r = nn.relu %f : tensor<2x3xf32>
  %s = nn.reshape %r : (tensor<2x3xf32>) -> tensor<6xf32>
  %q = quant.qcast %s : tensor<6xf32> to tensor<6x!y>
  return %q : tensor<6x!y>
}

// Another use of the moved values, or of those before, needs them as floats.
// CHECK-LABEL: @used_moved(
// CHECK:         quant.qcast {{.*}} : tensor<6xf32>
func.func @used_moved(%x: tensor<2x3x!x>) -> (tensor<6x!y>, tensor<6xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %a = nn.sigmoid %f : tensor<2x3xf32>
  %s = nn.reshape %a : (tensor<2x3xf32>) -> tensor<6xf32>
  %q = quant.qcast %s : tensor<6xf32> to tensor<6x!y>
  return %q, %s : tensor<6x!y>, tensor<6xf32>
}

// CHECK-LABEL: @used_before(
// CHECK:         quant.qcast {{.*}} : tensor<6xf32>
func.func @used_before(%x: tensor<2x3x!x>) -> (tensor<6x!y>, tensor<2x3xf32>) {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %a = nn.sigmoid %f : tensor<2x3xf32>
  %s = nn.reshape %a : (tensor<2x3xf32>) -> tensor<6xf32>
  %q = quant.qcast %s : tensor<6xf32> to tensor<6x!y>
  return %q, %a : tensor<6x!y>, tensor<2x3xf32>
}

// Nothing is before it that could fuse.
// CHECK-LABEL: @argument(
// CHECK-NEXT:    nn.reshape
// CHECK-NEXT:    quant.qcast
func.func @argument(%x: tensor<2x3xf32>) -> tensor<6x!y> {
  %s = nn.reshape %x : (tensor<2x3xf32>) -> tensor<6xf32>
  %q = quant.qcast %s : tensor<6xf32> to tensor<6x!y>
  return %q : tensor<6x!y>
}

// A padded value may be none that is stored: it stays float, though here it would do.
// CHECK-LABEL: @pad(
// CHECK:         nn.pad {{.*}} -> tensor<4xf32>
func.func @pad(%x: tensor<3x!x>) -> tensor<4x!y> {
  %f = quant.dcast %x : tensor<3x!x> to tensor<3xf32>
  %a = nn.sigmoid %f : tensor<3xf32>
  %s = nn.pad %a {pad = array<i64: 1, 0>} : (tensor<3xf32>) -> tensor<4xf32>
  %q = quant.qcast %s : tensor<4xf32> to tensor<4x!y>
  return %q : tensor<4x!y>
}

// CHECK-LABEL: @per_axis(
// CHECK:         quant.qcast {{.*}} : tensor<6xf32>
!axis = !quant.uniform<i8:f32:0, {0.5, 0.25, 0.5, 0.25, 0.5, 0.25}>
func.func @per_axis(%x: tensor<2x3x!x>) -> tensor<6x!axis> {
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %a = nn.sigmoid %f : tensor<2x3xf32>
  %s = nn.reshape %a : (tensor<2x3xf32>) -> tensor<6xf32>
  %q = quant.qcast %s : tensor<6xf32> to tensor<6x!axis>
  return %q : tensor<6x!axis>
}
