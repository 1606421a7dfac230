// RUN: qfin-opt -p 'assign-layout{target=avx2}' %s | filecheck %s

!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!u = !quant.uniform<u8:f32:1, {0.5:128, 0.25:1}>
!one = !quant.uniform<i8:f32, 0.5>

// Weights of several scales that did not fuse are floats; of one scale, they stay small.
// CHECK-LABEL: @weights(
// CHECK-DAG:     arith.constant dense<{{\[\[}}1.000000e+00, -2.000000e+00], [7.500000e-01, -2.500000e-01]]> : tensor<2x2xf32>
// CHECK-DAG:     arith.constant dense<{{\[\[}}-6.300000e+01, 6.325000e+01], [-6.250000e+01, 6.350000e+01]]> : tensor<2x2xf32>
// CHECK-COUNT-1: quant.dcast
// CHECK-NOT:     quant.dcast
func.func @weights() -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %i = arith.constant dense<[[2, -4], [3, -1]]> : tensor<2x2xi8>
  %q = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %q : tensor<2x2x!w> to tensor<2x2xf32>
  // 2, 254, 3 and 255, as bytes
  %j = arith.constant dense<[[2, -2], [3, -1]]> : tensor<2x2xi8>
  %r = quant.scast %j : tensor<2x2xi8> to tensor<2x2x!u>
  %u = quant.dcast %r : tensor<2x2x!u> to tensor<2x2xf32>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!one>
  %one = quant.dcast %s : tensor<2x2x!one> to tensor<2x2xf32>
  func.return %w, %u, %one : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// What is no constant stays, and so do floats that are not compiled.
// CHECK-LABEL: @others(
// CHECK-COUNT-2: quant.dcast
func.func @others(%q: tensor<2x2x!w>) -> (tensor<2x2xf32>, tensor<2xf16>) {
  %x = quant.dcast %q : tensor<2x2x!w> to tensor<2x2xf32>
  %i = arith.constant dense<1> : tensor<2xi8>
  %h = quant.scast %i : tensor<2xi8> to tensor<2x!quant.uniform<i8:f16:0, {0.5, 0.25}>>
  %y = quant.dcast %h : tensor<2x!quant.uniform<i8:f16:0, {0.5, 0.25}>> to tensor<2xf16>
  func.return %x, %y : tensor<2x2xf32>, tensor<2xf16>
}

// No machine code reads i32 as quantized values: what an f32 op adds is floats.
// CHECK-LABEL: @bias(
// CHECK-NEXT:    arith.constant dense<[1.000000e+03, -5.000000e-01]> : tensor<2xf32>
// CHECK-NEXT:    func.return
func.func @bias() -> tensor<2xf32> {
  %i = arith.constant dense<[2000, -1]> : tensor<2xi32>
  %q = quant.scast %i : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32, 0.5>>
  %b = quant.dcast %q : tensor<2x!quant.uniform<i32:f32, 0.5>> to tensor<2xf32>
  func.return %b : tensor<2xf32>
}
