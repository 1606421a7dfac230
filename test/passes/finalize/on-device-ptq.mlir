// RUN: qfin-opt -p finalize-on-device-ptq %s | filecheck %s
// RUN: qfin-opt -p 'finalize-on-device-ptq{method-name=forward quant-type=dynamic}' %s | filecheck %s
// RUN: qfin-opt -p 'finalize-on-device-ptq{method-name=quantize_forward}' %s | filecheck %s
// RUN: qfin-opt -p 'finalize-on-device-ptq,finalize-on-device-ptq{method-name=loop}' %s \
// RUN:   | filecheck %s --check-prefix=LOOP

ml_program.global private mutable @fc1.weight(dense<1.0> : tensor<4x3xf32>) : tensor<4x3xf32>
ml_program.global private @fc1.bias(dense<2.0> : tensor<4xf32>) : tensor<4xf32>
ml_program.global private mutable @fc1.least(dense<0.0> : tensor<4xf32>) : tensor<4xf32>
ml_program.global private mutable @fc1.greatest(dense<0.0> : tensor<4xf32>) : tensor<4xf32>
ml_program.global private mutable @fc1.calls(dense<0.0> : tensor<f32>) : tensor<f32>
ml_program.global private mutable @fc2.weight(dense<3.0> : tensor<4x4xf32>) : tensor<4x4xf32>

// Observers stay as they are.
// CHECK-LABEL: func.func @reset_observers_forward() {
// CHECK:         ml_program.global_store @fc1.greatest
// CHECK-LABEL: func.func @observe_forward(
// CHECK:         nn.linear
func.func @reset_observers_forward() {
  %0 = arith.constant dense<0.0> : tensor<4xf32>
  ml_program.global_store @fc1.least = %0 : tensor<4xf32>
  ml_program.global_store @fc1.greatest = %0 : tensor<4xf32>
  func.return
}
func.func @observe_forward(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = ml_program.global_load @fc1.weight : tensor<4x3xf32>
  %least = nn.amin %w {dim = array<i64: 1>} : (tensor<4x3xf32>) -> tensor<4xf32>
  %greatest = nn.amax %w {dim = array<i64: 1>} : (tensor<4x3xf32>) -> tensor<4xf32>
  ml_program.global_store @fc1.least = %least : tensor<4xf32>
  ml_program.global_store @fc1.greatest = %greatest : tensor<4xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}
// CHECK-LABEL: func.func private @fc1.calculate_qparams() ->
func.func private @fc1.calculate_qparams() -> (tensor<4xf32>, tensor<4xi32>) {
  %least = ml_program.global_load @fc1.least : tensor<4xf32>
  %greatest = ml_program.global_load @fc1.greatest : tensor<4xf32>
  %range = nn.stack %least, %greatest {dim = 1} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4x2xf32>
  %s, %z = quant.choose_qparams %range {symmetric, axis = 0, storage = i8}
    : (tensor<4x2xf32>) -> (tensor<4xf32>, tensor<4xi32>)
  func.return %s, %z : tensor<4xf32>, tensor<4xi32>
}

// CHECK:      ml_program.global private mutable @_quantize_forward_ondevice_ptq_packed_weight_0 : !quant.packed<linear, tensor<4x3xi8>, bias = f32>
// CHECK-NEXT: ml_program.global private mutable @_quantize_forward_ondevice_ptq_packed_weight_1 : !quant.packed<linear, tensor<4x4xi8>>
// CHECK-NOT:  ml_program.global

// CHECK-LABEL: func.func @quantize_forward(%x: tensor<2x3xf32>) {
// CHECK-NEXT:    %w = ml_program.global_load @fc1.weight
// CHECK-NEXT:    %least = ml_program.global_load @fc1.least
// CHECK-NEXT:    %greatest = ml_program.global_load @fc1.greatest
// CHECK-NEXT:    %range = nn.stack %least, %greatest
// CHECK-NEXT:    %[[S:.*]], %[[Z:.*]] = quant.choose_qparams %range
// CHECK-NEXT:    %wq = quant.quantize %w, %[[S]], %[[Z]]
// CHECK-NEXT:    %b = ml_program.global_load_const @fc1.bias
// CHECK-NEXT:    %[[P:.*]] = quant.prepack_dynamic %wq, %[[S]], %b :
// CHECK-NEXT:    ml_program.global_store @_quantize_forward_ondevice_ptq_packed_weight_0 = %[[P]]
// CHECK-NEXT:    %w2 = ml_program.global_load @fc2.weight
// CHECK-NEXT:    %s2, %z2 = quant.choose_qparams %w2
// CHECK-NEXT:    %wq2 = quant.quantize %w2, %s2, %z2
// CHECK-NEXT:    %[[P2:.*]] = quant.prepack_dynamic %wq2, %s2 :
// CHECK-NEXT:    ml_program.global_store @_quantize_forward_ondevice_ptq_packed_weight_1 = %[[P2]]
// CHECK-NEXT:    func.return
// CHECK-NEXT:  }

