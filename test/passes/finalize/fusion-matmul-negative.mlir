// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!q = !quant.uniform<u8:f32, 0.5:128>

// REMARK:      fusion-matmul-negative.mlir:{{[0-9]+}}:3: remark: nn.matmul not fused: left operand is not a dequantized value
func.func @float_left(%a: tensor<2x4xf32>, %b: tensor<4x3x!q>) -> tensor<2x3x!q> {
  %g = quant.dcast %b : tensor<4x3x!q> to tensor<4x3xf32>
  %y = nn.matmul %a, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: right operand is not a dequantized value
func.func @float_right(%a: tensor<2x4x!q>, %b: tensor<4x3xf32>) -> tensor<2x3x!q> {
  %f = quant.dcast %a : tensor<2x4x!q> to tensor<2x4xf32>
  %y = nn.matmul %f, %b : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: right operand is quantized per axis
func.func @per_axis(%a: tensor<2x4x!q>, %b: tensor<4x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>>) -> tensor<2x3x!q> {
  %f = quant.dcast %a : tensor<2x4x!q> to tensor<2x4xf32>
  %g = quant.dcast %b : tensor<4x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>> to tensor<4x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: left operand is stored in i16, not in 8 bits
func.func @sixteen_bits(%a: tensor<2x4x!quant.uniform<i16:f32, 0.5>>, %b: tensor<4x3x!q>) -> tensor<2x3x!q> {
  %f = quant.dcast %a : tensor<2x4x!quant.uniform<i16:f32, 0.5>> to tensor<2x4xf32>
  %g = quant.dcast %b : tensor<4x3x!q> to tensor<4x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: left operand can be infinite, which integers cannot be
func.func @infinite(%a: tensor<2x4x!quant.uniform<u8:f32, 3.0e+38>>, %b: tensor<4x3x!q>) -> tensor<2x3x!q> {
  %f = quant.dcast %a : tensor<2x4x!quant.uniform<u8:f32, 3.0e+38>> to tensor<2x4xf32>
  %g = quant.dcast %b : tensor<4x3x!q> to tensor<4x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: right operand can be infinite, which integers cannot be
func.func @infinite_right(%a: tensor<2x4x!q>, %b: tensor<4x3x!quant.uniform<u8:f32, 3.0e+38>>) -> tensor<2x3x!q> {
  %f = quant.dcast %a : tensor<2x4x!q> to tensor<2x4xf32>
  %g = quant.dcast %b : tensor<4x3x!quant.uniform<u8:f32, 3.0e+38>> to tensor<4x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: product of the operands' scales is not a normal f32
func.func @tiny(%a: tensor<2x4x!quant.uniform<u8:f32, 1.0e-30>>, %b: tensor<4x3x!quant.uniform<u8:f32, 1.0e-30>>) -> tensor<2x3x!q> {
  %f = quant.dcast %a : tensor<2x4x!quant.uniform<u8:f32, 1.0e-30>> to tensor<2x4xf32>
  %g = quant.dcast %b : tensor<4x3x!quant.uniform<u8:f32, 1.0e-30>> to tensor<4x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: product of the operands' scales by output scale is not a normal f32
func.func @coarse(%a: tensor<2x4x!quant.uniform<u8:f32, 1.0e-30>>, %b: tensor<4x3x!q>) -> tensor<2x3x!quant.uniform<u8:f32, 1.0e+30>> {
  %f = quant.dcast %a : tensor<2x4x!quant.uniform<u8:f32, 1.0e-30>> to tensor<2x4xf32>
  %g = quant.dcast %b : tensor<4x3x!q> to tensor<4x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!quant.uniform<u8:f32, 1.0e+30>>
  return %q : tensor<2x3x!quant.uniform<u8:f32, 1.0e+30>>
}

// REMARK-NEXT: remark: nn.matmul not fused: a sum of 133153 products can overflow 32 bits (at most 131071)
func.func @long(%a: tensor<2x133153x!q>, %b: tensor<133153x3x!q>) -> tensor<2x3x!q> {
  %f = quant.dcast %a : tensor<2x133153x!q> to tensor<2x133153xf32>
  %g = quant.dcast %b : tensor<133153x3x!q> to tensor<133153x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x133153xf32>, tensor<133153x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!q>
  return %q : tensor<2x3x!q>
}

// REMARK-NEXT: remark: nn.matmul not fused: output is quantized per axis
func.func @per_axis_output(%a: tensor<2x4x!q>, %b: tensor<4x3x!q>) -> tensor<2x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>> {
  %f = quant.dcast %a : tensor<2x4x!q> to tensor<2x4xf32>
  %g = quant.dcast %b : tensor<4x3x!q> to tensor<4x3xf32>
  %y = nn.matmul %f, %g : (tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>>
  return %q : tensor<2x3x!quant.uniform<i8:f32:1, {0.5, 0.25, 0.125}>>
}
