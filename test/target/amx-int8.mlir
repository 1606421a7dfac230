// RUN: qfin-translate --to-asm --target amx-int8 %s | filecheck %s

// What the code does is tested in test/kernels/test_dense_matrix.py, with AMX in software. Here is
// the assembly: shapes are set once, there are four products for four loads, sums go to the stack,
// registers are released. Blocks of code are not in the order in which they run.

!q = !quant.uniform<u8:f32, 0.5:3>
!three = !quant.packed<conv2d, tensor<64x64x3x3xi8>, padding = [1, 1, 1, 1]>
!linear = !quant.packed<linear, tensor<768x768xi8>>

// CHECK-LABEL: dense_2:
// CHECK:         ldtilecfg {{[0-9]*}}(%rsp)
// CHECK-NOT:     ldtilecfg
// CHECK:         tilestored %tmm0
// CHECK:         tilestored %tmm3
// CHECK:         vcvtps2dq
// CHECK:         tilezero %tmm0
// CHECK:         tilezero %tmm3
// CHECK:         tileloadd {{.*}}, %tmm6
// CHECK:         tileloadd {{.*}}, %tmm7
// CHECK-NEXT:    tileloadd {{.*}}, %tmm4
// CHECK-NEXT:    tdpbusd %tmm6, %tmm4, %tmm0
// CHECK-NEXT:    tdpbusd %tmm7, %tmm4, %tmm1
// CHECK:         tileloadd {{.*}}, %tmm5
// CHECK-NEXT:    tdpbusd %tmm6, %tmm5, %tmm2
// CHECK-NEXT:    tdpbusd %tmm7, %tmm5, %tmm3
// CHECK-NOT:     tdpbusd
// CHECK:         tilerelease
// CHECK:         retq
func.func @three(%x: tensor<1x64x56x56x!q>) -> tensor<1x64x56x56x!q> {
  %p = quant.packed_constant <dense<1> : tensor<64x64x3x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !three
  %y = quant.conv2d %x, %p : (tensor<1x64x56x56x!q>, !three) -> tensor<1x64x56x56x!q>
  func.return %y : tensor<1x64x56x56x!q>
}

// CHECK-LABEL: dense_4:
// CHECK:         ldtilecfg {{[0-9]*}}(%rsp)
// CHECK-NOT:     ldtilecfg
// CHECK:         tdpbusd %tmm6, %tmm4, %tmm0
// CHECK-NEXT:    tdpbusd %tmm7, %tmm4, %tmm1
// CHECK-NOT:     ldtilecfg
// CHECK:         tilerelease
// CHECK:         retq
func.func @linear(%x: tensor<128x768x!q>) -> tensor<128x768x!q> {
  %p = quant.packed_constant <dense<1> : tensor<768x768xi8>, scales = dense<0.5> : tensor<1xf32>> : !linear
  %y = quant.linear %x, %p : (tensor<128x768x!q>, !linear) -> tensor<128x768x!q>
  func.return %y : tensor<128x768x!q>
}
