// Inputs that nobody quantized: only when asked for.
//
// RUN: qfin-opt -p 'insert-prepack-unpack,quant-fusion{quant-type=dynamic on-device=true}' %s \
// RUN:   | filecheck %s
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic}' --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=OFFLINE

!w = !quant.uniform<i8:f32, 0.25>

// OFFLINE:      remark: nn.linear not fused: input is not quantized at run time (on-device does it for linear)
// OFFLINE-NEXT: remark: nn.linear not fused: input is not quantized at run time (on-device does it for linear)

// CHECK-LABEL: @linear_dynamic_on_device(
// CHECK:         %[[P:.*]] = quant.prepack %wq
// CHECK:         %[[Y:.*]] = quant.linear_dynamic %x, %[[P]] {activation = #quant<activation relu>, reduce_range} :
// CHECK-NEXT:    func.return %[[Y]]
func.func @linear_dynamic_on_device(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %r = nn.relu %y : tensor<2x4xf32>
  func.return %r : tensor<2x4xf32>
}

// CHECK-LABEL: @linear_dynamic_on_device_run_time_weight(
// CHECK:         %[[P:.*]] = quant.prepack_dynamic %wq, %s :
// CHECK:         %[[Y:.*]] = quant.linear_dynamic %x, %[[P]] {reduce_range} :
// CHECK-NEXT:    func.return %[[Y]]
func.func @linear_dynamic_on_device_run_time_weight(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %wq = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %wd = quant.dequantize %wq, %s, %z : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %x, %wd : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// An input that is quantized already is not quantized again.
// CHECK-LABEL: @static_input(
// CHECK-NOT:     quant.linear_dynamic
// CHECK:         nn.linear
func.func @static_input(%x: tensor<2x3x!w>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %d = quant.dcast %x : tensor<2x3x!w> to tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}
