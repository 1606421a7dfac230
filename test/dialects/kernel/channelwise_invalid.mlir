// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: memref<2x3xi8>, %p: memref<3xf32>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "batch_norm", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': batch_norm has 2 parameters, got 1

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<3xf32>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "elu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': function must be one of batch_norm, prelu, got "elu"

// -----

func.func @f(%x: memref<3xi8>, %p: memref<3xf32>, %y: memref<3xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<3xi8>, memref<3xf32>, memref<3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': input must be [N, C, ...], got [3]

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<2xf32>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<2xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': parameter has shape [2], expected [3]

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<3xf32, strided<[2]>>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xf32, strided<[2]>>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': parameters must be dense, got

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<3xi8>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xi8>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': parameter must hold f32, got

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<3xf32>, %y: memref<3x2xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xf32>, memref<3x2xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': output has shape [3, 2], expected [2, 3]

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<3xf32>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.0 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': scale must be positive and finite, got 0.0

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<3xf32>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 256 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 0 : i64, qmax = 255 : i64}
    : memref<2x3xi8>, memref<3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': input_zero_point must be an unsigned byte, got 256

// -----

func.func @f(%x: memref<2x3xi8>, %p: memref<3xf32>, %y: memref<2x3xi8>) {
  kernel.channelwise %x, %p, %y {function = "prelu", input_scale = 0.5 : f32, input_zero_point = 128 : i64, scale = 0.25 : f32, zero_point = 3 : i64, qmin = 9 : i64, qmax = 8 : i64}
    : memref<2x3xi8>, memref<3xf32>, memref<2x3xi8>
  func.return
}
// CHECK: error: 'kernel.channelwise': qmin 9 is greater than qmax 8
