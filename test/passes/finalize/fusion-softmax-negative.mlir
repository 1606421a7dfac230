// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>


// REMARK:      fusion-softmax-negative.mlir:{{[0-9]+}}:3: remark: nn.softmax not fused: input can be infinite, which has no softmax
func.func @infinite_input(%x: tensor<3x4x!quant.uniform<u8:f32, 3.0e+38>>) -> tensor<3x4x!y> {
  %f = quant.dcast %x : tensor<3x4x!quant.uniform<u8:f32, 3.0e+38>> to tensor<3x4xf32>
  %y = nn.softmax %f {dim = 1 : i64} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!y>
  return %q : tensor<3x4x!y>
}

// REMARK-NEXT: remark: nn.softmax not fused: a result with scale 2e-08 asks for more than the exponentials have (at least 2**-24)
func.func @fine(%x: tensor<3x4x!x>) -> tensor<3x4x!quant.uniform<u8:f32, 2.0e-08>> {
  %f = quant.dcast %x : tensor<3x4x!x> to tensor<3x4xf32>
  %y = nn.softmax %f {dim = 1 : i64} : tensor<3x4xf32>
  %q = quant.qcast %y : tensor<3x4xf32> to tensor<3x4x!quant.uniform<u8:f32, 2.0e-08>>
  return %q : tensor<3x4x!quant.uniform<u8:f32, 2.0e-08>>
}

// REMARK-NEXT: remark: nn.softmax not fused: a sum of 1048577 exponentials is not precise enough (at most 1048576)
func.func @long(%x: tensor<1x1048577x!x>) -> tensor<1x1048577x!y> {
  %f = quant.dcast %x : tensor<1x1048577x!x> to tensor<1x1048577xf32>
  %y = nn.softmax %f {dim = 1 : i64} : tensor<1x1048577xf32>
  %q = quant.qcast %y : tensor<1x1048577xf32> to tensor<1x1048577x!y>
  return %q : tensor<1x1048577x!y>
}
