// RUN: qfin-opt -p normalize-contractions %s | filecheck %s
// RUN: qfin-opt --finalize %s | filecheck %s --check-prefix=FINAL
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic on-device=true}' %s | filecheck %s --check-prefix=DEVICE

!x = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32:1, {0.5, 0.25}>
!y = !quant.uniform<u8:f32, 0.125:10>

// What ONNX exporters make of a linear.
// CHECK-LABEL: @linear(
// CHECK:         arith.constant dense<{{\[\[}}1, 3, 5], [2, 4, 6]]> : tensor<2x3xi8>
// CHECK-NEXT:    quant.scast {{.*}} to tensor<2x3x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>>
// CHECK:         nn.linear {{.*}} : (tensor<4x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x2xf32>
// CHECK-NEXT:    quant.qcast
// FINAL-LABEL: @linear(
// FINAL:         quant.packed_constant {{.*}}bias
// FINAL-NEXT:    quant.linear
// FINAL-NEXT:    func.return
func.func @linear(%x: tensor<4x3x!x>) -> tensor<4x2x!y> {
  %i = arith.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %f = quant.dcast %x : tensor<4x3x!x> to tensor<4x3xf32>
  %g = quant.dcast %w : tensor<3x2x!w> to tensor<3x2xf32>
  %m = nn.matmul %f, %g : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %b = arith.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %a = nn.add %b, %m : (tensor<1x2xf32>, tensor<4x2xf32>) -> tensor<4x2xf32>
  %q = quant.qcast %a : tensor<4x2xf32> to tensor<4x2x!y>
  return %q : tensor<4x2x!y>
}

!v = !quant.uniform<i8:f32, 0.5>

// CHECK-LABEL: @conv2d(
// CHECK:         nn.conv2d {{.*}} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
// CHECK-NEXT:    nn.relu
// CHECK-NEXT:    quant.qcast
// FINAL-LABEL: @conv2d(
// FINAL:         quant.conv2d {{.*}} {activation = #quant<activation relu>}
// FINAL-NEXT:    func.return
func.func @conv2d(%x: tensor<1x1x4x4x!x>) -> tensor<1x2x4x4x!y> {
  %i = arith.constant dense<3> : tensor<2x1x1x1xi8>
  %w = quant.scast %i : tensor<2x1x1x1xi8> to tensor<2x1x1x1x!v>
  %f = quant.dcast %x : tensor<1x1x4x4x!x> to tensor<1x1x4x4xf32>
  %g = quant.dcast %w : tensor<2x1x1x1x!v> to tensor<2x1x1x1xf32>
  %c = nn.conv2d %f, %g : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %b = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %a = nn.add %c, %b : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %r = nn.relu %a : tensor<1x2x4x4xf32>
  %q = quant.qcast %r : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!y>
  return %q : tensor<1x2x4x4x!y>
}

// Unsigned weights with a zero point stay what they are, transposed.
// CHECK-LABEL: @unsigned(
// CHECK:         arith.constant dense<{{\[}}[1, 3, 5], [2, 4, 6]]>
// CHECK-NEXT:    quant.scast %{{.*}} to tensor<2x3x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK:         nn.linear
// FINAL-LABEL: @unsigned(
// FINAL:         quant.linear
func.func @unsigned(%x: tensor<4x3x!x>) -> tensor<4x2x!y> {
  %i = arith.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!x>
  %f = quant.dcast %x : tensor<4x3x!x> to tensor<4x3xf32>
  %g = quant.dcast %w : tensor<3x2x!x> to tensor<3x2xf32>
  %m = nn.matmul %f, %g : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %q = quant.qcast %m : tensor<4x2xf32> to tensor<4x2x!y>
  return %q : tensor<4x2x!y>
}

// A sum that is a result as well, a vector for each row, what is not quantized behind: no biases.
// CHECK-LABEL: @no_bias(
// CHECK:         nn.linear {{.*}} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
// CHECK:         nn.add
// CHECK:         nn.linear {{.*}} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
// CHECK:         nn.add
// CHECK:         nn.linear {{.*}} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
// CHECK:         nn.add
func.func @no_bias(%x: tensor<2x3x!x>) -> (tensor<2x2x!y>, tensor<2x2xf32>, tensor<2x2x!y>, tensor<2x2xf32>) {
  %i = arith.constant dense<3> : tensor<2x3xi8>
  %w = quant.scast %i : tensor<2x3xi8> to tensor<2x3x!v>
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %g = quant.dcast %w : tensor<2x3x!v> to tensor<2x3xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %c = arith.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = nn.linear %f, %g : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
  %1 = nn.add %0, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %q = quant.qcast %1 : tensor<2x2xf32> to tensor<2x2x!y>
  %2 = nn.linear %f, %g : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
  %3 = nn.add %2, %c : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %r = quant.qcast %3 : tensor<2x2xf32> to tensor<2x2x!y>
  %4 = nn.linear %f, %g : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
  %5 = nn.add %4, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %q, %0, %r, %5 : tensor<2x2x!y>, tensor<2x2xf32>, tensor<2x2x!y>, tensor<2x2xf32>
}

