// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// REMARK:      fusion-unary-negative.mlir:{{[0-9]+}}:3: remark: nn.tanh not fused: input is not a dequantized value
func.func @float_input(%x: tensor<2xf32>) -> tensor<2x!y> {
  %y = nn.tanh %x : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.tanh not fused: input has no quantization parameters yet (!quant.any<i8:f32>)
func.func @input_any(%x: tensor<2x!quant.any<i8:f32>>) -> tensor<2x!y> {
  %f = quant.dcast %x : tensor<2x!quant.any<i8:f32>> to tensor<2xf32>
  %y = nn.tanh %f : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.sigmoid not fused: input is quantized per axis
func.func @input_per_axis(%x: tensor<2x!quant.uniform<u8:f32:0, {0.5, 0.25}>>) -> tensor<2x!y> {
  %f = quant.dcast %x : tensor<2x!quant.uniform<u8:f32:0, {0.5, 0.25}>> to tensor<2xf32>
  %y = nn.sigmoid %f : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.gelu not fused: input is stored in i16, not in 8 bits
func.func @input_16_bits(%x: tensor<2x!quant.uniform<i16:f32, 0.5>>) -> tensor<2x!y> {
  %f = quant.dcast %x : tensor<2x!quant.uniform<i16:f32, 0.5>> to tensor<2xf32>
  %y = nn.gelu %f : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.elu not fused: computes in f16, not in f32
func.func @not_f32(%x: tensor<2x!quant.uniform<u8:f16, 0.5>>) -> tensor<2x!quant.uniform<u8:f16, 0.5>> {
  %f = quant.dcast %x : tensor<2x!quant.uniform<u8:f16, 0.5>> to tensor<2xf16>
  %y = nn.elu %f : tensor<2xf16>
  %q = quant.qcast %y : tensor<2xf16> to tensor<2x!quant.uniform<u8:f16, 0.5>>
  return %q : tensor<2x!quant.uniform<u8:f16, 0.5>>
}

// REMARK-NEXT: remark: nn.leaky_relu not fused: output is quantized per axis
func.func @output_per_axis(%x: tensor<2x!x>) -> tensor<2x!quant.uniform<u8:f32:0, {0.5, 0.25}>> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.leaky_relu %f : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!quant.uniform<u8:f32:0, {0.5, 0.25}>>
  return %q : tensor<2x!quant.uniform<u8:f32:0, {0.5, 0.25}>>
}

// REMARK-NEXT: remark: nn.celu not fused: output is stored in ui16, not in 8 bits
func.func @output_16_bits(%x: tensor<2x!x>) -> tensor<2x!quant.uniform<u16:f32, 0.5>> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.celu %f : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!quant.uniform<u16:f32, 0.5>>
  return %q : tensor<2x!quant.uniform<u16:f32, 0.5>>
}

// REMARK-NEXT: remark: nn.clamp not fused: output has zero point 3 outside of its storage range [10, 20]
func.func @output_zero_point(%x: tensor<2x!x>) -> tensor<2x!quant.uniform<u8<10:20>:f32, 0.5:3>> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.clamp %f {min = 0.0 : f64} : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!quant.uniform<u8<10:20>:f32, 0.5:3>>
  return %q : tensor<2x!quant.uniform<u8<10:20>:f32, 0.5:3>>
}

// REMARK-NEXT: remark: nn.silu not fused: result is used by func.return, not by a quantize
func.func @not_quantized(%x: tensor<2x!x>) -> tensor<2xf32> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.silu %f : tensor<2xf32>
  return %y : tensor<2xf32>
}

// REMARK-NEXT: remark: nn.hardswish not fused: result of nn.hardswish has 2 uses (func.return, quant.qcast), only a quantize may use it
func.func @two_uses(%x: tensor<2x!x>) -> (tensor<2xf32>, tensor<2x!y>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %y = nn.hardswish %f : tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %y, %q : tensor<2xf32>, tensor<2x!y>
}

// Minus infinity gives NaN, which a float relu lets through and one of stored numbers does not.
// REMARK-NEXT: remark: nn.hardswish not fused: result is used by nn.relu, not by a quantize
// REMARK-NEXT: remark: nn.relu not fused: input is not a dequantized value
!huge = !quant.uniform<i8:f32, 3.0e38>
func.func @relu_of_nan(%x: tensor<2x!huge>) -> tensor<2x!y> {
  %f = quant.dcast %x : tensor<2x!huge> to tensor<2xf32>
  %y = nn.hardswish %f : tensor<2xf32>
  %r = nn.relu %y : tensor<2xf32>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}
