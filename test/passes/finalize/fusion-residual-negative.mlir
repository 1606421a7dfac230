// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>
!r = !quant.uniform<i8:f32, 1.0:7>
!w = !quant.uniform<i8:f32, 0.25>

// REMARK: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: adds the results of nn.linear and nn.linear, of which only one can be fused: quantize the other
func.func @both(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %vq: tensor<3x2x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %v = quant.dcast %vq : tensor<3x2x!w> to tensor<3x2xf32>
  %rf = nn.linear %xf, %v : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result of nn.linear has 2 uses (func.return, nn.add), only a quantize may use it
// REMARK-NEXT: {{.*}}remark: nn.add not fused: result of nn.linear is used elsewhere, too
func.func @used_elsewhere(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r>) -> (tensor<1x3x!y>, tensor<1x3xf32>) {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q, %y : tensor<1x3x!y>, tensor<1x3xf32>
}

// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: residual is not a dequantized value
func.func @not_quantized(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %rf: tensor<1x3xf32>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

!r16 = !quant.uniform<i16:f32, 1.0>
// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: residual is stored in i16, not in 8 bits
func.func @residual_i16(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r16>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r16> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

!r_axis = !quant.uniform<i8:f32:1, {1.0, 2.0, 3.0}>
// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: residual is quantized per axis
func.func @residual_per_axis(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r_axis>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r_axis> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: residual is broadcast from [3] to [1, 3]
func.func @residual_broadcast(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<3x!r>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<3x!r> to tensor<3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: result of nn.linear is broadcast from [1, 3] to [2, 3]
func.func @result_broadcast(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<2x3x!r>) -> tensor<2x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<2x3x!r> to tensor<2x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %s : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

!y_axis = !quant.uniform<i8:f32:1, {1.0, 2.0, 3.0}>
// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: output is quantized per axis
func.func @output_per_axis(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r>) -> tensor<1x3x!y_axis> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y_axis>
  return %q : tensor<1x3x!y_axis>
}

// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: result is used by func.return, not by a quantize
func.func @not_quantized_after(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r>) -> tensor<1x3xf32> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  return %s : tensor<1x3xf32>
}

!r_coarse = !quant.uniform<i8:f32, 257.0>
// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: residual scale is more than 128 times the output scale: sums that cancel would lose steps
func.func @residual_coarse(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r_coarse>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r_coarse> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

!y_huge = !quant.uniform<i8:f32, 1.0e+37>
!r_huge = !quant.uniform<i8:f32, 3.0e+37>
// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: residual can be infinite, which integers cannot be
func.func @residual_infinite(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r_huge>) -> tensor<1x3x!y_huge> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r_huge> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y_huge>
  return %q : tensor<1x3x!y_huge>
}

!r_tiny = !quant.uniform<i8:f32, 1.0e-38>
// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: residual scale by output scale is not a normal f32
func.func @residual_tiny(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %r: tensor<1x3x!r_tiny>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r_tiny> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: {{.*}}remark: nn.linear not fused: result is used by nn.add, not by a quantize
// REMARK-NEXT: {{.*}}remark: nn.add not fused: weight is not a dequantized value
func.func @weight_not_dequantized(%x: tensor<1x2x!x>, %w: tensor<3x2xf32>, %r: tensor<1x3x!r>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %rf = quant.dcast %r : tensor<1x3x!r> to tensor<1x3xf32>
  %s = nn.add %y, %rf : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %s : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK: {{.*}}remark: nn.add not fused: adds a constant to what nn.linear gives, which is not fused
func.func @constant(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3xf32> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %c = arith.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>
  %z = nn.add %y, %c : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
  return %z : tensor<1x3xf32>
}
