// What is quantized to several types is computed for each, where each fuses.
//
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s
// RUN: qfin-opt --finalize %s | filecheck %s --check-prefix=FINAL
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 0.25:-3>
!z = !quant.uniform<u8:f32, 0.125>
!w = !quant.uniform<i8:f32, 0.02>
!axis = !quant.uniform<i8:f32:0, {0.5, 0.25}>

// REMARK: remark: nn.mul: computed 2 times, for each type that its result is quantized to
// CHECK-LABEL: @binary(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.mul %x, %x : {{.*}} -> tensor<2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.mul %x, %x : {{.*}} -> tensor<2x!quant.uniform<u8:f32, 1.250000e-01>>
// CHECK-NEXT:    func.return %[[P]], %[[Q]]
func.func @binary(%x: tensor<2x!x>) -> (tensor<2x!y>, tensor<2x!z>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %m = nn.mul %f, %f : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %p = quant.qcast %m : tensor<2xf32> to tensor<2x!y>
  %q = quant.qcast %m : tensor<2xf32> to tensor<2x!z>
  return %p, %q : tensor<2x!y>, tensor<2x!z>
}

// A residual goes along, and a relu before one of the quantizes.
// CHECK-LABEL: @residual(
// CHECK:         quant.linear %x, %[[W:[a-z0-9_]+]], %r : {{.*}} -> tensor<1x2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    quant.linear %x, %[[W]], %r {activation = #quant<activation relu>} : {{.*}} -> tensor<1x2x!quant.uniform<u8:f32, 1.250000e-01>>
// CHECK-NEXT:    func.return
func.func @residual(%x: tensor<1x2x!x>, %r: tensor<1x2x!y>) -> (tensor<1x2x!y>, tensor<1x2x!z>) {
  %i = arith.constant dense<2> : tensor<2x2xi8>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %g = quant.dcast %r : tensor<1x2x!y> to tensor<1x2xf32>
  %l = nn.linear %f, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %a = nn.add %l, %g : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %c = nn.relu %a : tensor<1x2xf32>
  %p = quant.qcast %a : tensor<1x2xf32> to tensor<1x2x!y>
  %q = quant.qcast %c : tensor<1x2xf32> to tensor<1x2x!z>
  return %p, %q : tensor<1x2x!y>, tensor<1x2x!z>
}

// Behind a relu, which then stands on quantized values.
// CHECK-LABEL: @shared_relu(
// CHECK-NEXT:    %[[A:[a-z0-9_]+]] = quant.tanh %x {{.*}} -> tensor<2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = nn.relu %[[A]]
// CHECK-NEXT:    %[[B:[a-z0-9_]+]] = quant.tanh %x {{.*}} -> tensor<2x!quant.uniform<u8:f32, 1.250000e-01>>
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = nn.relu %[[B]]
// CHECK-NEXT:    func.return %[[P]], %[[Q]]
func.func @shared_relu(%x: tensor<2x!x>) -> (tensor<2x!y>, tensor<2x!z>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %m = nn.tanh %f : tensor<2xf32>
  %r = nn.relu %m : tensor<2xf32>
  %p = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!z>
  return %p, %q : tensor<2x!y>, tensor<2x!z>
}

// What is before it gets parameters, since it does fuse.
// FINAL-LABEL: @before(
// FINAL-NEXT:    %[[S:[a-z0-9_]+]] = quant.sigmoid %x
// FINAL-NEXT:    quant.add %[[S]], %[[S]] : {{.*}} -> tensor<2x!quant.uniform<i8:f32, 2.500000e-01:-3>>
// FINAL-NEXT:    quant.add %[[S]], %[[S]] : {{.*}} -> tensor<2x!quant.uniform<u8:f32, 1.250000e-01>>
// FINAL-NEXT:    func.return
func.func @before(%x: tensor<2x!x>) -> (tensor<2x!y>, tensor<2x!z>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %s = nn.sigmoid %f : tensor<2xf32>
  %m = nn.add %s, %s : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %p = quant.qcast %m : tensor<2xf32> to tensor<2x!y>
  %q = quant.qcast %m : tensor<2xf32> to tensor<2x!z>
  return %p, %q : tensor<2x!y>, tensor<2x!z>
}

