// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// REMARK:      fusion-batch_norm-negative.mlir:{{[0-9]+}}:3: remark: nn.batch_norm not fused: normalizes by the statistics of its input (training = true)
func.func @training(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) {training = true} : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.batch_norm not fused: input is not a dequantized value
func.func @float_input(%f: tensor<1x2xf32>) -> tensor<1x2x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.batch_norm not fused: weight is not a constant
func.func @weight(%x: tensor<1x2x!x>, %w: tensor<2xf32>) -> tensor<1x2x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.batch_norm %f weight(%w : tensor<2xf32>) running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.batch_norm not fused: running_var is not a constant
func.func @running_var(%x: tensor<1x2x!x>, %v: tensor<2xf32>) -> tensor<1x2x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%v : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.batch_norm not fused: the result can be NaN, which the activation that follows lets through
// REMARK-NEXT: remark: nn.relu not fused: input is not a dequantized value
func.func @negative_variance(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %p = arith.constant dense<[1.0, -2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2xf32>
  %r = nn.relu %y : tensor<1x2xf32>
  %q = quant.qcast %r : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.batch_norm not fused: the result can be NaN, which the activation that follows lets through
// REMARK-NEXT: remark: nn.relu not fused: input is not a dequantized value
func.func @infinite_input(%x: tensor<1x2x!quant.uniform<u8:f32, 3.0e+38>>) -> tensor<1x2x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!quant.uniform<u8:f32, 3.0e+38>> to tensor<1x2xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2xf32>
  %r = nn.relu %y : tensor<1x2xf32>
  %q = quant.qcast %r : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// REMARK-NEXT: remark: nn.batch_norm not fused: output is quantized per axis
func.func @output_per_axis(%x: tensor<1x2x!x>) -> tensor<1x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.batch_norm %f running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>) : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>>
  return %q : tensor<1x2x!quant.uniform<u8:f32:1, {0.5, 0.25}>>
}
