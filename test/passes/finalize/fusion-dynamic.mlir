// RUN: qfin-opt -p 'insert-prepack-unpack,quant-fusion{quant-type=dynamic}' %s | filecheck %s

!w = !quant.uniform<i8:f32, 0.25>
!w4 = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.5, 0.125, 1.0}>

// CHECK-LABEL: @linear_dynamic(
// CHECK:         %[[P:.*]] = quant.prepack %wq, %b :
// CHECK:         %[[Y:.*]] = quant.linear_dynamic %x, %[[P]] {reduce_range} : (tensor<2x3xf32>, !quant.packed<linear, tensor<4x3xi8>, bias = f32>) -> tensor<2x4xf32>
// CHECK-NEXT:    func.return %[[Y]]
func.func @linear_dynamic(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w4>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w4> to tensor<4x3xf32>
  %y = nn.linear %d, %w, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// The whole range, and a relu.
// CHECK-LABEL: @linear_dynamic_relu(
// CHECK:         %[[Y:.*]] = quant.linear_dynamic %x, %{{.*}} {activation = #quant<activation relu>} :
// CHECK-NEXT:    func.return %[[Y]]
func.func @linear_dynamic_relu(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %r = nn.relu %y : tensor<2x4xf32>
  func.return %r : tensor<2x4xf32>
}

// A result with another use keeps its relu; two linears share the quantize of their input.
// CHECK-LABEL: @linear_dynamic_shared(
// CHECK:         %[[Y:.*]] = quant.linear_dynamic %x, %{{.*}} {reduce_range} :
// CHECK-NEXT:    %[[R:.*]] = nn.relu %[[Y]]
// CHECK:         %[[Z:.*]] = quant.linear_dynamic %x, %{{.*}} {reduce_range} :
// CHECK-NEXT:    func.return %[[Y]], %[[R]], %[[Z]]
func.func @linear_dynamic_shared(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>, %vq: tensor<4x3x!w>)
    -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %r = nn.relu %y : tensor<2x4xf32>
  %v = quant.dcast %vq : tensor<4x3x!w> to tensor<4x3xf32>
  %t = nn.linear %d, %v : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y, %r, %t : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}

// The weight is quantized at run time, too.
// CHECK-LABEL: @linear_dynamic_run_time_weight(
// CHECK:         %ws, %wz = quant.choose_qparams %w {symmetric, storage = i8, axis = 0 : i64}
// CHECK:         %[[P:.*]] = quant.prepack_dynamic %wq, %ws, %b : (tensor<4x3xi8>, tensor<4xf32>, tensor<4xf32>) -> !quant.packed<linear, tensor<4x3xi8>, bias = f32>
// CHECK:         %[[Y:.*]] = quant.linear_dynamic %x, %[[P]] {reduce_range} :
// CHECK-NEXT:    func.return %[[Y]]
func.func @linear_dynamic_run_time_weight(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %ws, %wz = quant.choose_qparams %w {symmetric, storage = i8, axis = 0 : i64} : (tensor<4x3xf32>) -> (tensor<4xf32>, tensor<4xi32>)
  %wq = quant.quantize %w, %ws, %wz {axis = 0 : i64} : (tensor<4x3xf32>, tensor<4xf32>, tensor<4xi32>) -> tensor<4x3xi8>
  %wd = quant.dequantize %wq, %ws, %wz {axis = 0 : i64} : (tensor<4x3xi8>, tensor<4xf32>, tensor<4xi32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %wd, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// CHECK-LABEL: @linear_dynamic_fp16(
// CHECK:         %h = nn.saturate_to_fp16 %w
// CHECK:         %[[P:.*]] = quant.prepack %h, %b : (tensor<4x3xf16>, tensor<4xf32>) -> !quant.packed<linear_fp16, tensor<4x3xf16>, bias = f32>
// CHECK:         %[[Y:.*]] = quant.linear_dynamic_fp16 %x, %[[P]] {activation = #quant<activation relu>} :
// CHECK-NEXT:    func.return %[[Y]]
func.func @linear_dynamic_fp16(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  %h = nn.saturate_to_fp16 %w : tensor<4x3xf32> to tensor<4x3xf16>
  %f = nn.to %h : tensor<4x3xf16> to tensor<4x3xf32>
  %y = nn.linear %x, %f, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %r = nn.relu %y : tensor<2x4xf32>
  func.return %r : tensor<2x4xf32>
}

// CHECK-LABEL: @conv1d_dynamic(
// CHECK:         %[[Y:.*]] = quant.conv1d_dynamic %x, %{{.*}} {activation = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>, reduce_range} : (tensor<1x2x5xf32>, !quant.packed<conv1d, tensor<4x2x3xi8>, padding = [1, 1]>) -> tensor<1x4x5xf32>
// CHECK-NEXT:    func.return %[[Y]]
func.func @conv1d_dynamic(%x: tensor<1x2x5xf32>, %wq: tensor<4x2x3x!w4>) -> tensor<1x4x5xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<1x2x5xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<1x2x5xf32>, tensor<f32>, tensor<i32>) -> tensor<1x2x5xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<1x2x5xui8>, tensor<f32>, tensor<i32>) -> tensor<1x2x5xf32>
  %w = quant.dcast %wq : tensor<4x2x3x!w4> to tensor<4x2x3xf32>
  %y = nn.conv1d %d, %w {padding = array<i64: 1, 1>} : (tensor<1x2x5xf32>, tensor<4x2x3xf32>) -> tensor<1x4x5xf32>
  %r = nn.clamp %y {min = 0.0 : f64, max = 6.0 : f64} : tensor<1x4x5xf32>
  func.return %r : tensor<1x4x5xf32>
}

