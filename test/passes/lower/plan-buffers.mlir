// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers' | filecheck %s

!q = !quant.uniform<u8:f32, 0.5:3>
!s = !quant.uniform<i8<-100:100>:f32, 0.5:-5>
!linear = !quant.packed<linear, tensor<2x4xi8>>
!one = !quant.packed<conv2d, tensor<4x4x1x1xi8>>
!top = !quant.packed<conv2d, tensor<4x4x2x3xi8>, padding = [1, 0, 2, 0]>
!bottom = !quant.packed<conv2d, tensor<4x4x2x4xi8>, padding = [0, 1, 0, 3], stride = [2, 1], dilation = [1, 2]>

// What is only returned is computed in the caller's memory; a buffer elsewhere is not needed.
// CHECK: kernel.program {entry = @in_the_callers_memory, signature = (tensor<5x3xf32>) -> tensor<5x3x!quant.uniform<u8:f32, 5.000000e-01:3>>, input_names = ["x"], output_names = ["out0"], target = "avx2", arena = 0 : i64, constants = dense<> : tensor<0xi8>}
// CHECK-NEXT:  func.func @in_the_callers_memory(%x: memref<5x3xf32>, %out0: memref<5x3xi8>, %arena: memref<?xi8>, %constants: memref<?xi8>) {
// CHECK-NEXT:    %0 = kernel.view %x : memref<5x3xf32> -> memref<5x3xf32, strided<[3, 1]>>
// CHECK-NEXT:    %1 = kernel.view %out0
// CHECK-NEXT:    kernel.quantize %0, %1 {scale = 5.000000e-01 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
// CHECK-NEXT:    func.return
func.func @in_the_callers_memory(%x: tensor<5x3xf32>) -> tensor<5x3x!q> {
  %0 = quant.qcast %x : tensor<5x3xf32> to tensor<5x3x!q>
  func.return %0 : tensor<5x3x!q>
}

// Activations are unsigned bytes: i8 values are kept with 128 added, and copied at the boundary by
// ops that cannot do that as they read and write.
// CHECK: kernel.program {entry = @signed, {{.*}}, arena = 256 : i64,
// CHECK-NEXT:  func.func @signed
// CHECK-NEXT:    %0 = kernel.view %x
// CHECK-NEXT:    %1 = kernel.view %arena
// CHECK-NEXT:    kernel.copy %0, %1 : memref<7xsi8, strided<[1]>>, memref<7xi8, strided<[1]>>
// CHECK-NEXT:    %2 = kernel.view %arena {offset = 128 : i64
// CHECK-NEXT:    kernel.clamp %1, %2 {qmin = 123 : i64, qmax = 228 : i64}
// CHECK-NEXT:    %3 = kernel.view %out0
// CHECK-NEXT:    kernel.copy %2, %3 : memref<7xi8, strided<[1]>>, memref<7xsi8, strided<[1]>>
// CHECK-NEXT:    func.return
func.func @signed(%x: tensor<7x!s>) -> tensor<7x!s> {
  %0 = nn.relu %x : tensor<7x!s>
  func.return %0 : tensor<7x!s>
}

// CHECK-LABEL: func.func @signed_inside
// CHECK:         kernel.quantize %0, %1 {scale = 5.000000e-01 : f32, zero_point = 123 : i64, qmin = 28 : i64, qmax = 228 : i64}
// CHECK-NOT:     kernel.copy
// CHECK:         kernel.dequantize %1, %2 {scale = 5.000000e-01 : f32, zero_point = 123 : i64}
// CHECK-NEXT:    func.return
func.func @signed_inside(%x: tensor<7xf32>) -> tensor<7xf32> {
  %0 = quant.qcast %x : tensor<7xf32> to tensor<7x!s>
  %1 = quant.dcast %0 : tensor<7x!s> to tensor<7xf32>
  func.return %1 : tensor<7xf32>
}

// A reshape is another name, also of the caller's memory.
// CHECK: kernel.program {entry = @reshapes, {{.*}}, arena = 0 : i64,
// CHECK-NEXT:  func.func @reshapes
// CHECK-NEXT:    %0 = kernel.view %x : memref<2x6xi8> -> memref<3x4xi8, strided<[4, 1]>>
// CHECK-NEXT:    %1 = kernel.view %out0 : memref<1x12xi8> -> memref<3x4xi8, strided<[4, 1]>>
// CHECK-NEXT:    kernel.clamp %0, %1
// CHECK-NEXT:    func.return
func.func @reshapes(%x: tensor<2x6x!q>) -> tensor<1x12x!q> {
  %0 = nn.reshape %x : (tensor<2x6x!q>) -> tensor<3x4x!q>
  %1 = nn.relu %0 : tensor<3x4x!q>
  %2 = nn.flatten %1 : (tensor<3x4x!q>) -> tensor<12x!q>
  %3 = nn.reshape %2 : (tensor<12x!q>) -> tensor<1x12x!q>
  func.return %3 : tensor<1x12x!q>
}

