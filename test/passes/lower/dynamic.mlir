// RUN: qfin-opt %s -p 'assign-layout{target=avx2}' | filecheck %s --check-prefix=LAYOUT
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers' | filecheck %s
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels' \
// RUN:   | filecheck %s --check-prefix=CALLS

!linear = !quant.packed<linear, tensor<3x4xi8>, bias = f32>
!conv = !quant.packed<conv2d, tensor<8x2x3x3xi8>, padding = [1, 1, 1, 1]>

// Parameters of the input, its bytes, start values and multipliers, the sums.
// CHECK-LABEL: func.func @linear_dynamic
// CHECK:         kernel.choose_qparams {{.*}} {qmin = 0 : i64, qmax = 127 : i64} : memref<8xf32, strided<[1]>>, memref<f32, strided<[]>>, memref<i32, strided<[]>>
// CHECK:         kernel.quantize_dynamic {{.*}} {qmin = 0 : i64, qmax = 255 : i64} : memref<2x4xf32, strided<[4, 1]>>, memref<2x4xf32, strided<[0, 0]>>, memref<2x4xi32, strided<[0, 0]>>, memref<2x4xi8, strided<[4, 1]>>
// CHECK:         kernel.plain_binary {{.*}} {function = "mul"} : memref<1x8xi32, strided<[8, 1]>>, memref<1x8xi32, strided<[0, 0]>>, memref<1x8xi32, strided<[8, 1]>>
// CHECK:         kernel.plain_binary {{.*}} {function = "mul"} : memref<1x8xf32, strided<[8, 1]>>, memref<1x8xf32, strided<[0, 0]>>, memref<1x8xf32, strided<[8, 1]>>
// CHECK:         kernel.dense_float {{.*}} {lanes = 8 : i64, min = 0.000000e+00 : f32}
// CALLS-LABEL: func.func @linear_dynamic
// CALLS:         func.call @choose_qparams_
// CALLS:         func.call @quantize_dynamic_
// CALLS:         func.call @plain_binary_
// CALLS:         func.call @plain_binary_
// CALLS:         func.call @dense_
func.func @linear_dynamic(%x: tensor<2x4xf32>) -> tensor<2x3xf32> {
  %p = quant.packed_constant <dense<1> : tensor<3x4xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<1.0> : tensor<3xf32>> : !linear
  %y = quant.linear_dynamic %x, %p {reduce_range, activation = #quant<activation relu>} : (tensor<2x4xf32>, !linear) -> tensor<2x3xf32>
  func.return %y : tensor<2x3xf32>
}

// Quantizing moves the channels innermost, after the halo has become the zero point.
// LAYOUT-LABEL: func.func @conv2d_dynamic
// LAYOUT-NOT:     layout.to_nhwc
// LAYOUT:         quant.conv2d_dynamic %x, {{.*}} -> tensor<1x8x4x4xf32, #layout.nhwc>
// LAYOUT-NEXT:    nn.relu {{.*}} : tensor<1x8x4x4xf32, #layout.nhwc>
// LAYOUT-NEXT:    layout.to_nchw
// CHECK-LABEL: func.func @conv2d_dynamic
// CHECK:         kernel.quantize_dynamic {{.*}} memref<1x2x6x6xf32, strided<[0, 0, 0, 0]>>, {{.*}} memref<1x2x6x6xi8, strided<[72, 1, 12, 2]>>
// CHECK:         kernel.quantize_dynamic {{.*}} memref<1x2x4x4xf32, strided<[32, 16, 4, 1]>>, {{.*}} memref<1x2x4x4xi8, strided<[32, 16, 4, 1]>>
// CHECK:         kernel.copy {{.*}} memref<1x2x4x4xi8, strided<[32, 16, 4, 1]>>, memref<1x2x4x4xi8, strided<[72, 1, 12, 2]>>
// CHECK:         kernel.dense_float {{.*}} {kernel = array<i64: 3, 3>, lanes = 8 : i64} : memref<1x2x6x6xi8, {{.*}} memref<1x8x4x4xf32, strided<[128, 1, 32, 8]>>
// CHECK:         kernel.float_clamp {{.*}} {min = 0.000000e+00 : f32}
func.func @conv2d_dynamic(%x: tensor<1x2x4x4xf32>) -> tensor<1x8x4x4xf32> {
  %p = quant.packed_constant <dense<1> : tensor<8x2x3x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !conv
  %0 = quant.conv2d_dynamic %x, %p : (tensor<1x2x4x4xf32>, !conv) -> tensor<1x8x4x4xf32>
  %y = nn.relu %0 : tensor<1x8x4x4xf32>
  func.return %y : tensor<1x8x4x4xf32>
}

// Whole blocks, then the last channels; whole steps, then the last inputs.
// LAYOUT-LABEL: func.func @packed_at_run_time
// LAYOUT:         quant.prepack_dynamic {{.*}} -> !quant.packed<linear, tensor<11x6xi8>, layout = #layout.blocked<lanes = 16, depth = 4>>
// CHECK-LABEL: func.func @packed_at_run_time
// CHECK:         kernel.fill {{.*}} {value = 0 : i64} : memref<128xi8, strided<[1]>>
// CHECK-COUNT-2: kernel.copy
// CHECK:         kernel.column_sums {{.*}} {lanes = 16 : i64} : memref<128xi8, strided<[1]>>, memref<1x16xi32, strided<[16, 1]>>
// CHECK:         kernel.copy {{.*}} : memref<1x11xf32, strided<[0, 0]>>, memref<1x11xf32, strided<[16, 1]>>
// CHECK:         kernel.dense_float
func.func @packed_at_run_time(%x: tensor<2x6xf32>, %w: tensor<11x6xi8>, %s: tensor<f32>) -> tensor<2x11xf32> {
  %p = quant.prepack_dynamic %w, %s : (tensor<11x6xi8>, tensor<f32>) -> !quant.packed<linear, tensor<11x6xi8>>
  %y = quant.linear_dynamic %x, %p : (tensor<2x6xf32>, !quant.packed<linear, tensor<11x6xi8>>) -> tensor<2x11xf32>
  func.return %y : tensor<2x11xf32>
}

// Between convolutions f32 stays with the channels innermost.
// LAYOUT-LABEL: func.func @between_convolutions
// LAYOUT-NOT:     layout.to_
// LAYOUT:         quant.conv2d_dynamic
// LAYOUT-NEXT:    nn.add {{.*}} -> tensor<1x2x4x4xf32, #layout.nhwc>
// LAYOUT-NEXT:    quant.conv2d_dynamic
// LAYOUT-NEXT:    layout.to_nchw
func.func @between_convolutions(%x: tensor<1x2x4x4xf32>, %b: tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32> {
  %p = quant.packed_constant <dense<1> : tensor<2x2x1x1xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<conv2d, tensor<2x2x1x1xi8>>
  %0 = quant.conv2d_dynamic %x, %p : (tensor<1x2x4x4xf32>, !quant.packed<conv2d, tensor<2x2x1x1xi8>>) -> tensor<1x2x4x4xf32>
  %1 = nn.add %0, %b : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %2 = quant.conv2d_dynamic %1, %p : (tensor<1x2x4x4xf32>, !quant.packed<conv2d, tensor<2x2x1x1xi8>>) -> tensor<1x2x4x4xf32>
  func.return %2 : tensor<1x2x4x4xf32>
}

// Lines are images of height 1, and so are the weights, packed here or in another function.
// LAYOUT:       ml_program.global private mutable @line : !quant.packed<conv2d, tensor<8x2x1x3xi8>, stride = [1, 2], layout = #layout.blocked<lanes = 8, depth = 4>>
// LAYOUT-LABEL: func.func @pack_line
// LAYOUT:         %[[W:.*]] = nn.reshape %w : (tensor<8x2x3xi8>) -> tensor<8x2x1x3xi8>
// LAYOUT:         quant.prepack_dynamic %[[W]], %s : {{.*}} -> !quant.packed<conv2d, tensor<8x2x1x3xi8>
// LAYOUT-LABEL: func.func @line_dynamic
// LAYOUT:         %p = ml_program.global_load @line : !quant.packed<conv2d, tensor<8x2x1x3xi8>
// LAYOUT:         quant.conv2d_dynamic {{.*}}, %p
!line = !quant.packed<conv1d, tensor<8x2x3xi8>, stride = [2]>
ml_program.global private mutable @line : !line
func.func @pack_line(%w: tensor<8x2x3xi8>, %s: tensor<f32>) {
  %p = quant.prepack_dynamic %w, %s : (tensor<8x2x3xi8>, tensor<f32>) -> !line
  ml_program.global_store @line = %p : !line
  func.return
}
func.func @line_dynamic(%x: tensor<1x2x5xf32>) -> tensor<1x8x2xf32> {
  %p = ml_program.global_load @line : !line
  %y = quant.conv1d_dynamic %x, %p : (tensor<1x2x5xf32>, !line) -> tensor<1x8x2xf32>
  func.return %y : tensor<1x8x2xf32>
}
