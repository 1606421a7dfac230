// batch_norm, prelu, the norms and softmax in the IR of buffers.
//
// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers' %s | filecheck %s

!x = !quant.uniform<i8:f32, 0.5:3>
!y = !quant.uniform<u8:f32, 0.25>

// CHECK-LABEL: func.func @batch_norm(
func.func @batch_norm(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {
  %p = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: kernel.channelwise {{.*}} {function = "batch_norm", input_scale = 5.000000e-01 : f32, input_zero_point = 131 : i64, scale = 2.500000e-01 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 24 : i64} : memref<1x2x4xi8{{.*}}>, memref<2xf32{{.*}}>, memref<2xf32{{.*}}>, memref<1x2x4xi8{{.*}}>
  %y = quant.batch_norm %x running_mean(%p : tensor<2xf32>) running_var(%p : tensor<2xf32>)
    {activation = #quant<activation clamp, min = 0.0, max = 6.0>} : tensor<1x2x4x!x> -> tensor<1x2x4x!y>
  func.return %y : tensor<1x2x4x!y>
}

// A single slope is a function of one byte.
// CHECK-LABEL: func.func @prelu(
func.func @prelu(%x: tensor<1x2x4x!x>) -> tensor<1x2x4x!y> {
  %p = arith.constant dense<[0.5, 2.0]> : tensor<2xf32>
  %w = arith.constant dense<0.5> : tensor<1xf32>
  // CHECK: kernel.channelwise {{.*}} {function = "prelu"{{.*}}} : memref<1x2x4xi8{{.*}}>, memref<2xf32{{.*}}>, memref<1x2x4xi8{{.*}}>
  %0 = quant.prelu %x weight(%p : tensor<2xf32>) : tensor<1x2x4x!x> -> tensor<1x2x4x!x>
  // CHECK: kernel.lut
  %1 = quant.prelu %0 weight(%w : tensor<1xf32>) : tensor<1x2x4x!x> -> tensor<1x2x4x!y>
  func.return %1 : tensor<1x2x4x!y>
}

// eps is that of sums of n values: eps * (n / scale)**2.
// CHECK-LABEL: func.func @layer_norm(
func.func @layer_norm(%x: tensor<3x4x!x>) -> tensor<3x4x!y> {
  // CHECK: kernel.norm {{.*}} {outer = 1 : i64, eps = 6.400000e+01 : f64, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<3x4xi8{{.*}}>, memref<3x4xf32, strided<[0, 0]>>, memref<3x4xf32, strided<[0, 0]>>, memref<3x4xi8{{.*}}>
  %y = quant.layer_norm %x {normalized_shape = array<i64: 4>, eps = 1.0 : f64}
    : tensor<3x4x!x> -> tensor<3x4x!y>
  func.return %y : tensor<3x4x!y>
}

// Groups split the channels; on channels innermost, too.
// CHECK-LABEL: func.func @group_norm(
func.func @group_norm(%x: tensor<2x4x3x3x!x>) -> tensor<2x4x3x3x!y> {
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<2x4x3x3x!x>) -> tensor<2x4x3x3x!x>
  // CHECK: kernel.norm {{.*}} {outer = 2 : i64, {{.*}}} : memref<2x2x2x3x3xi8, strided<[36, 2, 1, 12, 4]>>, memref<2x2x2x3x3xf32, strided<[0, 2, 1, 0, 0]>>, memref<2x2x2x3x3xf32, strided<[0, 0, 0, 0, 0]>>, memref<2x2x2x3x3xi8, strided<[36, 2, 1, 12, 4]>>
  %y = quant.group_norm %0 weight(%w : tensor<4xf32>) {num_groups = 2 : i64}
    : tensor<2x4x3x3x!x> -> tensor<2x4x3x3x!y>
  func.return %y : tensor<2x4x3x3x!y>
}

// CHECK-LABEL: func.func @instance_norm(
func.func @instance_norm(%x: tensor<2x4x3x!x>) -> tensor<2x4x3x!y> {
  %w = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  // CHECK: kernel.norm {{.*}} {outer = 2 : i64, {{.*}}} : memref<2x4x3xi8{{.*}}>, memref<2x4x3xf32, strided<[0, 0, 0]>>, memref<2x4x3xf32, strided<[0, 1, 0]>>, memref<2x4x3xi8{{.*}}>
  %y = quant.instance_norm %x bias(%w : tensor<4xf32>) : tensor<2x4x3x!x> -> tensor<2x4x3x!y>
  func.return %y : tensor<2x4x3x!y>
}

// CHECK-LABEL: func.func @softmax(
func.func @softmax(%x: tensor<3x4x!x>) -> tensor<3x4x!y> {
  // CHECK: kernel.softmax {{.*}} {dim = 1 : i64, scale = 2.500000e-01 : f32, zero_point = 0 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<3x4xi8{{.*}}>, memref<256xi32{{.*}}>, memref<3x4xi8{{.*}}>
  %y = quant.softmax %x {dim = -1 : i64} : (tensor<3x4x!x>) -> tensor<3x4x!y>
  func.return %y : tensor<3x4x!y>
}
