// RUN: qfin-opt -p propagate-quantization %s | filecheck %s
// RUN: qfin-opt --finalize %s | filecheck %s --check-prefix=FUSED
// RUN: qfin-opt -p propagate-quantization --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt -p propagate-quantization %s > %t.once
// RUN: qfin-opt -p propagate-quantization,propagate-quantization %s | diff %t.once -
// RUN: qfin-opt -p 'quant-finalize{propagate=false}' %s | filecheck %s --check-prefix=OFF

!x = !quant.uniform<u8:f32, 0.5:128>
!s = !quant.uniform<i8:f32, 0.5:-3>
!y = !quant.uniform<i8:f32, 2.0:-3>
!w = !quant.uniform<i8:f32, 0.1>

// OFF-NOT: quant.mul_scalar

// Nothing is float between the contractions.
// CHECK-LABEL: @chain(
// FUSED-LABEL: @chain(
// FUSED-NEXT:    quant.packed_constant
// FUSED-NEXT:    quant.conv2d %x, %{{.*}} {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>}
// FUSED-NEXT:    nn.transpose %{{.*}} -> tensor<1x8x8x8x!quant.uniform<u8:f32, 5.000000e-01:128>>
// FUSED-NEXT:    quant.avg_pool2d %{{.*}} -> tensor<1x8x4x4x!quant.uniform<u8:f32, 5.000000e-01:128>>
// FUSED-NEXT:    quant.sigmoid %{{.*}} -> tensor<1x8x4x4x!quant.uniform<u8:f32, 3.906250e-03>>
// FUSED-NEXT:    quant.mul_scalar %{{.*}} {other = -7.500000e-01 : f64} {{.*}} -> tensor<1x8x4x4x!quant.uniform<u8:f32, 0.0029296875:255>>
// FUSED-NEXT:    quant.packed_constant
// FUSED-NEXT:    quant.linear %{{.*}} -> tensor<1x8x4x5x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// FUSED-NEXT:    func.return
// REMARK:      propagate-quantization.mlir:{{[0-9]+}}:3: remark: nn.avg_pool2d: result quantized to !quant.uniform<u8:f32, 5.000000e-01:128>, as its input is
// REMARK-NEXT: remark: nn.sigmoid: result quantized to !quant.uniform<u8:f32, 3.906250e-03>, for results from 0 to 1
// REMARK-NEXT: remark: nn.mul: result quantized to !quant.uniform<u8:f32, 0.0029296875:255>, as its input is, changed by the number
func.func @chain(%x: tensor<1x3x8x8x!x>) -> tensor<1x8x4x5x!y> {
  %wi = arith.constant dense<1> : tensor<8x3x1x1xi8>
  %ws = quant.scast %wi : tensor<8x3x1x1xi8> to tensor<8x3x1x1x!w>
  %w = quant.dcast %ws : tensor<8x3x1x1x!w> to tensor<8x3x1x1xf32>
  %vi = arith.constant dense<2> : tensor<5x4xi8>
  %vs = quant.scast %vi : tensor<5x4xi8> to tensor<5x4x!w>
  %v = quant.dcast %vs : tensor<5x4x!w> to tensor<5x4xf32>
  %c = arith.constant dense<-0.75> : tensor<f32>
  %d = quant.dcast %x : tensor<1x3x8x8x!x> to tensor<1x3x8x8xf32>
  %0 = nn.conv2d %d, %w : (tensor<1x3x8x8xf32>, tensor<8x3x1x1xf32>) -> tensor<1x8x8x8xf32>
  %1 = nn.clamp %0 {min = 0.0 : f64, max = 6.0 : f64} : tensor<1x8x8x8xf32>
  %2 = quant.qcast %1 : tensor<1x8x8x8xf32> to tensor<1x8x8x8x!x>
  %3 = quant.dcast %2 : tensor<1x8x8x8x!x> to tensor<1x8x8x8xf32>
  %4 = nn.transpose %3 {dim0 = 2 : i64, dim1 = 3 : i64} : (tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %5 = nn.avg_pool2d %4 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x8x8x8xf32>) -> tensor<1x8x4x4xf32>
  %6 = nn.sigmoid %5 : tensor<1x8x4x4xf32>
  %7 = nn.mul %6, %c : (tensor<1x8x4x4xf32>, tensor<f32>) -> tensor<1x8x4x4xf32>
  %8 = nn.linear %7, %v : (tensor<1x8x4x4xf32>, tensor<5x4xf32>) -> tensor<1x8x4x5xf32>
  %9 = quant.qcast %8 : tensor<1x8x4x5xf32> to tensor<1x8x4x5x!y>
  return %9 : tensor<1x8x4x5x!y>
}