// One number is the bias of every channel; the linear keeps the name of the product.
// CHECK-LABEL: @one_number(
// CHECK:         arith.constant dense<1.500000e+00> : tensor<2xf32>
// CHECK-NEXT:    %product = nn.linear {{.*}} : (tensor<4x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x2xf32>
// CHECK-NEXT:    quant.qcast
// FINAL-LABEL: @one_number(
// FINAL:         quant.packed_constant {{.*}}bias
// FINAL-NEXT:    quant.linear
// FINAL-NEXT:    func.return
func.func @one_number(%x: tensor<4x3x!x>) -> tensor<4x2x!y> {
  %i = arith.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %f = quant.dcast %x : tensor<4x3x!x> to tensor<4x3xf32>
  %g = quant.dcast %w : tensor<3x2x!w> to tensor<3x2xf32>
  %product = nn.matmul %f, %g : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %b = arith.constant dense<1.5> : tensor<f32>
  %a = nn.add %product, %b : (tensor<4x2xf32>, tensor<f32>) -> tensor<4x2xf32>
  %q = quant.qcast %a : tensor<4x2xf32> to tensor<4x2x!y>
  return %q : tensor<4x2x!y>
}

// CHECK-LABEL: @one_number_conv(
// CHECK:         nn.conv2d {{.*}} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
// CHECK-NEXT:    quant.qcast
// FINAL-LABEL: @one_number_conv(
// FINAL:         quant.conv2d
// FINAL-NEXT:    func.return
func.func @one_number_conv(%x: tensor<1x1x4x4x!x>) -> tensor<1x2x4x4x!y> {
  %i = arith.constant dense<3> : tensor<2x1x1x1xi8>
  %w = quant.scast %i : tensor<2x1x1x1xi8> to tensor<2x1x1x1x!v>
  %f = quant.dcast %x : tensor<1x1x4x4x!x> to tensor<1x1x4x4xf32>
  %g = quant.dcast %w : tensor<2x1x1x1x!v> to tensor<2x1x1x1xf32>
  %c = nn.conv2d %f, %g : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %b = arith.constant dense<1.5> : tensor<1x1x1x1xf32>
  %a = nn.add %c, %b : (tensor<1x2x4x4xf32>, tensor<1x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %q = quant.qcast %a : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!y>
  return %q : tensor<1x2x4x4x!y>
}

// The sum may be added to a residual before it is quantized.
// CHECK-LABEL: @residual(
// CHECK:         nn.conv2d {{.*}} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
// CHECK-NEXT:    nn.add
// CHECK-NEXT:    nn.relu
// CHECK-NEXT:    quant.qcast
// FINAL-LABEL: @residual(
// FINAL:         quant.conv2d {{.*}}, {{.*}}, %r {activation = #quant<activation relu>}
// FINAL-NEXT:    func.return
func.func @residual(%x: tensor<1x1x4x4x!x>, %r: tensor<1x2x4x4x!x>) -> tensor<1x2x4x4x!y> {
  %i = arith.constant dense<3> : tensor<2x1x1x1xi8>
  %w = quant.scast %i : tensor<2x1x1x1xi8> to tensor<2x1x1x1x!v>
  %f = quant.dcast %x : tensor<1x1x4x4x!x> to tensor<1x1x4x4xf32>
  %h = quant.dcast %r : tensor<1x2x4x4x!x> to tensor<1x2x4x4xf32>
  %g = quant.dcast %w : tensor<2x1x1x1x!v> to tensor<2x1x1x1xf32>
  %c = nn.conv2d %f, %g : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %b = arith.constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %a = nn.add %c, %b : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %s = nn.add %h, %a : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %l = nn.relu %s : tensor<1x2x4x4xf32>
  %q = quant.qcast %l : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!y>
  return %q : tensor<1x2x4x4x!y>
}

// Of a smaller one, which is broadcast and does not fuse, it stays a sum.
// CHECK-LABEL: @broadcast_residual(
// CHECK:         nn.linear {{.*}} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
// CHECK-NEXT:    nn.add
// CHECK-NEXT:    nn.add
func.func @broadcast_residual(%x: tensor<2x3x!x>, %r: tensor<1x2x!x>) -> tensor<2x2x!y> {
  %i = arith.constant dense<3> : tensor<2x3xi8>
  %w = quant.scast %i : tensor<2x3xi8> to tensor<2x3x!v>
  %f = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %h = quant.dcast %r : tensor<1x2x!x> to tensor<1x2xf32>
  %g = quant.dcast %w : tensor<2x3x!v> to tensor<2x3xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = nn.linear %f, %g : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
  %1 = nn.add %0, %b : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %2 = nn.add %1, %h : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
  %q = quant.qcast %2 : tensor<2x2xf32> to tensor<2x2x!y>
  return %q : tensor<2x2x!y>
}

// A product of floats stays one, but where its input is to be quantized on the device; ops that
// move values hide no dequantize.
// CHECK-LABEL: @moved(
// CHECK:         nn.linear
// FINAL-LABEL: @moved(
// FINAL:         quant.linear
func.func @moved(%x: tensor<2x2x3x!x>) -> tensor<4x2x!y> {
  %i = arith.constant dense<3> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!v>
  %f = quant.dcast %x : tensor<2x2x3x!x> to tensor<2x2x3xf32>
  %h = nn.reshape %f : (tensor<2x2x3xf32>) -> tensor<4x3xf32>
  %g = quant.dcast %w : tensor<3x2x!v> to tensor<3x2xf32>
  %m = nn.matmul %h, %g : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  %q = quant.qcast %m : tensor<4x2xf32> to tensor<4x2x!y>
  return %q : tensor<4x2x!y>
}

// CHECK-LABEL: @floats(
// CHECK-NOT:     nn.linear
// CHECK:         %y = nn.matmul
// FINAL-LABEL: @floats(
// FINAL:         %y = nn.matmul
// DEVICE-LABEL: @floats(
// DEVICE:        %y = quant.linear_dynamic
func.func @floats(%x: tensor<4x3xf32>) -> tensor<4x2xf32> {
  %i = arith.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
  %w = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %g = quant.dcast %w : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.matmul %x, %g : (tensor<4x3xf32>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}