// Two buffers that are not needed at the same time share memory.
// CHECK: kernel.program {entry = @lifetimes, {{.*}}, arena = 384 : i64,
// CHECK-NEXT:  func.func @lifetimes
// CHECK-NEXT:    %0 = kernel.view %x
// CHECK-NEXT:    %1 = kernel.view %arena {slack = 64 : i64}
// CHECK-NEXT:    kernel.clamp %0, %1
// CHECK-NEXT:    %2 = kernel.view %arena {offset = 192 : i64, slack = 64 : i64}
// CHECK-NEXT:    kernel.clamp %1, %2
// CHECK-NEXT:    kernel.clamp %2, %1
// CHECK-NEXT:    %3 = kernel.view %out0
// CHECK-NEXT:    kernel.clamp %1, %3
// CHECK-NEXT:    func.return
func.func @lifetimes(%x: tensor<100x!q>) -> tensor<100x!q> {
  %0 = nn.relu %x : tensor<100x!q>
  %1 = nn.relu %0 : tensor<100x!q>
  %2 = nn.relu %1 : tensor<100x!q>
  %3 = nn.relu %2 : tensor<100x!q>
  func.return %3 : tensor<100x!q>
}

// The halo is as wide as the widest padding of its readers, and holds the zero point. Each reader
// starts at the first pixel of its own padding.
// CHECK-LABEL: func.func @halo
// CHECK:         %[[#buffer:]] = kernel.view %arena {offset = 240 : i64, halo = array<i64: 1, 1, 2, 3>, slack = 64 : i64} : memref<?xi8> -> memref<1x4x5x5xi8, strided<[280, 1, 40, 4]>>
// CHECK-NEXT:    kernel.fill_halo %[[#buffer]] {halo = array<i64: 1, 1, 2, 3>, value = 123 : i64}
// CHECK:         kernel.dense {{.*}}, %[[#buffer]] {lanes = 8
// CHECK:         %[[#top:]] = kernel.view %arena {offset = 192 : i64, slack = 64 : i64} : memref<?xi8> -> memref<1x4x6x7xi8, strided<[280, 1, 40, 4]>>
// CHECK:         kernel.dense %[[#top]], {{.*}} {kernel = array<i64: 2, 3>, lanes = 8
// CHECK:         %[[#bottom:]] = kernel.view %arena {offset = 240 : i64, slack = 64 : i64} : memref<?xi8> -> memref<1x4x6x8xi8, strided<[280, 1, 40, 4]>>
// CHECK:         kernel.dense %[[#bottom]], {{.*}} {kernel = array<i64: 2, 4>, stride = array<i64: 2, 1>, dilation = array<i64: 1, 2>, lanes = 8
func.func @halo(%x: tensor<1x4x5x5x!s>) -> (tensor<1x4x5x5x!s>, tensor<1x4x3x2x!s>) {
  %p = quant.packed_constant <dense<1> : tensor<4x4x1x1xi8>, scales = dense<1.0> : tensor<1xf32>> : !one
  %t = quant.packed_constant <dense<1> : tensor<4x4x2x3xi8>, scales = dense<1.0> : tensor<1xf32>> : !top
  %b = quant.packed_constant <dense<1> : tensor<4x4x2x4xi8>, scales = dense<1.0> : tensor<1xf32>> : !bottom
  %0 = quant.conv2d %x, %p : (tensor<1x4x5x5x!s>, !one) -> tensor<1x4x5x5x!s>
  %1 = quant.conv2d %0, %t : (tensor<1x4x5x5x!s>, !top) -> tensor<1x4x5x5x!s>
  %2 = quant.conv2d %0, %b : (tensor<1x4x5x5x!s>, !bottom) -> tensor<1x4x3x2x!s>
  func.return %1, %2 : tensor<1x4x5x5x!s>, tensor<1x4x3x2x!s>
}

