// RUN: QFIN_ROUNDTRIP

!one = memref<2x8xf32, strided<[0, 0]>>
!zero = memref<2x8xi32, strided<[0, 0]>>

// CHECK-LABEL: @parameters
func.func @parameters(%x: memref<2x8xf32>, %s: memref<f32>, %z: memref<i32>, %ss: memref<2xf32>, %zs: memref<2xi32>) {
  // CHECK: kernel.choose_qparams %x, %s, %z {qmin = 0 : i64, qmax = 255 : i64} : memref<2x8xf32>, memref<f32>, memref<i32>
  kernel.choose_qparams %x, %s, %z {qmin = 0 : i64, qmax = 255 : i64} : memref<2x8xf32>, memref<f32>, memref<i32>
  // CHECK: kernel.choose_qparams %x, %ss, %zs {qmin = -128 : i64, qmax = 127 : i64, symmetric} : memref<2x8xf32>, memref<2xf32>, memref<2xi32>
  kernel.choose_qparams %x, %ss, %zs {qmin = -128 : i64, qmax = 127 : i64, symmetric} : memref<2x8xf32>, memref<2xf32>, memref<2xi32>
  func.return
}

// CHECK-LABEL: @casts
func.func @casts(%x: memref<2x8xf32>, %s: !one, %z: !zero, %q: memref<2x8xi8>) {
  // CHECK: kernel.quantize_dynamic %x, %s, %z, %q {qmin = 0 : i64, qmax = 255 : i64} : memref<2x8xf32>, memref<2x8xf32, strided<[0, 0]>>, memref<2x8xi32, strided<[0, 0]>>, memref<2x8xi8>
  kernel.quantize_dynamic %x, %s, %z, %q {qmin = 0 : i64, qmax = 255 : i64} : memref<2x8xf32>, !one, !zero, memref<2x8xi8>
  // CHECK: kernel.dequantize_dynamic %q, %s, %z, %x {signed} : memref<2x8xi8>, memref<2x8xf32, strided<[0, 0]>>, memref<2x8xi32, strided<[0, 0]>>, memref<2x8xf32>
  kernel.dequantize_dynamic %q, %s, %z, %x {signed} : memref<2x8xi8>, !one, !zero, memref<2x8xf32>
  func.return
}

// CHECK-LABEL: @sums
func.func @sums(%x: memref<1x5x1x3xi8>, %w: memref<128xi8>, %i: memref<1x16xi32>, %m: memref<1x16xf32>, %y: memref<1x9x1x3xf32>) {
  // CHECK: kernel.column_sums %w, %i {lanes = 16 : i64} : memref<128xi8>, memref<1x16xi32>
  kernel.column_sums %w, %i {lanes = 16 : i64} : memref<128xi8>, memref<1x16xi32>
  // CHECK: kernel.dense_float %x, %w, %i, %m, %m, %y {lanes = 16 : i64, min = 0.000000e+00 : f32} : memref<1x5x1x3xi8>, memref<128xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x16xf32>, memref<1x9x1x3xf32>
  kernel.dense_float %x, %w, %i, %m, %m, %y {lanes = 16 : i64, min = 0.0 : f32} : memref<1x5x1x3xi8>, memref<128xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x16xf32>, memref<1x9x1x3xf32>
  // CHECK: kernel.dense_float %x, %w, %i, %m, %y {lanes = 16 : i64}
  kernel.dense_float %x, %w, %i, %m, %y {lanes = 16 : i64} : memref<1x5x1x3xi8>, memref<128xi8>, memref<1x16xi32>, memref<1x16xf32>, memref<1x9x1x3xf32>
  func.return
}

// CHECK-LABEL: @plain
func.func @plain(%x: memref<2x8xf32>, %s: !one, %i: memref<3xi32>) {
  // CHECK: kernel.plain_binary %x, %s, %x {function = "mul"} : memref<2x8xf32>, memref<2x8xf32, strided<[0, 0]>>, memref<2x8xf32>
  kernel.plain_binary %x, %s, %x {function = "mul"} : memref<2x8xf32>, !one, memref<2x8xf32>
  // CHECK: kernel.plain_binary %i, %i, %i {function = "add"} : memref<3xi32>, memref<3xi32>, memref<3xi32>
  kernel.plain_binary %i, %i, %i {function = "add"} : memref<3xi32>, memref<3xi32>, memref<3xi32>
  // CHECK: kernel.float_clamp %x, %x {max = 6.000000e+00 : f32} : memref<2x8xf32>, memref<2x8xf32>
  kernel.float_clamp %x, %x {max = 6.0 : f32} : memref<2x8xf32>, memref<2x8xf32>
  func.return
}

// CHECK-LABEL: @linear_fp16
func.func @linear_fp16(%x: memref<2x3xf32>, %w: memref<192xi8>, %b: memref<32xf32>, %y: memref<2x5xf32>) {
  // CHECK: kernel.linear_fp16 %x, %w, %b, %y {min = 0.000000e+00 : f32} : memref<2x3xf32>, memref<192xi8>, memref<32xf32>, memref<2x5xf32>
  kernel.linear_fp16 %x, %w, %b, %y {min = 0.0 : f32} : memref<2x3xf32>, memref<192xi8>, memref<32xf32>, memref<2x5xf32>
  // CHECK: kernel.linear_fp16 %x, %w, %y : memref<2x3xf32>, memref<192xi8>, memref<2x5xf32>
  kernel.linear_fp16 %x, %w, %y : memref<2x3xf32>, memref<192xi8>, memref<2x5xf32>
  func.return
}
