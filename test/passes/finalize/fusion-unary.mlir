// RUN: qfin-opt --quant-fusion %s | filecheck %s
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 0.25:-3>

// CHECK-LABEL: @sigmoid(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.sigmoid %x : ([[X:tensor<1x2x!quant.uniform<u8:f32, 5.000000e-01:128>>]]) -> [[Y:tensor<1x2x!quant.uniform<i8:f32, 2.500000e-01:-3>>]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-unary.mlir:{{[0-9]+}}:3: remark: nn.sigmoid fused: became quant.sigmoid
func.func @sigmoid(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.sigmoid %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @tanh(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.tanh %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.tanh fused: became quant.tanh
func.func @tanh(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.tanh %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @hardsigmoid(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.hardsigmoid %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.hardsigmoid fused: became quant.hardsigmoid
func.func @hardsigmoid(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.hardsigmoid %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @hardswish(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.hardswish %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.hardswish fused: became quant.hardswish
func.func @hardswish(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.hardswish %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @elu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.elu %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.elu fused: became quant.elu
func.func @elu(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.elu %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @elu_alpha(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.elu %x {alpha = 5.000000e-01 : f64} : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.elu fused: became quant.elu
func.func @elu_alpha(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.elu %f {alpha = 0.5 : f64} : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @celu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.celu %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.celu fused: became quant.celu
func.func @celu(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.celu %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @celu_alpha(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.celu %x {alpha = 2.000000e+00 : f64} : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.celu fused: became quant.celu
func.func @celu_alpha(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.celu %f {alpha = 2.0 : f64} : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @leaky_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.leaky_relu %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.leaky_relu fused: became quant.leaky_relu
func.func @leaky_relu(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.leaky_relu %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @leaky_relu_slope(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.leaky_relu %x {negative_slope = 1.250000e-01 : f64} : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.leaky_relu fused: became quant.leaky_relu
func.func @leaky_relu_slope(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.leaky_relu %f {negative_slope = 0.125 : f64} : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @gelu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.gelu %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.gelu fused: became quant.gelu
func.func @gelu(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.gelu %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @gelu_tanh(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.gelu %x {approximate = "tanh"} : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.gelu fused: became quant.gelu
func.func @gelu_tanh(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.gelu %f {approximate = "tanh"} : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @silu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.silu %x : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.silu fused: became quant.silu
func.func @silu(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.silu %f : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @clamp(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.clamp %x {min = 0.000000e+00 : f64, max = 6.000000e+00 : f64} : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.clamp fused: became quant.clamp
func.func @clamp(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.clamp %f {min = 0.0 : f64, max = 6.0 : f64} : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// CHECK-LABEL: @clamp_min(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.clamp %x {min = -5.000000e-01 : f64} : ([[X]]) -> [[Y]]
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.clamp fused: became quant.clamp
func.func @clamp_min(%x: tensor<1x2x!x>) -> tensor<1x2x!y> {
  %f = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.clamp %f {min = -0.5 : f64} : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  return %q : tensor<1x2x!y>
}

// Behind each other; the dequantized value of the first has another reader.
// CHECK-LABEL: @silu_chain(
// CHECK-NEXT:    %[[S:[a-z0-9_]+]] = quant.silu %x
// CHECK-NEXT:    %[[F:[a-z0-9_]+]] = quant.dcast %[[S]]
// CHECK-NEXT:    %[[T:[a-z0-9_]+]] = quant.tanh %[[S]]
// CHECK-NEXT:    func.return %[[T]], %[[F]]
func.func @silu_chain(%x: tensor<2x!x>) -> (tensor<2x!y>, tensor<2xf32>) {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %s = nn.silu %f : tensor<2xf32>
  %sq = quant.qcast %s : tensor<2xf32> to tensor<2x!x>
  %sf = quant.dcast %sq : tensor<2x!x> to tensor<2xf32>
  %t = nn.tanh %sf : tensor<2xf32>
  %tq = quant.qcast %t : tensor<2xf32> to tensor<2x!y>
  return %tq, %sf : tensor<2x!y>, tensor<2xf32>
}
