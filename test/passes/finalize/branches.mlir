// RUN: qfin-opt -p quant-finalize %s | filecheck %s
// RUN: qfin-opt -p canonicalize,quant-finalize %s | filecheck %s --check-prefix=DECIDED

!q = !quant.uniform<u8:f32, 0.5>

// Nothing moves over a branch; what is in it fuses. One with a constant condition can go before.
// CHECK-LABEL: func.func @main(
// CHECK:         quant.dcast %x
// CHECK:         scf.if
// CHECK-NEXT:      nn.relu %x : tensor<2x!quant.uniform
// CHECK:         quant.qcast
// DECIDED-LABEL: func.func @main(
// DECIDED-NEXT:    %[[R:.*]] = nn.relu %x : tensor<2x!quant.uniform
// DECIDED-NEXT:    func.return %[[R]]
func.func @main(%x: tensor<2x!q>) -> tensor<2x!q> {
  %d = quant.dcast %x : tensor<2x!q> to tensor<2xf32>
  %c = arith.constant true
  %y = scf.if %c -> (tensor<2xf32>) {
    %r = nn.relu %d : tensor<2xf32>
    scf.yield %r : tensor<2xf32>
  } else {
    scf.yield %d : tensor<2xf32>
  }
  %o = quant.qcast %y : tensor<2xf32> to tensor<2x!q>
  func.return %o : tensor<2x!q>
}