// CHECK-LABEL: @conv2d_dynamic(
// CHECK:         %[[Y:.*]] = quant.conv2d_dynamic %x, %{{.*}} {reduce_range} : (tensor<1x2x5x5xf32>, !quant.packed<conv2d, tensor<4x1x3x3xi8>, stride = [2, 2], groups = 2>) -> tensor<1x4x2x2xf32>
// CHECK-NEXT:    func.return %[[Y]]
func.func @conv2d_dynamic(%x: tensor<1x2x5x5xf32>, %wq: tensor<4x1x3x3x!w4>) -> tensor<1x4x2x2xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<1x2x5x5xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<1x2x5x5xf32>, tensor<f32>, tensor<i32>) -> tensor<1x2x5x5xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<1x2x5x5xui8>, tensor<f32>, tensor<i32>) -> tensor<1x2x5x5xf32>
  %w = quant.dcast %wq : tensor<4x1x3x3x!w4> to tensor<4x1x3x3xf32>
  %y = nn.conv2d %d, %w {stride = array<i64: 2, 2>, groups = 2 : i64} : (tensor<1x2x5x5xf32>, tensor<4x1x3x3xf32>) -> tensor<1x4x2x2xf32>
  func.return %y : tensor<1x4x2x2xf32>
}

// CHECK-LABEL: @conv3d_dynamic(
// CHECK:         %[[Y:.*]] = quant.conv3d_dynamic %x, %{{.*}} {activation = #quant<activation relu>, reduce_range} : (tensor<1x2x5x5x5xf32>, !quant.packed<conv3d, tensor<4x1x3x3x3xi8>, groups = 2>) -> tensor<1x4x3x3x3xf32>
// CHECK-NEXT:    func.return %[[Y]]
func.func @conv3d_dynamic(%x: tensor<1x2x5x5x5xf32>, %wq: tensor<4x1x3x3x3x!w4>) -> tensor<1x4x3x3x3xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<1x2x5x5x5xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<1x2x5x5x5xf32>, tensor<f32>, tensor<i32>) -> tensor<1x2x5x5x5xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<1x2x5x5x5xui8>, tensor<f32>, tensor<i32>) -> tensor<1x2x5x5x5xf32>
  %w = quant.dcast %wq : tensor<4x1x3x3x3x!w4> to tensor<4x1x3x3x3xf32>
  %y = nn.conv3d %d, %w {groups = 2 : i64} : (tensor<1x2x5x5x5xf32>, tensor<4x1x3x3x3xf32>) -> tensor<1x4x3x3x3xf32>
  %r = nn.relu %y : tensor<1x4x3x3x3xf32>
  func.return %r : tensor<1x4x3x3x3xf32>
}
