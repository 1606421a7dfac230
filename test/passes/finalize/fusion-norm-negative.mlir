// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// REMARK:      fusion-norm-negative.mlir:{{[0-9]+}}:3: remark: nn.instance_norm not fused: normalizes by running statistics (use_input_stats = false): a batch_norm
func.func @running(%x: tensor<3x4x!x>, %p: tensor<4xf32>) -> tensor<3x4x!y> {
  %f = quant.dcast %x : tensor<3x4x!x> to tensor<3x4xf32>
  %y = nn.instance_norm %f running_mean(%p : tensor<4xf32>) running_var(%p : tensor<4xf32>) {use_input_stats = false} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!y>
  return %q : tensor<3x4x!y>
}

// REMARK-NEXT: remark: nn.layer_norm not fused: weight is not a constant
func.func @weight(%x: tensor<3x4x!x>, %p: tensor<4xf32>) -> tensor<3x4x!y> {
  %f = quant.dcast %x : tensor<3x4x!x> to tensor<3x4xf32>
  %y = nn.layer_norm %f weight(%p : tensor<4xf32>) {normalized_shape = array<i64: 4>} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!y>
  return %q : tensor<3x4x!y>
}

// REMARK-NEXT: remark: nn.group_norm not fused: bias is not a constant
func.func @bias(%x: tensor<3x4x!x>, %p: tensor<4xf32>) -> tensor<3x4x!y> {
  %f = quant.dcast %x : tensor<3x4x!x> to tensor<3x4xf32>
  %y = nn.group_norm %f bias(%p : tensor<4xf32>) {num_groups = 2 : i64} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!y>
  return %q : tensor<3x4x!y>
}

// REMARK-NEXT: remark: nn.layer_norm not fused: eps 0.0 with an input scale of 0.5 leaves the range of f32
func.func @eps(%x: tensor<3x4x!x>) -> tensor<3x4x!y> {
  %f = quant.dcast %x : tensor<3x4x!x> to tensor<3x4xf32>
  %y = nn.layer_norm %f {normalized_shape = array<i64: 4>, eps = 0.0 : f64} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!y>
  return %q : tensor<3x4x!y>
}

// REMARK-NEXT: remark: nn.layer_norm not fused: sums over 8388609 values are not exact (at most 8388608 at a time)
func.func @too_many(%x: tensor<1x8388609x!x>) -> tensor<1x8388609x!y> {
  %f = quant.dcast %x : tensor<1x8388609x!x> to tensor<1x8388609xf32>
  %y = nn.layer_norm %f {normalized_shape = array<i64: 8388609>} : tensor<1x8388609xf32>
  %q = quant.qcast %y : tensor<1x8388609xf32> to tensor<1x8388609x!y>
  return %q : tensor<1x8388609x!y>
}

// REMARK-NEXT: remark: nn.layer_norm not fused: the input, or weight or bias in steps of the output, leaves f32
func.func @infinite_input(%x: tensor<3x4x!quant.uniform<u8:f32, 3.0e+37>>) -> tensor<3x4x!y> {
  %f = quant.dcast %x : tensor<3x4x!quant.uniform<u8:f32, 3.0e+37>> to tensor<3x4xf32>
  %y = nn.layer_norm %f {normalized_shape = array<i64: 4>, eps = 1.0e+09 : f64} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!y>
  return %q : tensor<3x4x!y>
}

// REMARK-NEXT: remark: nn.layer_norm not fused: the input, or weight or bias in steps of the output, leaves f32
func.func @infinite_weight(%x: tensor<3x4x!x>) -> tensor<3x4x!y> {
  %p = arith.constant dense<[1.0, 2.0, 3.0, 3.0e+38]> : tensor<4xf32>
  %f = quant.dcast %x : tensor<3x4x!x> to tensor<3x4xf32>
  %y = nn.layer_norm %f weight(%p : tensor<4xf32>) {normalized_shape = array<i64: 4>} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!y>
  return %q : tensor<3x4x!y>
}
