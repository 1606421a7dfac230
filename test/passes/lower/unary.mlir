// RUN: qfin-opt %s -p 'assign-layout{target=avx2}' | filecheck %s --check-prefix=LAYOUT
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers' | filecheck %s
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels' \
// RUN:   | filecheck %s --check-prefix=CALLS

!x = !quant.uniform<u8:f32, 1.0:0>
!s = !quant.uniform<i8:f32, 1.0:0>
!y = !quant.uniform<u8:f32, 1.0:3>

// The constants are the table: here min(x, 2) + 3 for 0, 1, 2 ..., then 5 up to 255, then slack.
// CHECK: kernel.program {entry = @table, {{.*}}, arena = 0 : i64, constants = dense<"0x030405050505{{((05){250}(00){64})}}"> : tensor<320xi8>}
// CHECK-NEXT:  func.func @table(%x: memref<5x3xi8>, %out0: memref<5x3xi8>, %arena: memref<?xi8>, %constants: memref<?xi8>) {
// CHECK-NEXT:    %0 = kernel.view %x
// CHECK-NEXT:    %1 = kernel.view %constants {slack = 64 : i64} : memref<?xi8> -> memref<256xi8, strided<[1]>>
// CHECK-NEXT:    %2 = kernel.view %out0
// CHECK-NEXT:    kernel.lut %0, %1, %2
// CHECK-NEXT:    func.return
// CALLS-LABEL: func.func @table(
// CALLS:         func.call @lut_0(%x, %constants, %out0, %{{.*}}, %{{.*}})
func.func @table(%x: tensor<5x3x!x>) -> tensor<5x3x!y> {
  %0 = quant.clamp %x {max = 2.0 : f64} : (tensor<5x3x!x>) -> tensor<5x3x!y>
  func.return %0 : tensor<5x3x!y>
}

// In the order of what lies in memory: a caller's 0 is first, and -128 behind 127.
// CHECK: kernel.program {entry = @signed, {{.*}}, arena = 0 : i64, constants = dense<"0x03040506{{.*}}8182{{((00){126})}}0102{{((00){64})}}"> : tensor<320xi8>}
// CHECK:         kernel.lut %{{.*}} : memref<5x3xsi8, {{.*}}, memref<5x3xi8,
func.func @signed(%x: tensor<5x3x!s>) -> tensor<5x3x!y> {
  %0 = quant.clamp %x {min = -1000.0 : f64} : (tensor<5x3x!s>) -> tensor<5x3x!y>
  func.return %0 : tensor<5x3x!y>
}

// Inside of a program -128 is first; the entries are those of the signed result.
// CHECK: kernel.program {entry = @signed_inside, {{.*}} constants = dense<"0x{{((00){129})}}01020304{{.*}}7E7F{{((00){64})}}"> : tensor<320xi8>}
// CHECK:         kernel.lut %{{.*}} : memref<5x3xi8, {{.*}}, memref<5x3xsi8,
func.func @signed_inside(%x: tensor<5x3xf32>) -> tensor<5x3x!s> {
  %0 = quant.qcast %x : tensor<5x3xf32> to tensor<5x3x!s>
  %1 = quant.clamp %0 {min = 0.0 : f64} : (tensor<5x3x!s>) -> tensor<5x3x!s>
  func.return %1 : tensor<5x3x!s>
}

// Any layout: that of the operand.
// LAYOUT-LABEL: func.func @between_pools
// LAYOUT-NEXT:    %0 = layout.to_nhwc %x
// LAYOUT-NEXT:    %1 = nn.max_pool2d %0
// LAYOUT-NEXT:    %2 = quant.elu %1 {alpha = 5.000000e-01 : f64} : (tensor<1x8x7x7x{{.*}}, #layout.nhwc>) -> tensor<1x8x7x7x{{.*}}, #layout.nhwc>
// LAYOUT-NEXT:    %3 = nn.max_pool2d %2
// LAYOUT-NEXT:    %4 = layout.to_nchw %3
func.func @between_pools(%x: tensor<1x8x8x8x!x>) -> tensor<1x8x6x6x!y> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x8x8x8x!x>) -> tensor<1x8x7x7x!x>
  %1 = quant.elu %0 {alpha = 0.5 : f64} : (tensor<1x8x7x7x!x>) -> tensor<1x8x7x7x!y>
  %2 = nn.max_pool2d %1 {kernel = array<i64: 2, 2>} : (tensor<1x8x7x7x!y>) -> tensor<1x8x6x6x!y>
  func.return %2 : tensor<1x8x6x6x!y>
}

// LAYOUT-LABEL: func.func @row_major
// LAYOUT-NEXT:    %0 = quant.silu %x : (tensor<1x8x8x8x{{[^#]*}}) -> tensor<1x8x8x8x{{[^#]*$}}
func.func @row_major(%x: tensor<1x8x8x8x!x>) -> tensor<1x8x8x8x!y> {
  %0 = quant.silu %x : (tensor<1x8x8x8x!x>) -> tensor<1x8x8x8x!y>
  func.return %0 : tensor<1x8x8x8x!y>
}
