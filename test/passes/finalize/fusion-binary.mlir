// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK

!a = !quant.uniform<u8:f32, 0.5:128>
!b = !quant.uniform<i8:f32, 0.25>
!y = !quant.uniform<i8:f32, 2.0:-3>

// CHECK-LABEL: @add(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.add %a, %b : (tensor<1x2x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>, tensor<1x2x3x3x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<1x2x3x3x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK:      fusion-binary.mlir:{{[0-9]+}}:3: remark: nn.add fused: became quant.add
func.func @add(%a: tensor<1x2x3x3x!a>, %b: tensor<1x2x3x3x!b>) -> tensor<1x2x3x3x!y> {
  %x = quant.dcast %a : tensor<1x2x3x3x!a> to tensor<1x2x3x3xf32>
  %z = quant.dcast %b : tensor<1x2x3x3x!b> to tensor<1x2x3x3xf32>
  %y = nn.add %x, %z : (tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x2x3x3xf32>
  %q = quant.qcast %y : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!y>
  return %q : tensor<1x2x3x3x!y>
}

// CHECK-LABEL: @add_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.add %a, %b {activation = #quant<activation relu>}
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.add fused: became quant.add
func.func @add_relu(%a: tensor<2x!a>, %b: tensor<2x!b>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!b> to tensor<2xf32>
  %y = nn.add %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = nn.relu %y : tensor<2xf32>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// One dequantize is both operands.
// CHECK-LABEL: @add_itself(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.add %a, %a :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.add fused: became quant.add
func.func @add_itself(%a: tensor<2x!a>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %y = nn.add %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// A residual: the dequantize is read again behind the op.
// CHECK-LABEL: @add_shared(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = nn.relu %a
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.add %[[P]], %a :
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.relu fused: became dcast(nn.relu x)
// REMARK-NEXT: remark: nn.add fused: became quant.add
func.func @add_shared(%a: tensor<2x!a>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %r = nn.relu %x : tensor<2xf32>
  %y = nn.add %r, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// CHECK-LABEL: @sub(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.sub %b, %a : (tensor<1x!quant.uniform<i8:f32, 2.500000e-01>>, tensor<3x2x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<3x2x
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.sub fused: became quant.sub
func.func @sub(%a: tensor<3x2x!a>, %b: tensor<1x!b>) -> tensor<3x2x!y> {
  %x = quant.dcast %a : tensor<3x2x!a> to tensor<3x2xf32>
  %z = quant.dcast %b : tensor<1x!b> to tensor<1xf32>
  %y = nn.sub %z, %x : (tensor<1xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %q = quant.qcast %y : tensor<3x2xf32> to tensor<3x2x!y>
  return %q : tensor<3x2x!y>
}

// CHECK-LABEL: @sub_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.sub %a, %b {activation = #quant<activation relu>}
// REMARK-NEXT: remark: nn.sub fused: became quant.sub
func.func @sub_relu(%a: tensor<2x!a>, %b: tensor<2x!b>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %z = quant.dcast %b : tensor<2x!b> to tensor<2xf32>
  %y = nn.sub %x, %z : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = nn.relu %y : tensor<2xf32>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// CHECK-LABEL: @mul(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.mul %a, %b : (tensor<1x2x3x3x{{.*}}>, tensor<1x2x1x1x{{.*}}>) -> tensor<1x2x3x3x
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.mul fused: became quant.mul
func.func @mul(%a: tensor<1x2x3x3x!a>, %b: tensor<1x2x1x1x!b>) -> tensor<1x2x3x3x!y> {
  %x = quant.dcast %a : tensor<1x2x3x3x!a> to tensor<1x2x3x3xf32>
  %z = quant.dcast %b : tensor<1x2x1x1x!b> to tensor<1x2x1x1xf32>
  %y = nn.mul %x, %z : (tensor<1x2x3x3xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x3x3xf32>
  %q = quant.qcast %y : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!y>
  return %q : tensor<1x2x3x3x!y>
}

// CHECK-LABEL: @mul_relu(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.mul %a, %a {activation = #quant<activation relu>}
// REMARK-NEXT: remark: nn.mul fused: became quant.mul
func.func @mul_relu(%a: tensor<2x!a>) -> tensor<2x!y> {
  %x = quant.dcast %a : tensor<2x!a> to tensor<2xf32>
  %y = nn.mul %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %r = nn.relu %y : tensor<2xf32>
  %q = quant.qcast %r : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}

// Infinite operands are harmless where no relu follows: NaN becomes the lowest value either way.
// CHECK-LABEL: @add_infinite(
// CHECK-NEXT:    quant.add %h, %h :
// REMARK-NEXT: remark: nn.add fused: became quant.add
!huge = !quant.uniform<i8:f32, 3.0e38>
func.func @add_infinite(%h: tensor<2x!huge>) -> tensor<2x!y> {
  %x = quant.dcast %h : tensor<2x!huge> to tensor<2xf32>
  %y = nn.add %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %q = quant.qcast %y : tensor<2xf32> to tensor<2x!y>
  return %q : tensor<2x!y>
}
