// RUN: qfin-opt -p 'assign-layout{target=avx2}' %s | filecheck %s --check-prefix=LAYOUT
// RUN: qfin-opt -p 'assign-layout{target=avx512-vnni},plan-buffers' %s | filecheck %s
// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels' %s \
// RUN:   | filecheck %s --check-prefix=KERNELS

!q = !quant.uniform<u8:f32, 0.5:128>
!p = !quant.packed<conv2d, tensor<16x1x3x3xi8>, padding = [1, 1, 1, 1], groups = 16>
!strided = !quant.packed<conv2d, tensor<16x1x3x3xi8>, stride = [2, 2], padding = [1, 1, 1, 1], groups = 16>
!grouped = !quant.packed<conv2d, tensor<32x1x3x3xi8>, padding = [1, 1, 1, 1], groups = 16>

// LAYOUT-LABEL: @depthwise
// LAYOUT:       layout = #layout.depthwise<lanes = 32, depth = 2, rows = 2, pixels = 2>
// CHECK-LABEL:  @depthwise
// CHECK:        kernel.depthwise {{.*}} layout = #layout.depthwise<lanes = 64, depth = 4, rows = 2, pixels = 4>
// KERNELS-LABEL: @depthwise
// KERNELS:      func.call @depthwise
func.func @depthwise(%x: tensor<1x16x8x8x!q>) -> tensor<1x16x8x8x!q> {
  %p = quant.packed_constant <dense<1> : tensor<16x1x3x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !p
  %y = quant.conv2d %x, %p : (tensor<1x16x8x8x!q>, !p) -> tensor<1x16x8x8x!q>
  func.return %y : tensor<1x16x8x8x!q>
}

// The residual is an operand of the same op.
// CHECK-LABEL: @residual
// CHECK:       kernel.depthwise {{.*}} bias {{.*}} residual {{.*}} residual_scale = 1.000000e+00 : f32, residual_zero_point = 128 : i64
func.func @residual(%x: tensor<1x16x8x8x!q>) -> tensor<1x16x8x8x!q> {
  %p = quant.packed_constant <dense<1> : tensor<16x1x3x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !p
  %y = quant.conv2d %x, %p, %x : (tensor<1x16x8x8x!q>, !p, tensor<1x16x8x8x!q>) -> tensor<1x16x8x8x!q>
  func.return %y : tensor<1x16x8x8x!q>
}

// With a stride, one row at a time.
// CHECK-LABEL: @strided
// CHECK:       kernel.depthwise {{.*}} layout = #layout.depthwise<lanes = 64, depth = 4, rows = 1, pixels = 4>
func.func @strided(%x: tensor<1x16x8x8x!q>) -> tensor<1x16x4x4x!q> {
  %p = quant.packed_constant <dense<1> : tensor<16x1x3x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !strided
  %y = quant.conv2d %x, %p : (tensor<1x16x8x8x!q>, !strided) -> tensor<1x16x4x4x!q>
  func.return %y : tensor<1x16x4x4x!q>
}

// Several output channels of an input channel: not this kernel.
// CHECK-LABEL: @two_outputs_each
// CHECK:       kernel.dense
func.func @two_outputs_each(%x: tensor<1x16x8x8x!q>) -> tensor<1x32x8x8x!q> {
  %p = quant.packed_constant <dense<1> : tensor<32x1x3x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !grouped
  %y = quant.conv2d %x, %p : (tensor<1x16x8x8x!q>, !grouped) -> tensor<1x32x8x8x!q>
  func.return %y : tensor<1x32x8x8x!q>
}
