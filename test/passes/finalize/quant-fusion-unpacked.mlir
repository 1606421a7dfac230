// Without insert-prepack-unpack before it, quant-fusion has no packed weights to take.
//
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion --remarks %s 2> %t.remarks | diff %t.before -
// RUN: filecheck %s < %t.remarks

!x = !quant.uniform<u8:f32, 0.5>
!w = !quant.uniform<i8:f32, 0.25>

// CHECK:      remark: nn.linear not fused: weight is not prepacked (run insert-prepack-unpack first)
func.func @linear(%x: tensor<1x2x!x>) -> tensor<1x3x!x> {
  %c = arith.constant dense<1> : tensor<3x2xi8>
  %wq = quant.scast %c : tensor<3x2xi8> to tensor<3x2x!w>
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!x>
  return %q : tensor<1x3x!x>
}

// CHECK-NEXT: remark: nn.linear not fused: weight is not a constant, but an argument, and not prepacked (quant-finalize packs constants only)
// CHECK-NOT:  remark
func.func @argument(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!x> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!x>
  return %q : tensor<1x3x!x>
}
