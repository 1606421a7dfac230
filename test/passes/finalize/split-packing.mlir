// RUN: qfin-opt -p split-packing %s | filecheck %s

!p = !quant.packed<linear, tensor<4x3xi8>>

ml_program.global private mutable @fc.weight(dense<1.0> : tensor<4x3xf32>) : tensor<4x3xf32>
ml_program.global private mutable @fc.scale(dense<1.0> : tensor<f32>) : tensor<f32>
ml_program.global private mutable @fc.calls(dense<0.0> : tensor<f32>) : tensor<f32>
ml_program.global private mutable @packed : !p

// What packing needs: the store of the packed weight, and those of all that it is computed from,
// the scale and the weight that is given up behind. Nothing is returned.
// CHECK-LABEL: func.func @quantize_forward(%x: tensor<2x3xf32> {nn.name = "image"}) {
// CHECK-NEXT:    %w = ml_program.global_load @fc.weight
// CHECK-NEXT:    %t, %z = quant.choose_qparams %w
// CHECK-NEXT:    ml_program.global_store @fc.scale = %t
// CHECK-NEXT:    %s = ml_program.global_load @fc.scale
// CHECK-NEXT:    %q = quant.quantize %w, %s, %z
// CHECK-NEXT:    %p = quant.prepack_dynamic %q, %s
// CHECK-NEXT:    ml_program.global_store @packed = %p
// CHECK-NEXT:    %zeros = arith.constant
// CHECK-NEXT:    ml_program.global_store @fc.weight = %zeros
// CHECK-NEXT:    func.return
// CHECK-NEXT:  }

// All else: another variable of the same owner stays.
// CHECK-NEXT:  func.func @quantized_forward(%x: tensor<2x3xf32> {nn.name = "image"}) -> (tensor<2x4xf32> {nn.name = "logits"}) {
// CHECK-NEXT:    %l = ml_program.global_load @packed
// CHECK-NEXT:    %y = quant.linear_dynamic %x, %l
// CHECK-NEXT:    %c = ml_program.global_load @fc.calls
// CHECK-NEXT:    %one = arith.constant
// CHECK-NEXT:    %d = nn.add %c, %one
// CHECK-NEXT:    ml_program.global_store @fc.calls = %d
// CHECK-NEXT:    func.return %y
// CHECK-NEXT:  }
func.func @quantize_forward(%x: tensor<2x3xf32> {nn.name = "image"})
    -> (tensor<2x4xf32> {nn.name = "logits"}) {
  %w = ml_program.global_load @fc.weight : tensor<4x3xf32>
  %t, %z = quant.choose_qparams %w {symmetric, storage = i8}
    : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  ml_program.global_store @fc.scale = %t : tensor<f32>
  %s = ml_program.global_load @fc.scale : tensor<f32>
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %p = quant.prepack_dynamic %q, %s : (tensor<4x3xi8>, tensor<f32>) -> !p
  ml_program.global_store @packed = %p : !p
  %l = ml_program.global_load @packed : !p
  %zeros = arith.constant dense<0.0> : tensor<4x3xf32>
  ml_program.global_store @fc.weight = %zeros : tensor<4x3xf32>
  %y = quant.linear_dynamic %x, %l : (tensor<2x3xf32>, !p) -> tensor<2x4xf32>
  %c = ml_program.global_load @fc.calls : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %d = nn.add %c, %one : (tensor<f32>, tensor<f32>) -> tensor<f32>
  ml_program.global_store @fc.calls = %d : tensor<f32>
  func.return %y : tensor<2x4xf32>
}