// i8: the same numbers, 128 less. Two operands of one op are both quantized.
// CHECK-LABEL: @bounded_i8(
// CHECK:         nn.tanh
// CHECK-NEXT:    quant.qcast %{{.*}} to tensor<2x!quant.uniform<i8:f32, 7.812500e-03>>
// CHECK:         nn.hardsigmoid
// CHECK-NEXT:    quant.qcast %{{.*}} to tensor<2x!quant.uniform<i8:f32, 3.906250e-03:-128>>
// CHECK:         nn.softmax
// CHECK-NEXT:    quant.qcast %{{.*}} to tensor<2x!quant.uniform<i8:f32, 3.906250e-03:-128>>
// FUSED-LABEL: @bounded_i8(
// FUSED-NOT:     nn.
// REMARK-NEXT: remark: nn.tanh: result quantized to !quant.uniform<i8:f32, 7.812500e-03>, for results from -1 to 1
// REMARK-NEXT: remark: nn.hardsigmoid: result quantized
// REMARK-NEXT: remark: nn.softmax: result quantized
func.func @bounded_i8(%x: tensor<2x!s>) -> (tensor<2x!y>, tensor<2x!y>) {
  %d = quant.dcast %x : tensor<2x!s> to tensor<2xf32>
  %0 = nn.tanh %d : tensor<2xf32>
  %1 = nn.hardsigmoid %d : tensor<2xf32>
  %2 = nn.mul %0, %1 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = quant.qcast %2 : tensor<2xf32> to tensor<2x!y>
  %4 = nn.softmax %d {dim = 0 : i64} : tensor<2xf32>
  %5 = nn.add %4, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %6 = quant.qcast %5 : tensor<2xf32> to tensor<2x!y>
  return %3, %6 : tensor<2x!y>, tensor<2x!y>
}

// A relu that fuses with the addition comes before the quantize.
// CHECK-LABEL: @activation(
// CHECK:         nn.relu
// CHECK-NEXT:    quant.qcast %{{.*}} to tensor<2x!quant.uniform<u8:f32, 5.000000e-01:122>>
// FUSED-LABEL: @activation(
// FUSED-NEXT:    quant.add_scalar %x {other = 3.000000e+00 : f64, activation = #quant<activation relu>}
// FUSED-NEXT:    quant.leaky_relu
// FUSED-NEXT:    quant.sub
// FUSED-NEXT:    func.return
// REMARK-NEXT: remark: nn.add: result quantized to !quant.uniform<u8:f32, 5.000000e-01:122>, as its input is, changed by the number
// REMARK-NEXT: remark: nn.leaky_relu: result quantized to !quant.uniform<u8:f32, 5.000000e-01:122>, as its input is
func.func @activation(%x: tensor<2x!x>) -> tensor<2x!y> {
  %c = arith.constant dense<3.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.add %d, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = nn.relu %0 : tensor<2xf32>
  %2 = nn.leaky_relu %1 : tensor<2xf32>
  %3 = nn.sub %2, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %4 = quant.qcast %3 : tensor<2xf32> to tensor<2x!y>
  return %4 : tensor<2x!y>
}

