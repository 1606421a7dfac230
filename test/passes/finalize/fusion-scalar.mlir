// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>

// CHECK-LABEL: @add_scalar(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.add_scalar %x {other = 3.000000e+00 : f64} : (tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<2x3x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-scalar.mlir:{{[0-9]+}}:3: remark: nn.add fused: became quant.add_scalar
func.func @add_scalar(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = arith.constant dense<3.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.add %d, %c : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

// CHECK-LABEL: @add_scalar_left(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.add_scalar %x {other = 3.000000e+00 : f64} :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.add fused: became quant.add_scalar
func.func @add_scalar_left(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = arith.constant dense<3.0> : tensor<1x1xf32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.add %c, %d : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

// CHECK-LABEL: @add_scalar_relu_clamp(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.add_scalar %x {other = 3.000000e+00 : f64, activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>} :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.add fused: became quant.add_scalar
func.func @add_scalar_relu_clamp(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = arith.constant dense<3.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.add %d, %c : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %r = nn.relu %y : tensor<2x3xf32>
  %s = nn.clamp %r {max = 6.0 : f64} : tensor<2x3xf32>
  %q = quant.qcast %s : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

// Equal elements of any shape are one number; the tensor decides the shape.
// CHECK-LABEL: @add_scalar_of_equal_elements(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.add_scalar %x {other = -2.500000e-01 : f64} :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.add fused: became quant.add_scalar
func.func @add_scalar_of_equal_elements(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = arith.constant dense<[-0.25, -0.25, -0.25]> : tensor<3xf32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.add %d, %c : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

// CHECK-LABEL: @sub_scalar(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.add_scalar %x {other = -3.000000e+00 : f64} :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.sub fused: became quant.add_scalar
func.func @sub_scalar(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = arith.constant dense<3.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.sub %d, %c : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

// CHECK-LABEL: @sub_scalar_left(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.rsub_scalar %x {other = 3.000000e+00 : f64, activation = #quant<activation relu>} :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.sub fused: became quant.rsub_scalar
func.func @sub_scalar_left(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = arith.constant dense<3.0> : tensor<1xf32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.sub %c, %d : (tensor<1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %r = nn.relu %y : tensor<2x3xf32>
  %q = quant.qcast %r : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

// CHECK-LABEL: @mul_scalar(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.mul_scalar %x {other = 1.250000e-01 : f64} :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.mul fused: became quant.mul_scalar
func.func @mul_scalar(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = arith.constant dense<0.125> : tensor<f32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.mul %c, %d : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}

// A parameter that freezing makes a constant.
// CHECK-LABEL: @mul_scalar_global(
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.mul_scalar %x {other = 5.000000e-01 : f64} :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.mul fused: became quant.mul_scalar
ml_program.global private @scale(dense<0.5> : tensor<f32>) : tensor<f32>
func.func @mul_scalar_global(%x: tensor<2x3x!x>) -> tensor<2x3x!y> {
  %c = ml_program.global_load_const @scale : tensor<f32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %y = nn.mul %d, %c : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %q = quant.qcast %y : tensor<2x3xf32> to tensor<2x3x!y>
  return %q : tensor<2x3x!y>
}
