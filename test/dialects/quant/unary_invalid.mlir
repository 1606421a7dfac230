// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2xf32>) {
  %y = quant.silu %x : (tensor<2xf32>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<2xf32>


// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.silu %x : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2xf32>
  func.return
}
// CHECK: expected a ranked tensor of !quant.uniform, got tensor<2xf32>


// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32:0, {0.5, 0.25}>>) {
  %y = quant.silu %x : (tensor<2x!quant.uniform<u8:f32:0, {0.5, 0.25}>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.silu': input must be quantized per layer, got !quant.uniform<u8:f32:0, {5.000000e-01,2.500000e-01}>

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.silu %x : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<i16:f32, 0.5>>
  func.return
}
// CHECK: error: 'quant.silu': result must be stored in 8 bits, got i16

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f16, 0.5>>) {
  %y = quant.silu %x : (tensor<2x!quant.uniform<u8:f16, 0.5>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.silu': input must stand for f32, got f16

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.silu %x : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8<10:20>:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.silu': result has zero point 3 outside of its storage range [10, 20]

// -----

func.func @f(%x: tensor<2x3x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.silu %x : (tensor<2x3x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<3x2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.silu': result has shape [3, 2], expected [2, 3]

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.elu %x {alpha = 0x7FF0000000000000 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.elu': alpha must be finite, got inf

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.celu %x {alpha = 0.0 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.celu': alpha must not be 0: the function divides by it

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.celu %x {alpha = 0x7FF8000000000000 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.celu': alpha must be finite, got nan

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.leaky_relu %x {negative_slope = 0x7FF8000000000000 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.leaky_relu': negative_slope must be finite, got nan

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.gelu %x {approximate = "erf"} : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.gelu': approximate must be "none" or "tanh", got "erf"

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.clamp %x : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.clamp': at least one of min and max must be given

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.clamp %x {max = 0x7FF8000000000000 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.clamp': max must be a number, got nan

// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5:3>>) {
  %y = quant.clamp %x {min = 0x7FF8000000000000 : f64, max = 1.0 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5:3>>) -> tensor<2x!quant.uniform<u8:f32, 0.5:3>>
  func.return
}
// CHECK: error: 'quant.clamp': min must be a number, got nan