// Equal constants are stored once.
// CHECK-LABEL: func.func @constants
// CHECK-NEXT:    %0 = kernel.view %x : memref<3x4xi8> -> memref<1x4x1x3xi8, strided<[12, 1, 12, 4]>>
// CHECK-NEXT:    %1 = kernel.view %constants {slack = 64 : i64} : memref<?xi8> -> memref<32xi8, strided<[1]>>
// CHECK-NEXT:    %2 = kernel.view %constants {offset = 128 : i64, slack = 64 : i64} : memref<?xi8> -> memref<1x8xi32, strided<[8, 1]>>
// CHECK-NEXT:    %3 = kernel.view %constants {offset = 256 : i64, slack = 64 : i64} : memref<?xi8> -> memref<1x8xf32, strided<[8, 1]>>
// CHECK-NEXT:    %4 = kernel.view %out0 : memref<3x2xi8> -> memref<1x2x1x3xi8, strided<[6, 1, 6, 2]>>
// CHECK-NEXT:    kernel.dense %0, %1, %2, %3, %4 {lanes = 8 : i64, zero_point = 3 : i64, qmin = 3 : i64, qmax = 255 : i64, bounded}
// CHECK-NEXT:    %5 = kernel.view %y
// CHECK-NEXT:    %6 = kernel.view %out1 : memref<1x2xi8> -> memref<1x2x1x1xsi8
// CHECK-NEXT:    kernel.dense %5, %1, %2, %3, %6 {lanes = 8 : i64, zero_point = 123 : i64, qmin = 123 : i64, qmax = 228 : i64, bounded}
func.func @constants(%x: tensor<3x4x!q>, %y: tensor<1x4x!q>) -> (tensor<3x2x!q>, tensor<1x2x!s>) {
  %p = quant.packed_constant <dense<1> : tensor<2x4xi8>, scales = dense<1.0> : tensor<1xf32>> : !linear
  %0 = quant.linear %x, %p {activation = #quant<activation relu>} : (tensor<3x4x!q>, !linear) -> tensor<3x2x!q>
  %1 = quant.linear %y, %p {activation = #quant<activation relu>} : (tensor<1x4x!q>, !linear) -> tensor<1x2x!s>
  func.return %0, %1 : tensor<3x2x!q>, tensor<1x2x!s>
}

// Where a scaled sum can leave int32, the kernel is told nothing of a bound.
// CHECK-LABEL: func.func @unbounded
// CHECK:         kernel.dense {{.*}} qmax = 255 : i64} :
func.func @unbounded(%x: tensor<3x4x!q>) -> tensor<3x2x!q> {
  %p = quant.packed_constant <dense<1> : tensor<2x4xi8>, scales = dense<1.0e8> : tensor<1xf32>> : !linear
  %0 = quant.linear %x, %p : (tensor<3x4x!q>, !linear) -> tensor<3x2x!q>
  func.return %0 : tensor<3x2x!q>
}

// Kernels read 4 bytes at once: rows of 3 of the caller's memory, which may end there, are copied.
// CHECK-LABEL: func.func @slack
// CHECK-NEXT:    %0 = kernel.view %x
// CHECK-NEXT:    %1 = kernel.view %arena {slack = 64 : i64} : memref<?xi8> -> memref<1x3xi8, strided<[3, 1]>>
// CHECK-NEXT:    kernel.copy %0, %1
// CHECK-NEXT:    %2 = kernel.view %arena {slack = 64 : i64} : memref<?xi8> -> memref<1x3x1x1xi8, strided<[3, 1, 3, 3]>>
// CHECK:         kernel.dense %2,
func.func @slack(%x: tensor<1x3x!q>) -> tensor<1x2x!q> {
  %p = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<1.0> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  %0 = quant.linear %x, %p : (tensor<1x3x!q>, !quant.packed<linear, tensor<2x3xi8>>) -> tensor<1x2x!q>
  func.return %0 : tensor<1x2x!q>
}

// Geometry of poolings becomes tables of windows.
// CHECK-LABEL: func.func @pools
// CHECK:         %2 = kernel.view %constants {slack = 64 : i64} : memref<?xi8> -> memref<2x2xi32, strided<[2, 1]>>
// CHECK-NEXT:    %3 = kernel.view %constants {offset = 128 : i64, slack = 64 : i64} : memref<?xi8> -> memref<3x2xi32, strided<[2, 1]>>
// CHECK:         kernel.max_pool %1, %2, %3, %4 {step = array<i64: 2, 1>, regular = array<i64: 0, 3, 0, 1, 2>}
// CHECK:         kernel.avg_pool %4, %{{.*}}, %{{.*}}, %7, %8 {input_zero_point = 3 : i64, zero_point = 123 : i64, qmin = 28 : i64, qmax = 228 : i64, regular = array<i64: 0, 1, 0, 0, 3>} : {{.*}}, memref<1x1xf32, strided<[1, 1]>>, memref<1x4x1x1xi8, strided<[4, 1, 4, 4]>>
func.func @pools(%x: tensor<1x4x4x4x!q>) -> tensor<1x4x1x1x!s> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>, dilation = array<i64: 2, 1>} : (tensor<1x4x4x4x!q>) -> tensor<1x4x2x3x!q>
  %1 = quant.adaptive_avg_pool2d %0 : (tensor<1x4x2x3x!q>) -> tensor<1x4x1x1x!s>
  func.return %1 : tensor<1x4x1x1x!s>
}

// Functions that nothing compiled can call are dropped.
// CHECK-NOT: @helper
// CHECK-NOT: @elsewhere
func.func private @helper(%x: tensor<?xf16>) {
  func.return
}
func.func private @elsewhere()