// What the text quantizes for one use is that for all, though it stands behind another.
// CHECK-LABEL: @written(
// CHECK:         nn.mean
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.qcast
// CHECK-NEXT:    quant.dcast %[[Q]]
// CHECK-NEXT:    nn.add
// FUSED-LABEL: @written(
// FUSED-NEXT:    %[[M:[a-z0-9_]+]] = quant.mean %x
// FUSED-NEXT:    %[[A:[a-z0-9_]+]] = quant.add %[[M]], %[[M]]
// FUSED-NEXT:    func.return %[[A]], %[[M]]
// REMARK-NEXT: remark: nn.mean: result quantized to !quant.uniform<i8:f32, 2.000000e+00:-3>, as for another use
func.func @written(%x: tensor<2x3x!x>) -> (tensor<2x!x>, tensor<2x!y>) {
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %0 = nn.mean %d {dim = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  %1 = nn.add %0, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = quant.qcast %1 : tensor<2xf32> to tensor<2x!x>
  %3 = quant.qcast %0 : tensor<2xf32> to tensor<2x!y>
  return %2, %3 : tensor<2x!x>, tensor<2x!y>
}

// Operands of one type keep it; dequantizes are shared, also with an addition.
// CHECK-LABEL: @joined(
// FUSED-LABEL: @joined(
// FUSED-NEXT:    quant.cat %x, %z {{.*}} -> tensor<4x!quant.uniform<u8:f32, 5.000000e-01:128>>
// FUSED-NEXT:    quant.mul
// FUSED-NEXT:    quant.add %x, %x
// FUSED-NEXT:    func.return
// REMARK-NEXT: remark: nn.cat: result quantized to !quant.uniform<u8:f32, 5.000000e-01:128>, as its operands are
func.func @joined(%x: tensor<2x!x>, %z: tensor<2x!x>) -> (tensor<4x!y>, tensor<2x!y>) {
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %e = quant.dcast %z : tensor<2x!x> to tensor<2xf32>
  %0 = nn.cat %d, %e {dim = 0 : i64} : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  %1 = nn.mul %0, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = quant.qcast %1 : tensor<4xf32> to tensor<4x!y>
  %3 = nn.add %d, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %4 = quant.qcast %3 : tensor<2xf32> to tensor<2x!y>
  return %2, %4 : tensor<4x!y>, tensor<2x!y>
}

// A product with a number is of the factor's stored numbers: the scale alone changes, by 1/8.
// CHECK-LABEL: @attention(
// CHECK:         nn.matmul
// CHECK-NEXT:    quant.qcast %{{.*}} to tensor<2x3x3x!quant.uniform<i8:f32, 1.600000e+01:-3>>
// FUSED-LABEL: @attention(
// FUSED-NEXT:    quant.matmul %x, %z : {{.*}} -> tensor<2x3x3x!quant.uniform<i8:f32, 1.600000e+01:-3>>
// FUSED-NEXT:    quant.mul_scalar %{{.*}} {other = 1.250000e-01 : f64}
// FUSED-NEXT:    func.return
// REMARK-NEXT: remark: nn.matmul: result quantized to !quant.uniform<i8:f32, 1.600000e+01:-3>, so that the number behind it changes nothing but the scale
func.func @attention(%x: tensor<2x3x4x!x>, %z: tensor<2x4x3x!x>) -> tensor<2x3x3x!y> {
  %c = arith.constant dense<0.125> : tensor<f32>
  %d = quant.dcast %x : tensor<2x3x4x!x> to tensor<2x3x4xf32>
  %e = quant.dcast %z : tensor<2x4x3x!x> to tensor<2x4x3xf32>
  %0 = nn.matmul %d, %e : (tensor<2x3x4xf32>, tensor<2x4x3xf32>) -> tensor<2x3x3xf32>
  %1 = nn.mul %0, %c : (tensor<2x3x3xf32>, tensor<f32>) -> tensor<2x3x3xf32>
  %2 = quant.qcast %1 : tensor<2x3x3xf32> to tensor<2x3x3x!y>
  return %2 : tensor<2x3x3x!y>
}

// Of either sign, several, with relus and clamps between, and moves behind.
// CHECK-LABEL: @factors(
// FUSED-LABEL: @factors(
// FUSED-NEXT:    quant.add %x, %x {activation = #quant<activation relu>} : {{.*}} -> tensor<2x3x!quant.uniform<i8:f32, 8.000000e+00:2>>
// FUSED-NEXT:    quant.mul_scalar %{{.*}} {other = 5.000000e-01 : f64} {{.*}} -> tensor<2x3x!quant.uniform<i8:f32, 4.000000e+00:2>>
// FUSED-NEXT:    quant.mul_scalar %{{.*}} {other = -5.000000e-01 : f64, activation = #quant<activation clamp, max = -3.000000e+00>}
// FUSED-NEXT:    nn.flatten
// FUSED-NEXT:    func.return
// REMARK-NEXT: remark: nn.add: result quantized to !quant.uniform<i8:f32, 8.000000e+00:2>, so that
// REMARK-NEXT: remark: nn.mul: result quantized to !quant.uniform<i8:f32, 4.000000e+00:2>, so that
func.func @factors(%x: tensor<2x3x!x>) -> tensor<6x!y> {
  %c = arith.constant dense<0.5> : tensor<1x1xf32>
  %n = arith.constant dense<-0.5> : tensor<f32>
  %d = quant.dcast %x : tensor<2x3x!x> to tensor<2x3xf32>
  %0 = nn.add %d, %d : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = nn.relu %0 : tensor<2x3xf32>
  %2 = nn.mul %c, %1 : (tensor<1x1xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = nn.mul %2, %n : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %4 = nn.clamp %3 {max = -3.0 : f64} : tensor<2x3xf32>
  %5 = nn.flatten %4 : (tensor<2x3xf32>) -> tensor<6xf32>
  %6 = quant.qcast %5 : tensor<6xf32> to tensor<6x!y>
  return %6 : tensor<6x!y>
}