// The other type is none for activations: the op is computed in f32 in any case.
// CHECK-LABEL: @one_unfit(
// CHECK:         nn.mul
// CHECK-NOT:     nn.mul
// FINAL-LABEL: @one_unfit(
// FINAL:         nn.mul
// REMARK:        remark: nn.mul not fused: result of nn.mul is quantized to 2 types, not all of which fuse
func.func @one_unfit(%x: tensor<2x!x>) -> (tensor<2x!y>, tensor<2x!axis>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %m = nn.mul %f, %f : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %p = quant.qcast %m : tensor<2xf32> to tensor<2x!y>
  %q = quant.qcast %m : tensor<2xf32> to tensor<2x!axis>
  return %p, %q : tensor<2x!y>, tensor<2x!axis>
}

// So it is where floats are asked for as well.
// CHECK-LABEL: @floats_too(
// CHECK:         nn.sub
// CHECK-NOT:     nn.sub
// REMARK-NEXT:   remark: nn.sub not fused: result of nn.sub has 3 uses (func.return, quant.qcast), only a quantize may use it
func.func @floats_too(%x: tensor<2x!x>) -> (tensor<2x!y>, tensor<2x!z>, tensor<2xf32>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %m = nn.sub %f, %f : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %p = quant.qcast %m : tensor<2xf32> to tensor<2x!y>
  %q = quant.qcast %m : tensor<2xf32> to tensor<2x!z>
  return %p, %q, %m : tensor<2x!y>, tensor<2x!z>, tensor<2xf32>
}

// The input is float, so that neither fuses.
// CHECK-LABEL: @float_input(
// CHECK:         nn.tanh
// CHECK-NOT:     nn.tanh
func.func @float_input(%m: tensor<2xf32>) -> (tensor<2x!y>, tensor<2x!z>) {
  %t = nn.tanh %m : tensor<2xf32>
  %p = quant.qcast %t : tensor<2xf32> to tensor<2x!y>
  %q = quant.qcast %t : tensor<2xf32> to tensor<2x!z>
  return %p, %q : tensor<2x!y>, tensor<2x!z>
}

// Infinite input, of which a relu would let NaN through.
// CHECK-LABEL: @relu_of_nan(
// CHECK:         nn.silu
// CHECK-NOT:     nn.silu
!huge = !quant.uniform<i8:f32, 3.0e38>
func.func @relu_of_nan(%x: tensor<2x!huge>) -> (tensor<2x!y>, tensor<2x!z>) {
  %f = quant.dcast %x : tensor<2x!huge> to tensor<2xf32>
  %t = nn.silu %f : tensor<2xf32>
  %r = nn.relu %t : tensor<2xf32>
  %p = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!z>
  return %p, %q : tensor<2x!y>, tensor<2x!z>
}

// One of the quantizes is in a branch.
// CHECK-LABEL: @other_block(
// CHECK:         nn.tanh
// CHECK-NOT:     nn.tanh
func.func @other_block(%x: tensor<2x!x>, %b: i1, %o: tensor<2x!z>) -> (tensor<2x!y>, tensor<2x!z>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %t = nn.tanh %f : tensor<2xf32>
  %p = quant.qcast %t : tensor<2xf32> to tensor<2x!y>
  %q = scf.if %b -> (tensor<2x!z>) {
    %r = quant.qcast %t : tensor<2xf32> to tensor<2x!z>
    scf.yield %r : tensor<2x!z>
  } else {
    scf.yield %o : tensor<2x!z>
  }
  return %p, %q : tensor<2x!y>, tensor<2x!z>
}
