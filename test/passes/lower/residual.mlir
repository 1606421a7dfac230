// RUN: qfin-opt -p 'assign-layout{target=avx2}' %s | filecheck %s --check-prefix=LAYOUT
// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers' %s | filecheck %s
// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels' %s \
// RUN:   | filecheck %s --check-prefix=KERNELS

!q = !quant.uniform<u8:f32, 0.5:128>
!r = !quant.uniform<i8:f32, 0.25:-3>
!z = !quant.uniform<u8:f32, 0.25>
!p = !quant.packed<conv2d, tensor<4x4x1x1xi8>>
!depthwise = !quant.packed<conv2d, tensor<4x1x1x1xi8>, groups = 4>
!line = !quant.packed<conv1d, tensor<4x4x1xi8>>
!linear = !quant.packed<linear, tensor<4x4xi8>, bias = f32>

// The residual is laid out as the result is.
// LAYOUT-LABEL: @conv2d
// LAYOUT:       %[[R:[a-z0-9_]+]] = layout.to_nhwc %r
// LAYOUT:       quant.conv2d %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %[[R]] : ({{.*}}) -> tensor<1x4x3x3x{{.*}}, #layout.nhwc>
// CHECK-LABEL: @conv2d
// CHECK:       kernel.dense_add {{.*}} residual_scale = 5.000000e-01 : f{{[0-9]+}}, residual_zero_point = 125 : i64
// KERNELS-LABEL: @conv2d
// KERNELS:     func.call @dense
func.func @conv2d(%x: tensor<1x4x3x3x!q>, %r: tensor<1x4x3x3x!r>) -> tensor<1x4x3x3x!q> {
  %p = quant.packed_constant <dense<1> : tensor<4x4x1x1xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !p
  %y = quant.conv2d %x, %p, %r : (tensor<1x4x3x3x!q>, !p, tensor<1x4x3x3x!r>)
    -> tensor<1x4x3x3x!q>
  func.return %y : tensor<1x4x3x3x!q>
}

// LAYOUT-LABEL: @conv1d
// LAYOUT:       %[[I:[a-z0-9_]+]] = nn.reshape %r : {{.*}} -> tensor<1x4x1x3x
// LAYOUT:       %[[R:[a-z0-9_]+]] = layout.to_nhwc %[[I]]
// LAYOUT:       quant.conv2d %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}}, %[[R]]
func.func @conv1d(%x: tensor<1x4x3x!q>, %r: tensor<1x4x3x!r>) -> tensor<1x4x3x!q> {
  %p = quant.packed_constant <dense<1> : tensor<4x4x1xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !line
  %y = quant.conv1d %x, %p, %r : (tensor<1x4x3x!q>, !line, tensor<1x4x3x!r>) -> tensor<1x4x3x!q>
  func.return %y : tensor<1x4x3x!q>
}

// LAYOUT-LABEL: @linear
// LAYOUT:       quant.linear %x, %{{[a-z0-9_]+}}, %r
// CHECK-LABEL:  func.func @linear
// CHECK:        kernel.dense_add
func.func @linear(%x: tensor<2x4x!q>, %r: tensor<2x4x!r>) -> tensor<2x4x!q> {
  %p = quant.packed_constant <dense<1> : tensor<4x4xi8>, scales = dense<0.5> : tensor<1xf32>,
                              bias = dense<1.0> : tensor<4xf32>> : !linear
  %y = quant.linear %x, %p, %r : (tensor<2x4x!q>, !linear, tensor<2x4x!r>) -> tensor<2x4x!q>
  func.return %y : tensor<2x4x!q>
}

// What is added may be the input itself: it is converted once.
// LAYOUT-LABEL: @own_input
// LAYOUT:       %[[X:[a-z0-9_]+]] = quant.sigmoid %{{.*}}, #layout.nhwc>
// LAYOUT:       quant.conv2d %[[X]], %{{[a-z0-9_]+}}, %[[X]] :
// CHECK-LABEL: @own_input
// KERNELS-LABEL: @own_input
func.func @own_input(%x: tensor<1x4x3x3x!q>) -> tensor<1x4x3x3x!q> {
  %p = quant.packed_constant <dense<1> : tensor<4x4x1x1xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !p
  %a = quant.conv2d %x, %p : (tensor<1x4x3x3x!q>, !p) -> tensor<1x4x3x3x!q>
  %b = quant.sigmoid %a : (tensor<1x4x3x3x!q>) -> tensor<1x4x3x3x!q>
  %y = quant.conv2d %b, %p, %b : (tensor<1x4x3x3x!q>, !p, tensor<1x4x3x3x!q>)
    -> tensor<1x4x3x3x!q>
  func.return %y : tensor<1x4x3x3x!q>
}

// A residual of zero point 0 is a residual.
// CHECK-LABEL: @depthwise_from_zero
// CHECK:       kernel.depthwise {{.*}} residual_zero_point = 0 : i64
// KERNELS-LABEL: @depthwise_from_zero
// KERNELS:     func.call @depthwise{{.*}} : (!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64)
func.func @depthwise_from_zero(%x: tensor<1x4x3x3x!q>, %r: tensor<1x4x3x3x!z>) -> tensor<1x4x3x3x!q> {
  %p = quant.packed_constant <dense<1> : tensor<4x1x1x1xi8>, scales = dense<0.5> : tensor<1xf32>>
    : !depthwise
  %y = quant.conv2d %x, %p, %r : (tensor<1x4x3x3x!q>, !depthwise, tensor<1x4x3x3x!z>)
    -> tensor<1x4x3x3x!q>
  func.return %y : tensor<1x4x3x3x!q>
}
