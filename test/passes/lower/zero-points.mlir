// Zero points of weights, on the way to buffers: sums of the inputs before, halves of the sums and
// of the zero points beside the weights. Depthwise convolutions need no sums.
//
// RUN: qfin-opt -p 'assign-layout{target=avx512-vnni},plan-buffers' %s | filecheck %s

!x = !quant.uniform<u8:f32, 0.5:3>

// CHECK-LABEL: func.func @conv2d(
// CHECK:         kernel.channel_sums %{{.*}} : memref<1x4x5x5xi8, strided<[100, 1, 20, 4]>>, memref<1x1x5x5xi32, strided<[25, 25, 5, 1]>>
// CHECK:         kernel.window_sums %{{.*}} {kernel = array<i64: 3, 3>, stride = array<i64: 2, 1>} : {{.*}}, memref<1x1x2x3xi32, strided<[6, 6, 3, 1]>>
// CHECK:         kernel.dense {{.*}} memref<1x1x2x3xi32, strided<[6, 6, 3, 1]>>, memref<1x16xi32, strided<[16, 1]>>
func.func @conv2d(%x: tensor<1x4x3x3x!x>) -> tensor<1x2x2x3x!x> {
  %p = quant.packed_constant <dense<1> : tensor<2x4x3x3xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<[3, -128]> : tensor<2xi32>> : !quant.packed<conv2d, tensor<2x4x3x3xi8>, stride = [2, 1], padding = [1, 1, 1, 1]>
  %y = quant.conv2d %x, %p : (tensor<1x4x3x3x!x>, !quant.packed<conv2d, tensor<2x4x3x3xi8>, stride = [2, 1], padding = [1, 1, 1, 1]>) -> tensor<1x2x2x3x!x>
  func.return %y : tensor<1x2x2x3x!x>
}

// Zero points of 0 are none.
// CHECK-LABEL: func.func @none(
// CHECK-NOT:     kernel.channel_sums
// CHECK:         kernel.dense
func.func @none(%x: tensor<1x4x!x>) -> tensor<1x2x!x> {
  %p = quant.packed_constant <dense<1> : tensor<2x4xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<0> : tensor<1xi32>> : !quant.packed<linear, tensor<2x4xi8>>
  %y = quant.linear %x, %p : (tensor<1x4x!x>, !quant.packed<linear, tensor<2x4xi8>>) -> tensor<1x2x!x>
  func.return %y : tensor<1x2x!x>
}

// CHECK-LABEL: func.func @depthwise(
// CHECK-NOT:     kernel.channel_sums
// CHECK:         kernel.depthwise {{.*}} zero_points %
func.func @depthwise(%x: tensor<1x64x5x5x!x>) -> tensor<1x64x3x3x!x> {
  %p = quant.packed_constant <dense<1> : tensor<64x1x3x3xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<-128> : tensor<1xi32>> : !quant.packed<conv2d, tensor<64x1x3x3xi8>, groups = 64>
  %y = quant.conv2d %x, %p : (tensor<1x64x5x5x!x>, !quant.packed<conv2d, tensor<64x1x3x3xi8>, groups = 64>) -> tensor<1x64x3x3x!x>
  func.return %y : tensor<1x64x3x3x!x>
}