// One weight of two layers is packed once. Another variable of the same owner stays.
// CHECK-NEXT:  func.func @quantized_forward(%x: tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
// CHECK-NEXT:    %[[L:.*]] = ml_program.global_load @_quantize_forward_ondevice_ptq_packed_weight_0
// CHECK-NEXT:    %r = quant.linear_dynamic %x, %[[L]] {activation = #quant<activation relu>, reduce_range}
// CHECK-NEXT:    %c = ml_program.global_load @fc1.calls
// CHECK-NEXT:    %one = arith.constant
// CHECK-NEXT:    %d = nn.add %c, %one
// CHECK-NEXT:    ml_program.global_store @fc1.calls = %d
// CHECK-NEXT:    %[[L2:.*]] = ml_program.global_load @_quantize_forward_ondevice_ptq_packed_weight_1
// CHECK-NEXT:    %y2 = quant.linear_dynamic %r, %[[L2]] {reduce_range}
// CHECK-NEXT:    %y3 = quant.linear_dynamic %y2, %[[L2]] {reduce_range}
// CHECK-NEXT:    func.return %y2, %y3
// CHECK-NEXT:  }
func.func @quantize_forward(%x: tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>) {
  %w = ml_program.global_load @fc1.weight : tensor<4x3xf32>
  %s, %z = func.call @fc1.calculate_qparams() : () -> (tensor<4xf32>, tensor<4xi32>)
  %wq = quant.quantize %w, %s, %z {axis = 0}
    : (tensor<4x3xf32>, tensor<4xf32>, tensor<4xi32>) -> tensor<4x3xi8>
  %wd = quant.dequantize %wq, %s, %z {axis = 0}
    : (tensor<4x3xi8>, tensor<4xf32>, tensor<4xi32>) -> tensor<4x3xf32>
  %b = ml_program.global_load_const @fc1.bias : tensor<4xf32>
  %y = nn.linear %x, %wd, %b
    : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %r = nn.relu %y : tensor<2x4xf32>
  %c = ml_program.global_load @fc1.calls : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %d = nn.add %c, %one : (tensor<f32>, tensor<f32>) -> tensor<f32>
  ml_program.global_store @fc1.calls = %d : tensor<f32>
  %w2 = ml_program.global_load @fc2.weight : tensor<4x4xf32>
  %s2, %z2 = quant.choose_qparams %w2 {symmetric, storage = i8}
    : (tensor<4x4xf32>) -> (tensor<f32>, tensor<i32>)
  %wq2 = quant.quantize %w2, %s2, %z2 : (tensor<4x4xf32>, tensor<f32>, tensor<i32>) -> tensor<4x4xi8>
  %wd2 = quant.dequantize %wq2, %s2, %z2
    : (tensor<4x4xi8>, tensor<f32>, tensor<i32>) -> tensor<4x4xf32>
  %y2 = nn.linear %r, %wd2 : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  %y3 = nn.linear %y2, %wd2 : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
  func.return %y2, %y3 : tensor<2x4xf32>, tensor<2x4xf32>
}

// A loop whose trips are counted in constants is unrolled; what is not of the method is as it was.
// CHECK-LABEL: func.func @quantize_loop(
// CHECK:         scf.for

// LOOP:       ml_program.global private mutable @_quantize_loop_ondevice_ptq_packed_weight_0 :
// LOOP-NOT:   ml_program.global
// LOOP-LABEL: func.func @quantize_loop(
// LOOP-NOT:     scf.for
// LOOP:         ml_program.global_store @_quantize_loop_ondevice_ptq_packed_weight_0
// LOOP-NEXT:    func.return
// LOOP-LABEL: func.func @quantized_loop(
// LOOP-NEXT:    %[[L:.*]] = ml_program.global_load
// LOOP-NEXT:    %[[A:.*]] = quant.linear_dynamic %x, %[[L]]
// LOOP-NEXT:    %[[B:.*]] = quant.linear_dynamic %[[A]], %[[L]]
// LOOP-NEXT:    %[[C:.*]] = quant.linear_dynamic %[[B]], %[[L]]
// LOOP-NEXT:    func.return %[[C]]
func.func @quantize_loop(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %2 = arith.constant 2 : index
  %3 = arith.addi %1, %2 : index
  %y = scf.for %i = %0 to %3 step %1 iter_args(%v = %x) -> (tensor<2x4xf32>) {
    %w = ml_program.global_load @fc2.weight : tensor<4x4xf32>
    %s, %z = quant.choose_qparams %w {symmetric, storage = i8}
      : (tensor<4x4xf32>) -> (tensor<f32>, tensor<i32>)
    %q = quant.quantize %w, %s, %z : (tensor<4x4xf32>, tensor<f32>, tensor<i32>) -> tensor<4x4xi8>
    %d = quant.dequantize %q, %s, %z
      : (tensor<4x4xi8>, tensor<f32>, tensor<i32>) -> tensor<4x4xf32>
    %r = nn.linear %v, %d : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
    scf.yield %r : tensor<2x4xf32>
  }
  func.return %y : tensor<2x4xf32>
}
