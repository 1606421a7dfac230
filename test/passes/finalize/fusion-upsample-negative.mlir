// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// REMARK:      fusion-upsample-negative.mlir:{{[0-9]+}}:3: remark: nn.upsample_linear1d not fused: input is not a dequantized value
func.func @upsample_linear1d_input(%x: tensor<1x2x4xf32>) -> tensor<1x2x8x!y> {
  %y = nn.upsample_linear1d %x : (tensor<1x2x4xf32>) -> tensor<1x2x8xf32>
  %q = quant.qcast %y : tensor<1x2x8xf32> to tensor<1x2x8x!y>
  return %q : tensor<1x2x8x!y>
}

// REMARK-NEXT: remark: nn.upsample_nearest1d not fused: input is quantized per axis
func.func @upsample_nearest1d_axis(%x: tensor<1x1x4x!quant.uniform<u8:f32:1, {0.5}>>) -> tensor<1x1x8xf32> {
  %f = quant.dcast %x : tensor<1x1x4x!quant.uniform<u8:f32:1, {0.5}>> to tensor<1x1x4xf32>
  %y = nn.upsample_nearest1d %f : (tensor<1x1x4xf32>) -> tensor<1x1x8xf32>
  return %y : tensor<1x1x8xf32>
}

// REMARK-NEXT: remark: nn.upsample_bicubic2d not fused: result is used by nn.relu, not by a quantize
func.func @upsample_bicubic2d_relu(%x: tensor<1x1x2x2x!x>) -> tensor<1x1x4x4xf32> {
  %f = quant.dcast %x : tensor<1x1x2x2x!x> to tensor<1x1x2x2xf32>
  %y = nn.upsample_bicubic2d %f : (tensor<1x1x2x2xf32>) -> tensor<1x1x4x4xf32>
  %r = nn.relu %y : tensor<1x1x4x4xf32>
  return %r : tensor<1x1x4x4xf32>
}
