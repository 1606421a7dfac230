// RUN: qfin-opt -p 'assign-layout{target=avx2}' %s | filecheck %s
// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers' %s | filecheck %s --check-prefix=BUFFERS

!x = !quant.uniform<u8:f32, 0.5:128>
!line = tensor<1x4x8x!x, #layout.nhwc<halo = [1, 1]>>

// A line with channels innermost is an image of height 1 in the same memory, halo and all.
// CHECK-LABEL: func.func @line(
// CHECK-NEXT:    %{{.*}} = quant.packed_constant
// CHECK-NEXT:    %[[X:.*]] = nn.reshape %x : (tensor<1x4x8x{{.*}}, #layout.nhwc<halo = [1, 1]>>) -> tensor<1x4x1x8x{{.*}}, #layout.nhwc>
// CHECK-NEXT:    %[[Y:.*]] = quant.conv2d %[[X]]
// CHECK-NEXT:    %[[Z:.*]] = nn.reshape %[[Y]] : (tensor<1x4x1x8x{{.*}}, #layout.nhwc>) -> tensor<1x4x8x{{.*}}, #layout.nhwc>
// CHECK-NEXT:    func.return %[[Z]]
// BUFFERS-LABEL: func.func @line(
// BUFFERS-NOT:     kernel.copy
// BUFFERS:         kernel.dense
// BUFFERS-NOT:     kernel.copy
// BUFFERS:         func.return
func.func @line(%x: !line) -> tensor<1x4x8x!x, #layout.nhwc> {
  %p = quant.packed_constant <dense<1> : tensor<4x4x3xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !quant.packed<conv1d, tensor<4x4x3xi8>, padding = [1, 1]>
  %y = quant.conv1d %x, %p
    : (!line, !quant.packed<conv1d, tensor<4x4x3xi8>, padding = [1, 1]>)
    -> tensor<1x4x8x!x, #layout.nhwc>
  return %y : tensor<1x4x8x!x, #layout.nhwc>
}

// One without the halo that the convolution reads is copied, once.
// BUFFERS-LABEL: func.func @no_halo(
// BUFFERS:         kernel.fill_halo
// BUFFERS-NEXT:    kernel.copy
// BUFFERS-NOT:     kernel.copy
// BUFFERS:         func.return
func.func @no_halo(%x: tensor<1x4x8x!x, #layout.nhwc>) -> tensor<1x4x8x!x, #layout.nhwc> {
  %p = quant.packed_constant <dense<1> : tensor<4x4x3xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !quant.packed<conv1d, tensor<4x4x3xi8>, padding = [1, 1]>
  %y = quant.conv1d %x, %p
    : (tensor<1x4x8x!x, #layout.nhwc>, !quant.packed<conv1d, tensor<4x4x3xi8>, padding = [1, 1]>)
    -> tensor<1x4x8x!x, #layout.nhwc>
  return %y : tensor<1x4x8x!x, #layout.nhwc>
}

// What is dequantized and quantized again to the same steps is as it was.
// CHECK-LABEL: func.func @requantized(
// CHECK-NEXT:    %[[Y:.*]] = nn.max_pool2d %x
// CHECK-NEXT:    func.return %[[Y]]
func.func @requantized(%x: tensor<1x4x4x4x!x, #layout.nhwc>)
    -> tensor<1x4x2x2x!x, #layout.nhwc> {
  %y = nn.max_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
    : (tensor<1x4x4x4x!x, #layout.nhwc>) -> tensor<1x4x2x2x!x>
  %f = quant.dcast %y : tensor<1x4x2x2x!x> to tensor<1x4x2x2xf32>
  %q = quant.qcast %f : tensor<1x4x2x2xf32> to tensor<1x4x2x2x!x, #layout.nhwc>
  return %q : tensor<1x4x2x2x!x, #layout.nhwc>
}
