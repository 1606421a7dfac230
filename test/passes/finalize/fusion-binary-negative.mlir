// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!a = !quant.uniform<u8:f32, 0.5>
!y = !quant.uniform<i8:f32, 2.0>

// REMARK:      fusion-binary-negative.mlir:{{[0-9]+}}:3: remark: nn.add not fused: right operand is not a dequantized value
func.func @rhs_float(%a: tensor<2x!a>, %b: tensor<2xf32>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %y = nn.add %x, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.sub not fused: left operand is not a dequantized value
func.func @lhs_float(%a: tensor<2x!a>, %b: tensor<2xf32>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %y = nn.sub %b, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.mul not fused: right operand has no quantization parameters yet (!quant.any<i8:f32>)
!any = !quant.any<i8:f32>
func.func @rhs_any(%a: tensor<2x!a>, %b: tensor<2x!any>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!any> to tensor<2xf32>
  %y = nn.mul %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.mul not fused: left operand is quantized per axis
!axis = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @lhs_per_axis(%a: tensor<2x!a>, %b: tensor<2x!axis>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!axis> to tensor<2xf32>
  %y = nn.mul %z, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.add not fused: right operand is quantized per block
!block = !quant.uniform<i8:f32:{0:1}, {0.5, 0.25}>
func.func @rhs_per_block(%a: tensor<2x!a>, %b: tensor<2x!block>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!block> to tensor<2xf32>
  %y = nn.add %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.sub not fused: right operand is stored in i16, not in 8 bits
!i16 = !quant.uniform<i16:f32, 0.5>
func.func @rhs_i16(%a: tensor<2x!a>, %b: tensor<2x!i16>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!i16> to tensor<2xf32>
  %y = nn.sub %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.add not fused: right operand has zero point -129 outside of its storage range [-128, 127]
!z = !quant.uniform<i8:f32, 0.5:-129>
func.func @rhs_zero_point(%a: tensor<2x!a>, %b: tensor<2x!z>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!z> to tensor<2xf32>
  %y = nn.add %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.mul not fused: computes in f16, not in f32
!a16 = !quant.uniform<i8:f16, 0.5>
func.func @half(%a: tensor<2x!a16>, %b: tensor<2x!a16>) -> tensor<2x!a16> {
  %x = quant.dcast %a : tensor<2x!a16> to tensor<2xf16>
  %z = quant.dcast %b : tensor<2x!a16> to tensor<2xf16>
  %y = nn.mul %x, %z : (tensor<2xf16>, tensor<2xf16>) -> tensor<2xf16>
  %q = quant.qcast %y : tensor<2xf16> to tensor<2x!a16>
  return %q : tensor<2x!a16>
}

// REMARK-NEXT: remark: nn.add not fused: result is used by func.return, not by a quantize
func.func @result_float(%a: tensor<2x!a>, %b: tensor<2x!a>) -> tensor<2xf32> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!a> to tensor<2xf32>
  %y = nn.add %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// REMARK-NEXT: remark: nn.mul not fused: result of nn.mul has 2 uses (func.return, quant.qcast), only a quantize may use it
func.func @result_shared(%a: tensor<2x!a>, %b: tensor<2x!a>) -> (tensor<2x!y>, tensor<2xf32>) {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!a> to tensor<2xf32>
  %y = nn.mul %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q, %y : tensor<2x!y>, tensor<2xf32>
}

// REMARK-NEXT: remark: nn.sub not fused: result of nn.relu has 2 uses (func.return, quant.qcast), only a quantize may use it
// REMARK-NEXT: remark: nn.relu not fused: input is not a dequantized value
func.func @result_relu_shared(%a: tensor<2x!a>, %b: tensor<2x!a>) -> (tensor<2x!y>, tensor<2xf32>) {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!a> to tensor<2xf32>
  %y = nn.sub %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = nn.relu %y : tensor<2xf32>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  return %q, %r : tensor<2x!y>, tensor<2xf32>
}

// REMARK-NEXT: remark: nn.add not fused: output is quantized per axis
!out_axis = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @result_per_axis(%a: tensor<2x!a>, %b: tensor<2x!a>) -> tensor<2x!out_axis> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!a> to tensor<2xf32>
  %y = nn.add %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!out_axis>
  return %q : tensor<2x!out_axis>
}

// REMARK-NEXT: remark: nn.mul not fused: output is stored in i16, not in 8 bits
!out_i16 = !quant.uniform<i16:f32, 0.5>
func.func @result_i16(%a: tensor<2x!a>, %b: tensor<2x!a>) -> tensor<2x!out_i16> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!a> to tensor<2xf32>
  %y = nn.mul %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!out_i16>
  return %q : tensor<2x!out_i16>
}

// REMARK-NEXT: remark: nn.mul not fused: right operand can be infinite, and the activation that follows lets NaN through
// REMARK-NEXT: remark: nn.relu not fused: input is not a dequantized value
// 0 times infinity; a relu leaves it, a clamp does not.
!huge = !quant.uniform<i8:f32, 3.0e38>
func.func @relu_of_nan(%a: tensor<2x!a>, %b: tensor<2x!huge>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!huge> to tensor<2xf32>
  %y = nn.mul %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = nn.relu %y : tensor<2xf32>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.add not fused: result of nn.add is quantized to 2 types, not all of which fuse
func.func @add_two_types(%a: tensor<2x!a>) -> (tensor<2x!y>, tensor<2x!quant.uniform<i16:f32, 0.5>>) {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %y = nn.add %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  %r = quant.qcast %y : tensor<2xf32> to tensor<2x!quant.uniform<i16:f32, 0.5>>
  return %q, %r : tensor<2x!y>, tensor<2x!quant.uniform<i16:f32, 0.5>>
}
