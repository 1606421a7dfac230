// What gets no parameters: one function each, which stays as it is, without a remark.
//
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt -p propagate-quantization --remarks %s 2>&1 | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>
!any = !quant.any<i8:f32>

// Nothing is rounded that only leaves, whatever it passes on its way.
func.func @leaves(%x: tensor<1x2x4x4x!x>) -> tensor<1x8xf32> {
  %d = quant.dcast %x : tensor<1x2x4x4x!x> to tensor<1x2x4x4xf32>
  %0 = nn.avg_pool2d %d {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %1 = nn.clamp %0 {min = 0.0 : f64} : tensor<1x2x2x2xf32>
  %2 = nn.flatten %1 {start_dim = 1 : i64, end_dim = 3 : i64} : (tensor<1x2x2x2xf32>) -> tensor<1x8xf32>
  %3 = nn.sigmoid %2 : tensor<1x8xf32>
  return %3 : tensor<1x8xf32>
}

// The other operand is float, so that the addition would not fuse.
func.func @user_stays(%x: tensor<2x!x>, %f: tensor<2xf32>) -> tensor<2x!y> {
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.tanh %d : tensor<2xf32>
  %1 = nn.add %0, %f : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = quant.qcast %1 : tensor<2xf32> to tensor<2x!y>
  return %2 : tensor<2x!y>
}

// The input is float.
func.func @input_float(%f: tensor<2xf32>) -> tensor<2x!y> {
  %0 = nn.tanh %f : tensor<2xf32>
  %1 = nn.add %0, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = quant.qcast %1 : tensor<2xf32> to tensor<2x!y>
  return %2 : tensor<2x!y>
}

// Nobody knows a range for these.
func.func @no_range(%x: tensor<2x!x>) -> tensor<2x!y> {
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.gelu %d : tensor<2xf32>
  %1 = nn.add %0, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = nn.add %1, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = quant.qcast %2 : tensor<2xf32> to tensor<2x!y>
  return %3 : tensor<2x!y>
}

// The text has a type for it, and it fuses as it is, through the relu.
func.func @has_a_type(%x: tensor<2x!x>) -> tensor<2x!y> {
  %c = arith.constant dense<3.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.add %d, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = nn.relu %0 : tensor<2xf32>
  %2 = quant.qcast %1 : tensor<2xf32> to tensor<2x!y>
  return %2 : tensor<2x!y>
}

// It has several.
func.func @several_types(%x: tensor<2x!x>) -> (tensor<2x!x>, tensor<2x!y>, tensor<2x!y>) {
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.tanh %d : tensor<2xf32>
  %1 = quant.qcast %0 : tensor<2xf32> to tensor<2x!x>
  %2 = quant.qcast %0 : tensor<2xf32> to tensor<2x!y>
  %3 = nn.add %0, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %4 = quant.qcast %3 : tensor<2xf32> to tensor<2x!y>
  return %1, %2, %4 : tensor<2x!x>, tensor<2x!y>, tensor<2x!y>
}

// It has one without parameters.
func.func @uncalibrated(%x: tensor<2x!x>) -> (tensor<2x!any>, tensor<2x!y>) {
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.tanh %d : tensor<2xf32>
  %1 = quant.qcast %0 : tensor<2xf32> to tensor<2x!any>
  %2 = nn.add %0, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = quant.qcast %2 : tensor<2xf32> to tensor<2x!y>
  return %1, %3 : tensor<2x!any>, tensor<2x!y>
}

// No scale holds the products, and no addition infinity.
func.func @no_scale(%x: tensor<2x!x>) -> (tensor<2x!y>, tensor<2x!y>) {
  %c = arith.constant dense<3.0e38> : tensor<f32>
  %i = arith.constant dense<0x7F800000> : tensor<f32>
  %d = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.mul %d, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = nn.mul %0, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %2 = nn.add %1, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = quant.qcast %2 : tensor<2xf32> to tensor<2x!y>
  %4 = nn.add %d, %i : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %5 = nn.add %4, %d : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %6 = quant.qcast %5 : tensor<2xf32> to tensor<2x!y>
  return %3, %6 : tensor<2x!y>, tensor<2x!y>
}

// Of a product with 0 nothing is left.
func.func @times_0(%x: tensor<2x2x!x>) -> tensor<2x2x!y> {
  %c = arith.constant dense<0.0> : tensor<f32>
  %d = quant.dcast %x : tensor<2x2x!x> to tensor<2x2xf32>
  %0 = nn.matmul %d, %d : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.mul %0, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = quant.qcast %1 : tensor<2x2xf32> to tensor<2x2x!y>
  return %2 : tensor<2x2x!y>
}

// No scale holds the factors of these.
func.func @times_tiny(%x: tensor<2x2x!x>) -> tensor<2x2x!y> {
  %c = arith.constant dense<1.0e-40> : tensor<f32>
  %d = quant.dcast %x : tensor<2x2x!x> to tensor<2x2xf32>
  %0 = nn.matmul %d, %d : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.mul %0, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = quant.qcast %1 : tensor<2x2xf32> to tensor<2x2x!y>
  return %2 : tensor<2x2x!y>
}

func.func @times_huge(%x: tensor<2x2x!x>) -> tensor<2x2x!quant.uniform<i8:f32, 1.0e-10>> {
  %c = arith.constant dense<3.0e38> : tensor<f32>
  %d = quant.dcast %x : tensor<2x2x!x> to tensor<2x2xf32>
  %0 = nn.matmul %d, %d : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.mul %0, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = quant.qcast %1 : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8:f32, 1.0e-10>>
  return %2 : tensor<2x2x!quant.uniform<i8:f32, 1.0e-10>>
}

// The product is quantized per axis.
func.func @times_per_axis(%x: tensor<2x2x!x>) -> tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>> {
  %c = arith.constant dense<0.5> : tensor<f32>
  %d = quant.dcast %x : tensor<2x2x!x> to tensor<2x2xf32>
  %0 = nn.matmul %d, %d : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.mul %0, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = quant.qcast %1 : tensor<2x2xf32> to tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>
  return %2 : tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>
}

// Something else uses the factor.
func.func @factor_leaves(%x: tensor<2x2x!x>) -> (tensor<2x2x!y>, tensor<2x2xf32>) {
  %c = arith.constant dense<0.5> : tensor<f32>
  %d = quant.dcast %x : tensor<2x2x!x> to tensor<2x2xf32>
  %0 = nn.matmul %d, %d : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.mul %0, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = quant.qcast %1 : tensor<2x2xf32> to tensor<2x2x!y>
  return %2, %0 : tensor<2x2x!y>, tensor<2x2xf32>
}

// The text quantizes no product, nor a sum of one.
func.func @product_leaves(%x: tensor<2x2x!x>) -> (tensor<2x2xf32>, tensor<2x2x!y>) {
  %c = arith.constant dense<0.5> : tensor<f32>
  %d = quant.dcast %x : tensor<2x2x!x> to tensor<2x2xf32>
  %0 = nn.matmul %d, %d : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = nn.mul %0, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %2 = nn.matmul %d, %d : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %3 = nn.mul %2, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %4 = nn.gelu %3 : tensor<2x2xf32>
  %5 = quant.qcast %4 : tensor<2x2xf32> to tensor<2x2x!y>
  return %1, %5 : tensor<2x2xf32>, tensor<2x2x!y>
}

// A quantize and a dequantize stay: they round.
func.func @there_and_back(%f: tensor<2xf32>) -> tensor<2xf32> {
  %0 = quant.qcast %f : tensor<2xf32> to tensor<2x!y>
  %1 = quant.dcast %0 : tensor<2x!y> to tensor<2xf32>
  return %1 : tensor<2xf32>
}
