// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// REMARK:      fusion-pooling-negative.mlir:{{[0-9]+}}:3: remark: nn.avg_pool1d not fused: input is not a dequantized value
func.func @avg_pool1d_input(%x: tensor<1x2x8xf32>) -> tensor<1x2x7x!y> {
  %y = nn.avg_pool1d %x {kernel = array<i64: 2>} : (tensor<1x2x8xf32>) -> tensor<1x2x7xf32>
  %q = quant.qcast %y : tensor<1x2x7xf32> to tensor<1x2x7x!y>
  return %q : tensor<1x2x7x!y>
}

// REMARK-NEXT: remark: nn.avg_pool3d not fused: a sum of 27000000 values can overflow 32 bits (at most 8421504)
func.func @avg_pool3d_sum(%x: tensor<1x1x300x300x300x!x>) -> tensor<1x1x1x1x1x!y> {
  %f = quant.dcast %x : tensor<1x1x300x300x300x!x> to tensor<1x1x300x300x300xf32>
  %y = nn.avg_pool3d %f {kernel = array<i64: 300, 300, 300>} : (tensor<1x1x300x300x300xf32>) -> tensor<1x1x1x1x1xf32>
  %q = quant.qcast %y : tensor<1x1x1x1x1xf32> to tensor<1x1x1x1x1x!y>
  return %q : tensor<1x1x1x1x1x!y>
}

// REMARK-NEXT: remark: nn.max_pool1d not fused: a window may lie on nothing but padding
func.func @max_pool1d_padding(%x: tensor<1x1x1x!x>) -> tensor<1x1x1xf32> {
  %f = quant.dcast %x : tensor<1x1x1x!x> to tensor<1x1x1xf32>
  %y = nn.max_pool1d %f {kernel = array<i64: 2>, padding = array<i64: 1, 1>, dilation = array<i64: 2>} : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

// REMARK-NEXT: remark: nn.max_pool3d not fused: input is quantized per axis
func.func @max_pool3d_axis(%x: tensor<1x1x2x2x2x!quant.uniform<u8:f32:1, {0.5}>>) -> tensor<1x1x1x1x1xf32> {
  %f = quant.dcast %x : tensor<1x1x2x2x2x!quant.uniform<u8:f32:1, {0.5}>> to tensor<1x1x2x2x2xf32>
  %y = nn.max_pool3d %f {kernel = array<i64: 2, 2, 2>} : (tensor<1x1x2x2x2xf32>) -> tensor<1x1x1x1x1xf32>
  return %y : tensor<1x1x1x1x1xf32>
}
