// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// REMARK:      fusion-mean-negative.mlir:{{[0-9]+}}:3: remark: nn.mean not fused: input is not a dequantized value
func.func @mean_input(%x: tensor<2x3xf32>) -> tensor<2x!y> {
  %y = nn.mean %x {dim = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// REMARK-NEXT: remark: nn.mean not fused: a sum of 9000000 values can overflow 32 bits (at most 8421504)
func.func @mean_sum(%x: tensor<9000000x2x!x>) -> tensor<2x!y> {
  %f = quant.dcast %x : tensor<9000000x2x!x> to tensor<9000000x2xf32>
  %y = nn.mean %f {dim = array<i64: 0>} : (tensor<9000000x2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}
