// What does not fuse, and the reason that is given. One remark a function, and no change.
//
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5>
!y = !quant.uniform<i8:f32, 2.0>
!w = !quant.uniform<i8:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.125>

// REMARK:      remark: nn.conv_transpose1d not fused: input is not a dequantized value
func.func @input_float(%x: tensor<1x2x3xf32>, %wq: tensor<2x2x2x!w>) -> tensor<1x2x4x!y> {
  %w = quant.dcast %wq : tensor<2x2x2x!w> to tensor<2x2x2xf32>
  %y = nn.conv_transpose1d %x, %w : (tensor<1x2x3xf32>, tensor<2x2x2xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// REMARK-NEXT: remark: nn.conv_transpose1d not fused: weight is quantized along axis 0, not along axis 1
!axis = !quant.uniform<i8:f32:0, {0.25, 0.5}>
func.func @weight_axis(%x: tensor<1x2x3x!x>, %wq: tensor<2x2x2x!axis>) -> tensor<1x2x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x2x2x!axis> to tensor<2x2x2xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x2x2xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// REMARK-NEXT: remark: nn.conv_transpose1d not fused: weight zero point is not one of i8, -128 to 127
!zero = !quant.uniform<i8:f32, 0.25:128>
func.func @weight_zero_point(%x: tensor<1x2x3x!x>, %wq: tensor<2x2x2x!zero>) -> tensor<1x2x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x2x2x!zero> to tensor<2x2x2xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x2x2xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// REMARK-NEXT: remark: nn.conv_transpose1d not fused: weight is stored in i4, not in 8 bits
!i4 = !quant.uniform<i4:f32, 0.25>
func.func @weight_i4(%x: tensor<1x2x3x!x>, %wq: tensor<2x2x2x!i4>) -> tensor<1x2x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x2x2x!i4> to tensor<2x2x2xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x2x2xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// REMARK-NEXT: remark: nn.conv_transpose1d not fused: weight is quantized per block
!block = !quant.uniform<i8:f32:{0:1}, {{{0.25}}, {{0.5}}}>
func.func @weight_per_block(%x: tensor<1x2x3x!x>, %wq: tensor<2x2x2x!block>) -> tensor<1x2x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x2x2x!block> to tensor<2x2x2xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x2x2xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// REMARK-NEXT: remark: nn.conv_transpose1d not fused: weight has a dynamic shape
func.func @weight_dynamic(%x: tensor<1x2x3x!x>, %wq: tensor<2x2x?x!w>) -> tensor<1x2x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x2x?x!w> to tensor<2x2x?xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x2x?xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// REMARK-NEXT: remark: nn.conv_transpose1d not fused: bias is i32 and not a constant: adding it can overflow 32 bits
func.func @bias_scale(%x: tensor<1x2x3x!x>, %wq: tensor<2x2x2x!w>, %bq: tensor<2x!b>) -> tensor<1x2x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x2x2x!w> to tensor<2x2x2xf32>
  %b = quant.dcast %bq : tensor<2x!b> to tensor<2xf32>
  %y = nn.conv_transpose1d %xf, %w, %b : (tensor<1x2x3xf32>, tensor<2x2x2xf32>, tensor<2xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!y>
  return %q : tensor<1x2x4x!y>
}

// REMARK-NEXT: remark: nn.conv_transpose1d not fused: output is quantized per axis
!out = !quant.uniform<i8:f32:1, {0.5, 0.25}>
func.func @output_per_axis(%x: tensor<1x2x3x!x>, %wq: tensor<2x2x2x!w>) -> tensor<1x2x4x!out> {
  %xf = quant.dcast %x : tensor<1x2x3x!x> to tensor<1x2x3xf32>
  %w = quant.dcast %wq : tensor<2x2x2x!w> to tensor<2x2x2xf32>
  %y = nn.conv_transpose1d %xf, %w : (tensor<1x2x3xf32>, tensor<2x2x2xf32>) -> tensor<1x2x4xf32>
  %q = quant.qcast %y : tensor<1x2x4xf32> to tensor<1x2x4x!out>
  return %q : tensor<1x2x4x!out>
}
