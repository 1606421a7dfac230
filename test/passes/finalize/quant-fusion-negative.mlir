// What does not fuse, and the reason that is given. One remark a function, and no change: neither
// by quant-fusion nor by the pipeline, which leaves no prepack behind.
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

// The input.

// REMARK:      quant-fusion-negative.mlir:{{[0-9]+}}:3: remark: nn.linear not fused: input is not a dequantized value
func.func @input_float(%x: tensor<1x2xf32>, %wq: tensor<3x2x!w>) -> tensor<1x3x!y> {
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %x, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.relu not fused: input has no quantization parameters yet (!quant.any<i8:f32>)
!input_any = !quant.any<i8:f32>
func.func @input_any(%x: tensor<1x2x!input_any>) -> tensor<1x2xf32> {
  %xf = quant.dcast %x : tensor<1x2x!input_any> to tensor<1x2xf32>
  %r = nn.relu %xf : tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}

// REMARK-NEXT: remark: nn.adaptive_avg_pool2d not fused: input has no quantization parameters yet (!quant.calibrated<f32<-1.000000e+00:1.000000e+00>>)
!input_calibrated = !quant.calibrated<f32<-1.0:1.0>>
func.func @input_calibrated(%x: tensor<1x1x2x2x!input_calibrated>) -> tensor<1x1x1x1x!y> {
  %xf = quant.dcast %x : tensor<1x1x2x2x!input_calibrated> to tensor<1x1x2x2xf32>
  %y = nn.adaptive_avg_pool2d %xf : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  %q = quant.qcast %y : tensor<1x1x1x1xf32> to tensor<1x1x1x1x!y>
  return %q : tensor<1x1x1x1x!y>
}

// REMARK-NEXT: remark: nn.flatten not fused: input is quantized per axis
!input_per_axis = !quant.uniform<i8:f32:1, {0.5, 0.25}>
func.func @input_per_axis(%x: tensor<1x2x!input_per_axis>) -> tensor<2xf32> {
  %xf = quant.dcast %x : tensor<1x2x!input_per_axis> to tensor<1x2xf32>
  %y = nn.flatten %xf : (tensor<1x2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// REMARK-NEXT: remark: nn.reshape not fused: input is quantized per block
!input_per_block = !quant.uniform<i8:f32:{0:1, 1:2}, {{0.5}}>
func.func @input_per_block(%x: tensor<1x2x!input_per_block>) -> tensor<2x1xf32> {
  %xf = quant.dcast %x : tensor<1x2x!input_per_block> to tensor<1x2xf32>
  %y = nn.reshape %xf : (tensor<1x2xf32>) -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

// REMARK-NEXT: remark: nn.max_pool2d not fused: input is stored in i16, not in 8 bits
!input_i16 = !quant.uniform<i16:f32, 0.5>
func.func @input_i16(%x: tensor<1x1x2x2x!input_i16>) -> tensor<1x1x1x1xf32> {
  %xf = quant.dcast %x : tensor<1x1x2x2x!input_i16> to tensor<1x1x2x2xf32>
  %y = nn.max_pool2d %xf {kernel = array<i64: 2, 2>}
    : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

// REMARK-NEXT: remark: nn.relu not fused: computes in f16, not in f32
!input_f16 = !quant.uniform<i8:f16, 0.5>
func.func @input_f16(%x: tensor<1x2x!input_f16>) -> tensor<1x2xf16> {
  %xf = quant.dcast %x : tensor<1x2x!input_f16> to tensor<1x2xf16>
  %y = nn.relu %xf : tensor<1x2xf16>
  return %y : tensor<1x2xf16>
}

// REMARK-NEXT: remark: nn.relu not fused: input has zero point -129 outside of its storage range [-128, 127]
!input_zero_point = !quant.uniform<i8:f32, 0.5:-129>
func.func @input_zero_point(%x: tensor<1x2x!input_zero_point>) -> tensor<1x2xf32> {
  %xf = quant.dcast %x : tensor<1x2x!input_zero_point> to tensor<1x2xf32>
  %y = nn.relu %xf : tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// REMARK-NEXT: remark: nn.max_pool2d not fused: a window may lie on nothing but padding
func.func @input_padding(%x: tensor<1x1x1x1x!x>) -> tensor<1x1x2x1xf32> {
  %xf = quant.dcast %x : tensor<1x1x1x1x!x> to tensor<1x1x1x1xf32>
  %y = nn.max_pool2d %xf {
      kernel = array<i64: 2, 1>, padding = array<i64: 2, 2, 0, 0>, dilation = array<i64: 3, 1>}
    : (tensor<1x1x1x1xf32>) -> tensor<1x1x2x1xf32>
  return %y : tensor<1x1x2x1xf32>
}

// REMARK-NEXT: remark: nn.max_pool2d not fused: a window may lie on nothing but padding
func.func @input_padding_dynamic(%x: tensor<1x1x?x1x!x>) -> tensor<1x1x?x1xf32> {
  %xf = quant.dcast %x : tensor<1x1x?x1x!x> to tensor<1x1x?x1xf32>
  %y = nn.max_pool2d %xf {
      kernel = array<i64: 2, 1>, padding = array<i64: 1, 1, 0, 0>, dilation = array<i64: 2, 1>}
    : (tensor<1x1x?x1xf32>) -> tensor<1x1x?x1xf32>
  return %y : tensor<1x1x?x1xf32>
}

// The output.

// REMARK-NEXT: remark: nn.linear not fused: result is used by func.return, not by a quantize
func.func @output_float(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3xf32> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: result of nn.linear has 2 uses (func.return, quant.qcast), only a quantize may use it
func.func @output_shared(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>)
    -> (tensor<1x3x!y>, tensor<1x3xf32>) {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q, %y : tensor<1x3x!y>, tensor<1x3xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: result of nn.relu has 2 uses (func.return, quant.qcast), only a quantize may use it
// REMARK-NEXT: remark: nn.relu not fused: input is not a dequantized value
func.func @output_relu_shared(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>)
    -> (tensor<1x3x!y>, tensor<1x3xf32>) {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %r = nn.relu %y : tensor<1x3xf32>
  %q = quant.qcast %r : tensor<1x3xf32> to tensor<1x3x!y>
  return %q, %r : tensor<1x3x!y>, tensor<1x3xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: output has no quantization parameters yet (!quant.any<i8:f32>)
!output_any = !quant.any<i8:f32>
func.func @output_any(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!output_any> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!output_any>
  return %q : tensor<1x3x!output_any>
}

// REMARK-NEXT: remark: nn.linear not fused: output is quantized per axis
!output_per_axis = !quant.uniform<i8:f32:1, {0.5, 0.25, 2.0}>
func.func @output_per_axis(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!output_per_axis> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!output_per_axis>
  return %q : tensor<1x3x!output_per_axis>
}

// REMARK-NEXT: remark: nn.avg_pool2d not fused: output is stored in i4, not in 8 bits
!output_i4 = !quant.uniform<i4:f32, 0.5>
func.func @output_i4(%x: tensor<1x1x2x2x!x>) -> tensor<1x1x1x1x!output_i4> {
  %xf = quant.dcast %x : tensor<1x1x2x2x!x> to tensor<1x1x2x2xf32>
  %y = nn.avg_pool2d %xf {kernel = array<i64: 2, 2>}
    : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  %q = quant.qcast %y : tensor<1x1x1x1xf32> to tensor<1x1x1x1x!output_i4>
  return %q : tensor<1x1x1x1x!output_i4>
}

// REMARK-NEXT: remark: nn.linear not fused: computes in f16, not in f32
!f16 = !quant.uniform<i8:f16, 0.5>
func.func @linear_f16(%x: tensor<1x2x!f16>, %wq: tensor<3x2x!f16>) -> tensor<1x3x!f16> {
  %xf = quant.dcast %x : tensor<1x2x!f16> to tensor<1x2xf16>
  %w = quant.dcast %wq : tensor<3x2x!f16> to tensor<3x2xf16>
  %y = nn.linear %xf, %w : (tensor<1x2xf16>, tensor<3x2xf16>) -> tensor<1x3xf16>
  %q = quant.qcast %y : tensor<1x3xf16> to tensor<1x3x!f16>
  return %q : tensor<1x3x!f16>
}

// The weight.

// REMARK-NEXT: remark: nn.linear not fused: weight is not a dequantized value
func.func @weight_float(%x: tensor<1x2x!x>, %w: tensor<3x2xf32>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: weight has no quantization parameters yet (!quant.any<i8:f32>)
!weight_any = !quant.any<i8:f32>
func.func @weight_any(%x: tensor<1x2x!x>, %wq: tensor<3x2x!weight_any>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!weight_any> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: weight is stored in i4, not in 8 bits
!weight_i4 = !quant.uniform<i4:f32, 0.25>
func.func @weight_i4(%x: tensor<1x2x!x>, %wq: tensor<3x2x!weight_i4>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!weight_i4> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: weight is quantized per block
!weight_per_block = !quant.uniform<i8:f32:{0:1, 1:2}, {{0.5}, {0.25}, {0.125}}>
func.func @weight_per_block(%x: tensor<1x2x!x>, %wq: tensor<3x2x!weight_per_block>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!weight_per_block> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.conv2d not fused: weight is quantized along axis 1, not along axis 0
!weight_axis_1 = !quant.uniform<i8:f32:1, {0.5, 0.25}>
func.func @weight_axis_1(%x: tensor<1x2x1x1x!x>, %wq: tensor<3x2x1x1x!weight_axis_1>)
    -> tensor<1x3x1x1x!y> {
  %xf = quant.dcast %x : tensor<1x2x1x1x!x> to tensor<1x2x1x1xf32>
  %w = quant.dcast %wq : tensor<3x2x1x1x!weight_axis_1> to tensor<3x2x1x1xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x1x1xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x1x1xf32>
  %q = quant.qcast %y : tensor<1x3x1x1xf32> to tensor<1x3x1x1x!y>
  return %q : tensor<1x3x1x1x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: weight zero point is not one of ui8, 0 to 255
!weight_zero_point = !quant.uniform<u8:f32:0, {0.5, 0.25:256, 0.125}>
func.func @weight_zero_point(%x: tensor<1x2x!x>, %wq: tensor<3x2x!weight_zero_point>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!weight_zero_point> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: weight has a dynamic shape
func.func @weight_dynamic(%x: tensor<1x2x!x>, %wq: tensor<?x2x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<?x2x!w> to tensor<?x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<?x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// The bias.

// REMARK-NEXT: remark: nn.linear not fused: bias has no quantization parameters yet (!quant.any<i32:f32>)
!bias_any = !quant.any<i32:f32>
func.func @bias_any(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %bq: tensor<3x!bias_any>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = quant.dcast %bq : tensor<3x!bias_any> to tensor<3xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: quantized bias is not i32 with zero point 0
!bias_i16 = !quant.uniform<i16:f32, 0.125>
func.func @bias_i16(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %bq: tensor<3x!bias_i16>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = quant.dcast %bq : tensor<3x!bias_i16> to tensor<3xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: quantized bias is not i32 with zero point 0
!bias_zero_point = !quant.uniform<i32:f32, 0.125:1>
func.func @bias_zero_point(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %bq: tensor<3x!bias_zero_point>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = quant.dcast %bq : tensor<3x!bias_zero_point> to tensor<3xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: bias is quantized per block
!bias_per_block = !quant.uniform<i32:f32:{0:2}, {0.125, 0.125}>
func.func @bias_per_block(%x: tensor<1x2x!x>, %wq: tensor<4x2x!w>, %bq: tensor<4x!bias_per_block>)
    -> tensor<1x4x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<4x2x!w> to tensor<4x2xf32>
  %b = quant.dcast %bq : tensor<4x!bias_per_block> to tensor<4xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<4x2xf32>, tensor<4xf32>) -> tensor<1x4xf32>
  %q = quant.qcast %y : tensor<1x4xf32> to tensor<1x4x!y>
  return %q : tensor<1x4x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: bias has a dynamic shape
func.func @bias_dynamic(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %b: tensor<?xf32>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<?xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: bias scale is not the input scale times the weight scale
!bias_scale = !quant.uniform<i32:f32:0, {0.125, 0.125, 0.1250001}>
func.func @bias_scale(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %bi = arith.constant dense<1> : tensor<3xi32>
  %bq = quant.scast %bi : tensor<3xi32> to tensor<3x!bias_scale>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = quant.dcast %bq : tensor<3x!bias_scale> to tensor<3xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// The sum.

// REMARK-NEXT: remark: nn.linear not fused: a sum of 65794 products can overflow 32 bits (at most 65793)
func.func @sum_long(%x: tensor<1x65794x!x>, %wq: tensor<3x65794x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x65794x!x> to tensor<1x65794xf32>
  %w = quant.dcast %wq : tensor<3x65794x!w> to tensor<3x65794xf32>
  %y = nn.linear %xf, %w : (tensor<1x65794xf32>, tensor<3x65794xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: bias is i32 and not a constant: adding it can overflow 32 bits
func.func @sum_bias_argument(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %bq: tensor<3x!b>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = quant.dcast %bq : tensor<3x!b> to tensor<3xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// -2147407149 - 255 * (100 + 100 + 100); one more would do.
// REMARK-NEXT: remark: nn.linear not fused: sum and bias can reach -2147483649, which overflows 32 bits
func.func @sum_bias_large(%x: tensor<1x6x!x>) -> tensor<1x1x!y> {
  %xf = quant.dcast %x : tensor<1x6x!x> to tensor<1x6xf32>
  %wi = arith.constant dense<[[2, -100, 100, -100, 98, -100]]> : tensor<1x6xi8>
  %wq = quant.scast %wi : tensor<1x6xi8> to tensor<1x6x!w>
  %bi = arith.constant dense<-2147407149> : tensor<1xi32>
  %bq = quant.scast %bi : tensor<1xi32> to tensor<1x!b>
  %w = quant.dcast %wq : tensor<1x6x!w> to tensor<1x6xf32>
  %b = quant.dcast %bq : tensor<1x!b> to tensor<1xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x6xf32>, tensor<1x6xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  %q = quant.qcast %y : tensor<1x1xf32> to tensor<1x1x!y>
  return %q : tensor<1x1x!y>
}

// Sums over windows.

// REMARK-NEXT: remark: nn.adaptive_avg_pool2d not fused: a sum of 16777216 values can overflow 32 bits (at most 8421504)
func.func @adaptive_avg_pool2d_sum(%x: tensor<1x1x4096x4096x!x>) -> tensor<1x1x1x1x!y> {
  %xf = quant.dcast %x : tensor<1x1x4096x4096x!x> to tensor<1x1x4096x4096xf32>
  %y = nn.adaptive_avg_pool2d %xf : (tensor<1x1x4096x4096xf32>) -> tensor<1x1x1x1xf32>
  %q = quant.qcast %y : tensor<1x1x1x1xf32> to tensor<1x1x1x1x!y>
  return %q : tensor<1x1x1x1x!y>
}

// REMARK-NEXT: remark: nn.avg_pool2d not fused: a sum of 16777216 values can overflow 32 bits (at most 8421504)
func.func @avg_pool2d_sum(%x: tensor<1x1x4096x4096x!x>) -> tensor<1x1x1x1x!y> {
  %xf = quant.dcast %x : tensor<1x1x4096x4096x!x> to tensor<1x1x4096x4096xf32>
  %y = nn.avg_pool2d %xf {kernel = array<i64: 4096, 4096>}
    : (tensor<1x1x4096x4096xf32>) -> tensor<1x1x1x1xf32>
  %q = quant.qcast %y : tensor<1x1x1x1xf32> to tensor<1x1x1x1x!y>
  return %q : tensor<1x1x1x1x!y>
}

// Scales whose products leave f32.

// REMARK-NEXT: remark: nn.linear not fused: input scale times weight scale is not a normal f32
!x_scale_small = !quant.uniform<u8:f32, 1.0e-30>
!w_scale_small = !quant.uniform<i8:f32, 1.0e-20>
!y_scale_small = !quant.uniform<u8:f32, 1.0e-30>
func.func @scale_small(%x: tensor<1x2x!x_scale_small>, %wq: tensor<3x2x!w_scale_small>) -> tensor<1x3x!y_scale_small> {
  %xf = quant.dcast %x : tensor<1x2x!x_scale_small> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w_scale_small> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y_scale_small>
  return %q : tensor<1x3x!y_scale_small>
}

// REMARK-NEXT: remark: nn.linear not fused: input scale times weight scale by output scale is not a normal f32
!x_scale_large = !quant.uniform<u8:f32, 1.0e30>
!w_scale_large = !quant.uniform<i8:f32, 1.0>
!y_scale_large = !quant.uniform<u8:f32, 1.0e-30>
func.func @scale_large(%x: tensor<1x2x!x_scale_large>, %wq: tensor<3x2x!w_scale_large>) -> tensor<1x3x!y_scale_large> {
  %xf = quant.dcast %x : tensor<1x2x!x_scale_large> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w_scale_large> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y_scale_large>
  return %q : tensor<1x3x!y_scale_large>
}

// REMARK-NEXT: remark: nn.linear not fused: input can be infinite, which integers cannot be
!x_input_infinite = !quant.uniform<u8:f32, 1.0e+38>
!w_input_infinite = !quant.uniform<i8:f32, 1.0e-37>
func.func @input_infinite(%x: tensor<1x2x!x_input_infinite>, %wq: tensor<3x2x!w_input_infinite>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x_input_infinite> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w_input_infinite> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: weight can be infinite, which integers cannot be
!x_weight_infinite = !quant.uniform<u8:f32, 1.0e-37>
!w_weight_infinite = !quant.uniform<i8:f32, 1.0e+38>
func.func @weight_infinite(%x: tensor<1x2x!x_weight_infinite>, %wq: tensor<3x2x!w_weight_infinite>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x_weight_infinite> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w_weight_infinite> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: bias by input scale times weight scale is not a finite f32
!x_bias_large = !quant.uniform<u8:f32, 1.0e-18>
!w_bias_large = !quant.uniform<i8:f32, 1.0e-18>
!y_bias_large = !quant.uniform<u8:f32, 1.0e-18>
func.func @bias_large(%x: tensor<1x2x!x_bias_large>, %wq: tensor<3x2x!w_bias_large>) -> tensor<1x3x!y_bias_large> {
  %b = arith.constant dense<1.0e30> : tensor<3xf32>
  %xf = quant.dcast %x : tensor<1x2x!x_bias_large> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w_bias_large> to tensor<3x2xf32>
  %y = nn.linear %xf, %w, %b : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y_bias_large>
  return %q : tensor<1x3x!y_bias_large>
}

// REMARK-NEXT: remark: nn.linear not fused: bias is more than 1048576 times the output scale: sums that cancel it would lose steps
!x_cancelled = !quant.uniform<u8:f32, 1.0>
!w_cancelled = !quant.uniform<i8:f32, 1.0>
!y_cancelled = !quant.uniform<u8:f32, 1.0e-3>
func.func @bias_cancelled(%x: tensor<1x2x!x_cancelled>, %wq: tensor<3x2x!w_cancelled>) -> tensor<1x3x!y_cancelled> {
  %b = arith.constant dense<[0.0, -1050.0, 0.0]> : tensor<3xf32>
  %xf = quant.dcast %x : tensor<1x2x!x_cancelled> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w_cancelled> to tensor<3x2xf32>
  %y = nn.linear %xf, %w, %b : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y_cancelled>
  return %q : tensor<1x3x!y_cancelled>
}

// Packed values that come from elsewhere.

// REMARK-NEXT: remark: nn.linear not fused: bias is not the one prepacked with the weight
func.func @packed_bias_unused(
    %x: tensor<1x2x!x>, %p: !quant.packed<linear, tensor<3x2xi8>, bias = f32>) -> tensor<1x3x!y> {
  %wq, %b = quant.unpack %p : (!quant.packed<linear, tensor<3x2xi8>, bias = f32>)
    -> (tensor<3x2x!w>, tensor<3xf32>)
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.linear not fused: bias is not the one prepacked with the weight
func.func @packed_bias_other(
    %x: tensor<1x2x!x>, %p: !quant.packed<linear, tensor<3x2xi8>>, %b: tensor<3xf32>)
    -> tensor<1x3x!y> {
  %wq = quant.unpack %p : (!quant.packed<linear, tensor<3x2xi8>>) -> tensor<3x2x!w>
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// REMARK-NEXT: remark: nn.conv2d not fused: weight is packed as !quant.packed<conv2d, tensor<3x2x1x1xi8>, stride = [2, 2]>, not as !quant.packed<conv2d, tensor<3x2x1x1xi8>>
func.func @packed_geometry(
    %x: tensor<1x2x1x1x!x>, %p: !quant.packed<conv2d, tensor<3x2x1x1xi8>, stride = [2, 2]>)
    -> tensor<1x3x1x1x!y> {
  %wq = quant.unpack %p : (!quant.packed<conv2d, tensor<3x2x1x1xi8>, stride = [2, 2]>)
    -> tensor<3x2x1x1x!w>
  %xf = quant.dcast %x : tensor<1x2x1x1x!x> to tensor<1x2x1x1xf32>
  %w = quant.dcast %wq : tensor<3x2x1x1x!w> to tensor<3x2x1x1xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x1x1xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x1x1xf32>
  %q = quant.qcast %y : tensor<1x3x1x1xf32> to tensor<1x3x1x1x!y>
  return %q : tensor<1x3x1x1x!y>
}
// REMARK-NOT: remark
