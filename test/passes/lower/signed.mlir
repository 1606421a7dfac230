// RUN: qfin-opt -p 'assign-layout{target=avx-vnni},plan-buffers' %s | filecheck %s
// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers' %s | filecheck %s --check-prefix=COPIES
// RUN: qfin-opt -p 'assign-layout{target=amx-int8},plan-buffers' %s | filecheck %s --check-prefix=COPIES
// RUN: qfin-opt -p 'assign-layout{target=avx-vnni},plan-buffers,lower-to-kernels' %s | filecheck %s --check-prefix=KERNELS

!s = !quant.uniform<i8:f32, 0.5:-5>
!i = tensor<1x4x4x4x!s, #layout.nhwc<halo = [1, 1, 1, 1]>>
!o = tensor<1x4x4x4x!s, #layout.nhwc<halo = [1, 0, 0, 0]>>
!linear = !quant.packed<linear, tensor<4x4xi8>>
!conv = !quant.packed<conv2d, tensor<4x4x3x3xi8>, padding = [1, 1, 1, 1]>

// The caller's signed bytes are read and written where they are; zero points and clamps are those
// of unsigned bytes.
// CHECK-LABEL: func.func @linear
// CHECK-NEXT:    %[[#input:]] = kernel.view %x : memref<2x4xi8> -> memref<1x4x1x2xsi8,
// CHECK-NOT:     kernel.copy
// CHECK:         %[[#output:]] = kernel.view %out0 : memref<2x4xi8> -> memref<1x4x1x2xsi8,
// CHECK:         kernel.dense %[[#input]], {{.*}}, %[[#output]] {lanes = 8 : i64, zero_point = 123 : i64, qmin = 0 : i64, qmax = 255 : i64, bounded} : memref<1x4x1x2xsi8
// CHECK-NEXT:    func.return
// Where bytes are widened, and for matrices, arguments are copied.
// COPIES-LABEL: func.func @linear
// COPIES:      kernel.copy {{.*}} : memref<2x4xsi8, {{.*}}>, memref<2x4xi8,
// COPIES:      kernel.dense {{.*}} : memref<1x4x1x2xi8, {{.*}}, memref<1x4x1x2xsi8,
// COPIES-NEXT: func.return
// KERNELS-LABEL: func.func @linear
// KERNELS-NOT:   @copy
// KERNELS:       func.call @dense
func.func @linear(%x: tensor<2x4x!s>) -> tensor<2x4x!s> {
  %p = quant.packed_constant <dense<1> : tensor<4x4xi8>, scales = dense<1.0> : tensor<1xf32>> : !linear
  %0 = quant.linear %x, %p : (tensor<2x4x!s>, !linear) -> tensor<2x4x!s>
  func.return %0 : tensor<2x4x!s>
}

// A halo is the caller's, too; that of a result is filled with the zero point.
// CHECK-LABEL: func.func @conv
// CHECK-NEXT:    %[[#output:]] = kernel.view %out0 {{.*}} -> memref<1x4x4x4xsi8,
// CHECK-NEXT:    kernel.fill_halo %[[#output]] {halo = array<i64: 1, 0, 0, 0>, value = 123 : i64}
// CHECK-NEXT:    %[[#input:]] = kernel.view %x {{.*}} : memref<{{.*}}xi8> -> memref<1x4x6x6xsi8,
// CHECK:         kernel.dense %[[#input]], {{.*}}, %[[#output]] {kernel = array<i64: 3, 3>
// CHECK-NEXT:    func.return
func.func @conv(%x: !i) -> !o {
  %p = quant.packed_constant <dense<1> : tensor<4x4x3x3xi8>, scales = dense<1.0> : tensor<1xf32>> : !conv
  %0 = quant.conv2d %x, %p : (!i, !conv) -> !o
  func.return %0 : !o
}

// One copy for all that cannot read signed bytes; before it is there, others read the argument.
// CHECK-LABEL: func.func @several_readers
// CHECK-NEXT:    %[[#input:]] = kernel.view %x
// CHECK:         kernel.dense %[[#input]]
// CHECK:         kernel.copy {{.*}}, %[[#copy:]] : memref<2x4xsi8,
// CHECK:         kernel.clamp %[[#copy]]
// CHECK-NOT:     kernel.copy
// CHECK:         kernel.softmax %[[#copy]]
// CHECK:         func.return
func.func @several_readers(%x: tensor<2x4x!s>) -> (tensor<2x4x!s>, tensor<2x4x!s>, tensor<2x4x!s>) {
  %p = quant.packed_constant <dense<1> : tensor<4x4xi8>, scales = dense<1.0> : tensor<1xf32>> : !linear
  %0 = quant.linear %x, %p : (tensor<2x4x!s>, !linear) -> tensor<2x4x!s>
  %1 = nn.relu %x : tensor<2x4x!s>
  %2 = quant.softmax %x {dim = 1 : i64} : (tensor<2x4x!s>) -> tensor<2x4x!s>
  func.return %0, %1, %2 : tensor<2x4x!s>, tensor<2x4x!s>, tensor<2x4x!s>
}

// Integers of the same bits are the argument itself.
// CHECK-LABEL: func.func @integers
// CHECK-NOT:     kernel.copy
// CHECK:         kernel.dense {{.*}} : memref<1x4x1x2xsi8
// CHECK-NEXT:    func.return
func.func @integers(%x: tensor<2x4xi8>) -> tensor<2x4x!s> {
  %p = quant.packed_constant <dense<1> : tensor<4x4xi8>, scales = dense<1.0> : tensor<1xf32>> : !linear
  %0 = quant.scast %x : tensor<2x4xi8> to tensor<2x4x!s>
  %1 = quant.linear %0, %p : (tensor<2x4x!s>, !linear) -> tensor<2x4x!s>
  func.return %1 : tensor<2x4x!s>
}
