// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) {
  %y = nn.sigmoid %x : tensor<2x!quant.uniform<u8:f32, 0.5>>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<2x!quant.uniform<u8:f32, 5.000000e-01>>


// -----

func.func @f(%x: tensor<2xi8>) {
  %y = nn.sigmoid %x : tensor<2xi8>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<2xi8>


// -----

func.func @f(%x: f32) {
  %y = nn.sigmoid %x : f32
  func.return
}
// CHECK: expected a ranked tensor of floats, got f32


// -----

func.func @f(%x: tensor<*xf32>) {
  %y = nn.sigmoid %x : tensor<*xf32>
  func.return
}
// CHECK: expected a ranked tensor of floats, got tensor<*xf32>


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.elu %x {alpha = 1.0 : f32} : tensor<2xf32>
  func.return
}
// CHECK: expected an f64 number, got 1.000000e+00 : f32


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.elu %x {alpha = 0x7FF0000000000000 : f64} : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.elu': alpha must be finite, got inf

// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.celu %x {alpha = 0.0 : f64} : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.celu': alpha must not be 0: the function divides by it

// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.celu %x {alpha = 0x7FF8000000000000 : f64} : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.celu': alpha must be finite, got nan

// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.leaky_relu %x {negative_slope = 0x7FF8000000000000 : f64} : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.leaky_relu': negative_slope must be finite, got nan

// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.gelu %x {approximate = "erf"} : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.gelu': approximate must be "none" or "tanh", got "erf"

// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.gelu %x {approximate = 1 : i64} : tensor<2xf32>
  func.return
}
// CHECK: expected a string, got 1 : i64


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.clamp %x : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.clamp': at least one of min and max must be given

// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.clamp %x {max = 0x7FF8000000000000 : f64} : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.clamp': max must be a number, got nan

// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.clamp %x {min = 0x7FF8000000000000 : f64, max = 1.0 : f64} : tensor<2xf32>
  func.return
}
// CHECK: error: 'nn.clamp': min must be a number, got nan
