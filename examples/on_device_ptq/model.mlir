// linear 16 -> 32, relu, linear 32 -> 4, on weights that the device has and nobody else.
// A dense value for each global would do as well: these have none until @load_weights is called.

ml_program.global private mutable @fc1.weight : tensor<32x16xf32>
ml_program.global private mutable @fc1.bias : tensor<32xf32>
ml_program.global private mutable @fc2.weight : tensor<4x32xf32>

// What the observers have seen: fc1's extremes by channel, fc2's of the whole weight.
ml_program.global private mutable @fc1.least(dense<0.0> : tensor<32xf32>) : tensor<32xf32>
ml_program.global private mutable @fc1.greatest(dense<0.0> : tensor<32xf32>) : tensor<32xf32>
ml_program.global private mutable @fc2.range(dense<0.0> : tensor<2xf32>) : tensor<2xf32>

func.func @load_weights(%w1: tensor<32x16xf32>, %b1: tensor<32xf32>, %w2: tensor<4x32xf32>) {
  ml_program.global_store @fc1.weight = %w1 : tensor<32x16xf32>
  ml_program.global_store @fc1.bias = %b1 : tensor<32xf32>
  ml_program.global_store @fc2.weight = %w2 : tensor<4x32xf32>
  func.return
}

func.func @reset_observers_forward() {
  %channels = arith.constant dense<0.0> : tensor<32xf32>
  %range = arith.constant dense<0.0> : tensor<2xf32>
  ml_program.global_store @fc1.least = %channels : tensor<32xf32>
  ml_program.global_store @fc1.greatest = %channels : tensor<32xf32>
  ml_program.global_store @fc2.range = %range : tensor<2xf32>
  func.return
}

func.func @observe_forward() {
  %w1 = ml_program.global_load @fc1.weight : tensor<32x16xf32>
  %least = nn.amin %w1 {dim = array<i64: 1>} : (tensor<32x16xf32>) -> tensor<32xf32>
  %greatest = nn.amax %w1 {dim = array<i64: 1>} : (tensor<32x16xf32>) -> tensor<32xf32>
  ml_program.global_store @fc1.least = %least : tensor<32xf32>
  ml_program.global_store @fc1.greatest = %greatest : tensor<32xf32>
  %w2 = ml_program.global_load @fc2.weight : tensor<4x32xf32>
  %0 = nn.amin %w2 : (tensor<4x32xf32>) -> tensor<f32>
  %1 = nn.amax %w2 : (tensor<4x32xf32>) -> tensor<f32>
  %range = nn.stack %0, %1 {dim = 0} : (tensor<f32>, tensor<f32>) -> tensor<2xf32>
  ml_program.global_store @fc2.range = %range : tensor<2xf32>
  func.return
}

// An observer's answer; `finalize-on-device-ptq` inlines the call.
func.func private @fc1.calculate_qparams() -> (tensor<32xf32>, tensor<32xi32>) {
  %least = ml_program.global_load @fc1.least : tensor<32xf32>
  %greatest = ml_program.global_load @fc1.greatest : tensor<32xf32>
  %range = nn.stack %least, %greatest {dim = 1}
    : (tensor<32xf32>, tensor<32xf32>) -> tensor<32x2xf32>
  %s, %z = quant.choose_qparams %range {symmetric, axis = 0, storage = i8, quant_min = -127}
    : (tensor<32x2xf32>) -> (tensor<32xf32>, tensor<32xi32>)
  func.return %s, %z : tensor<32xf32>, tensor<32xi32>
}

// The float network, on weights that go through int8. `finalize-on-device-ptq` makes two of it.
func.func @quantize_forward(%x: tensor<8x16xf32>) -> tensor<8x4xf32> {
  %w1 = ml_program.global_load @fc1.weight : tensor<32x16xf32>
  %b1 = ml_program.global_load @fc1.bias : tensor<32xf32>
  %s1, %z1 = func.call @fc1.calculate_qparams() : () -> (tensor<32xf32>, tensor<32xi32>)
  %q1 = quant.quantize %w1, %s1, %z1 {axis = 0}
    : (tensor<32x16xf32>, tensor<32xf32>, tensor<32xi32>) -> tensor<32x16xi8>
  %d1 = quant.dequantize %q1, %s1, %z1 {axis = 0}
    : (tensor<32x16xi8>, tensor<32xf32>, tensor<32xi32>) -> tensor<32x16xf32>
  %y1 = nn.linear %x, %d1, %b1
    : (tensor<8x16xf32>, tensor<32x16xf32>, tensor<32xf32>) -> tensor<8x32xf32>
  %r1 = nn.relu %y1 : tensor<8x32xf32>

  %w2 = ml_program.global_load @fc2.weight : tensor<4x32xf32>
  %range = ml_program.global_load @fc2.range : tensor<2xf32>
  %s2, %z2 = quant.choose_qparams %range {symmetric, storage = i8, quant_min = -127}
    : (tensor<2xf32>) -> (tensor<f32>, tensor<i32>)
  %q2 = quant.quantize %w2, %s2, %z2
    : (tensor<4x32xf32>, tensor<f32>, tensor<i32>) -> tensor<4x32xi8>
  %d2 = quant.dequantize %q2, %s2, %z2
    : (tensor<4x32xi8>, tensor<f32>, tensor<i32>) -> tensor<4x32xf32>
  %y2 = nn.linear %r1, %d2 : (tensor<8x32xf32>, tensor<4x32xf32>) -> tensor<8x4xf32>
  func.return %y2 : tensor<8x4xf32>
}
