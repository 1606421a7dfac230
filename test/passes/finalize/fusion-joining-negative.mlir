// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:3>

// REMARK:      fusion-joining-negative.mlir:{{[0-9]+}}:3: remark: nn.cat not fused: operand 1 is not a dequantized value
func.func @cat_float(%x: tensor<2x!x>, %y: tensor<2xf32>) -> tensor<4x!x> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.cat %f, %y : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  %q = quant.qcast %0 : tensor<4xf32> to tensor<4x!x>
  return %q : tensor<4x!x>
}

// REMARK-NEXT: remark: nn.stack not fused: operand 2 is not a dequantized value
func.func @stack_float(%x: tensor<2x!x>, %y: tensor<2xf32>) -> tensor<3x2x!x> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.stack %f, %f, %y : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  %q = quant.qcast %0 : tensor<3x2xf32> to tensor<3x2x!x>
  return %q : tensor<3x2x!x>
}

// REMARK-NEXT: remark: nn.cat not fused: operand 0 is stored in i16, not in 8 bits
!wide = !quant.uniform<i16:f32, 0.5>
func.func @cat_i16(%x: tensor<2x!wide>) -> tensor<2x!x> {
  %f = quant.dcast %x : tensor<2x!wide> to tensor<2xf32>
  %0 = nn.cat %f : (tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %0 : tensor<2xf32> to tensor<2x!x>
  return %q : tensor<2x!x>
}

// REMARK-NEXT: remark: nn.cat not fused: result is used by func.return, not by a quantize
func.func @cat_result_float(%x: tensor<2x!x>) -> tensor<4xf32> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.cat %f, %f : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// REMARK-NEXT: remark: nn.cat not fused: output is quantized per axis
!axis = !quant.uniform<u8:f32:0, {0.5, 0.25}>
func.func @cat_per_axis(%x: tensor<1x!x>) -> tensor<2x!axis> {
  %f = quant.dcast %x : tensor<1x!x> to tensor<1xf32>
  %0 = nn.cat %f, %f : (tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
  %q = quant.qcast %0 : tensor<2xf32> to tensor<2x!axis>
  return %q : tensor<2x!axis>
}

// REMARK-NEXT: remark: nn.cat not fused: computes in f16, not in f32
!half = !quant.uniform<i8:f16, 0.5>
func.func @cat_half(%x: tensor<2x!half>) -> tensor<2x!half> {
  %f = quant.dcast %x : tensor<2x!half> to tensor<2xf16>
  %0 = nn.cat %f : (tensor<2xf16>) -> tensor<2xf16>
  %q = quant.qcast %0 : tensor<2xf16> to tensor<2x!half>
  return %q : tensor<2x!half>
}
