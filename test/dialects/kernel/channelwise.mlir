// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @main
func.func @main(%x: memref<1x3x4x4xi8>, %p: memref<3xf32>, %y: memref<1x3x4x4xi8, strided<[48, 1, 12, 3]>>) {
  // CHECK: kernel.channelwise %x, %p, %p, %y {function = "batch_norm", input_scale = 5.000000e-01 : f32, input_zero_point = 128 : i64, scale = 2.500000e-01 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64} : memref<1x3x4x4xi8>, memref<3xf32>, memref<3xf32>, memref<1x3x4x4xi8, strided<[48, 1, 12, 3]>>
  kernel.channelwise %x, %p, %p, %y {function = "batch_norm", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<1x3x4x4xi8>, memref<3xf32>, memref<3xf32>, memref<1x3x4x4xi8, strided<[48, 1, 12, 3]>>
  // CHECK: kernel.channelwise %x, %p, %y {function = "prelu"
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<1x3x4x4xi8>, memref<3xf32>, memref<1x3x4x4xi8, strided<[48, 1, 12, 3]>>
  func.return
}
