// RUN: qfin-opt -p assign-layout{target=avx2} --split-input-file %s | filecheck %s

// A convolution between images with channels innermost converts nothing.
!q = !quant.uniform<u8:f32, 5.000000e-01:7>
!x = tensor<1x4x6x6x!q, #layout.nhwc<halo = [1, 1, 1, 1]>>
!y = tensor<1x4x6x6x!q, #layout.nhwc>
!p = !quant.packed<conv2d, tensor<4x4x3x3xi8>, padding = [1, 1, 1, 1]>

func.func @conv(%x: !x) -> !y {
  %p = quant.packed_constant <dense<1> : tensor<4x4x3x3xi8>, scales = dense<1.0> : tensor<1xf32>> : !p
  %y = quant.conv2d %x, %p : (!x, !p) -> !y
  return %y : !y
}

// CHECK: func.func @conv(%x: tensor<1x4x6x6x!quant.uniform<u8:f32, 5.000000e-01:7>, #layout.nhwc<halo = [1, 1, 1, 1]>>)
// CHECK-NOT: layout.to_
// CHECK: quant.conv2d %x
// CHECK-NOT: layout.to_
// CHECK: return

// -----

// A halo that the caller wants is written by the op that makes the value.
!q = !quant.uniform<u8:f32, 5.000000e-01:7>
!r = !quant.uniform<u8:f32, 2.500000e-01:7>
!x = tensor<1x4x6x6x!q, #layout.nhwc>
!y = tensor<1x4x6x6x!r, #layout.nhwc<halo = [0, 2, 0, 2]>>

func.func @halo(%x: !x) -> !y {
  %0 = nn.relu %x : !x
  %1 = quant.dcast %0 : !x to tensor<1x4x6x6xf32>
  %2 = quant.qcast %1 : tensor<1x4x6x6xf32> to !y
  return %2 : !y
}

// CHECK: func.func @halo
// CHECK-NOT: layout.to_
// CHECK: quant.qcast {{.*}}#layout.nhwc<halo = [0, 2, 0, 2]>

// -----

// A relu gives what it takes: what it gives is copied.
!q = !quant.uniform<u8:f32, 5.000000e-01:7>
!x = tensor<1x4x6x6x!q, #layout.nhwc>
!y = tensor<1x4x6x6x!q, #layout.nhwc<halo = [0, 2, 0, 2]>>

func.func @relu(%x: !x) -> !y {
  %0 = nn.relu %x : !x
  %1 = quant.dcast %0 : !x to tensor<1x4x6x6xf32>
  %2 = quant.qcast %1 : tensor<1x4x6x6xf32> to !y
  return %2 : !y
}

// CHECK: func.func @relu
// CHECK: [[Y:%.*]] = nn.relu %x
// CHECK-NEXT: [[Z:%.*]] = layout.to_nchw [[Y]]
// CHECK-NEXT: layout.to_nhwc [[Z]] {{.*}}#layout.nhwc<halo = [0, 2, 0, 2]>

// -----

// What runs on row-major tensors converts at the edges.
!q = !quant.uniform<u8:f32, 5.000000e-01:7>
!x = tensor<1x4x1x1x!q, #layout.nhwc>

func.func @reshape(%x: !x) -> tensor<1x4x!q> {
  %0 = nn.reshape %x : (!x) -> tensor<1x4x!q>
  return %0 : tensor<1x4x!q>
}

// CHECK: func.func @reshape
// CHECK: [[X:%.*]] = layout.to_nchw %x
// CHECK: nn.reshape [[X]]

// -----

// The same tensor, given back with a halo: a copy.
!q = !quant.uniform<u8:f32, 5.000000e-01:7>
!x = tensor<1x4x6x6x!q, #layout.nhwc>
!y = tensor<1x4x6x6x!q, #layout.nhwc<halo = [1, 0, 0, 0]>>

func.func @identity(%x: !x, %y: !y) -> (!y, !x) {
  %0 = layout.to_nchw %x : !x to tensor<1x4x6x6x!q>
  %1 = layout.to_nhwc %0 : tensor<1x4x6x6x!q> to !y
  return %1, %x : !y, !x
}

// CHECK: func.func @identity
// CHECK: [[X:%.*]] = layout.to_nchw %x
// CHECK: layout.to_nhwc [[X]] {{.*}}#layout.nhwc<halo = [1, 0, 0, 0]>
