// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// REMARK:      fusion-prelu-negative.mlir:{{[0-9]+}}:3: remark: nn.prelu not fused: weight is not a constant
func.func @weight(%x: tensor<1x2x!x>, %w: tensor<2xf32>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.prelu %f weight(%w : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.prelu not fused: weight is not finite
func.func @infinite(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %w = arith.constant dense<[0.25, 0x7F800000]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.prelu %f weight(%w : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.prelu not fused: input is not a dequantized value
func.func @float_input(%f: tensor<1x2xf32>) -> tensor<1x2x!y> {
  %w = arith.constant dense<[0.25, 2.0]> : tensor<2xf32>
  %y = nn.prelu %f weight(%w : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.prelu not fused: result is used by func.return, not by a quantize
func.func @not_quantized(%x: tensor<1x2x!x>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[0.25, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.prelu %f weight(%w : tensor<2xf32>) : tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
