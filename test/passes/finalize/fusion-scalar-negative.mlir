// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5>
!y = !quant.uniform<i8:f32, 2.0>

// REMARK:      fusion-scalar-negative.mlir:{{[0-9]+}}:3: remark: nn.add not fused: input is not a dequantized value
func.func @float(%x: tensor<2xf32>) -> tensor<2x!y> {
  %c = arith.constant dense<3.0> : tensor<f32>
  %y = nn.add %x, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.sub not fused: other must be finite in f32, got -inf
func.func @infinite(%x: tensor<2x!x>) -> tensor<2x!y> {
  %c = arith.constant dense<0x7F800000> : tensor<f32>
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.sub %d, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// Of infinity and 0 the product is NaN.
// REMARK-NEXT: remark: nn.mul not fused: input can be infinite, and the activation that follows lets NaN through
!large = !quant.uniform<u8:f32, 3.0e38>
func.func @activation_of_nan(%x: tensor<2x!large>) -> tensor<2x!y> {
  %c = arith.constant dense<0.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x!large> to tensor<2xf32>
  %y = nn.mul %d, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %r = nn.relu %y : tensor<2xf32>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.relu not fused: input is not a dequantized value
// REMARK-NEXT: remark: nn.mul not fused: result is used by func.return, not by a quantize
func.func @stays_float(%x: tensor<2x!x>) -> tensor<2xf32> {
  %c = arith.constant dense<3.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.mul %d, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// The constant gives the result its shape: that is no number.
// REMARK-NEXT: remark: nn.add not fused: right operand is not a dequantized value
func.func @broadcast(%x: tensor<2x!x>) -> tensor<3x2x!y> {
  %c = arith.constant dense<3.0> : tensor<3x1xf32>
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.add %d, %c : (tensor<2xf32>, tensor<3x1xf32>) -> tensor<3x2xf32>
  %q = quant.qcast %y : tensor<3x2xf32> to tensor<3x2x!y>
  return %q : tensor<3x2x!y>
}

// Nor are several numbers one.
// REMARK-NEXT: remark: nn.add not fused: right operand is not a dequantized value
func.func @several(%x: tensor<2x!x>) -> tensor<2x!y> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.add %d, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}
