// A fused op comes from all the ops that it replaces; a moved one stays what it was.
//
// RUN: qfin-opt --finalize --print-debuginfo %s | filecheck %s

!x = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<i8:f32, 2.0:-3>
!v = !quant.uniform<i8:f32, 0.5>

// CHECK:      quant.packed_constant {{.*}} loc("fc")
// CHECK-NEXT: quant.linear {{.*}} loc(fused["fc", "act", "{{.*}}locations.mlir":[[# @LINE + 12]]:3])
// CHECK-NEXT: nn.flatten {{.*}} loc("flat")
// CHECK-NEXT: quant.dcast {{.*}} loc("flat")
// CHECK-NEXT: func.return {{.*}} loc("{{.*}}locations.mlir":[[# @LINE + 12]]:3)
// CHECK-NEXT: } loc("{{.*}}locations.mlir":[[# @LINE + 1]]:1)
func.func @network(%x: tensor<1x2x!x>) -> tensor<2xf32> {
  %xd = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %vi = arith.constant dense<1> : tensor<2x2xi8>
  %vq = quant.scast %vi : tensor<2x2xi8> to tensor<2x2x!v>
  %v = quant.dcast %vq : tensor<2x2x!v> to tensor<2x2xf32>
  %y = nn.linear %xd, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  %r = nn.relu %y : tensor<1x2xf32> loc("act")
  %q = quant.qcast %r : tensor<1x2xf32> to tensor<1x2x!y>
  %d = quant.dcast %q : tensor<1x2x!y> to tensor<1x2xf32>
  %f = nn.flatten %d : (tensor<1x2xf32>) -> tensor<2xf32> loc("flat")
  return %f : tensor<2xf32>
}
