// RUN: qfin-opt %s --split-input-file --verify-diagnostics | filecheck %s

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.transpose %x {dim0 = 0 : i64, dim1 = 2 : i64} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  func.return
}
// CHECK: there is no dimension 2 in a tensor of rank 2


// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return
}
// CHECK: result has shape [2, 3], expected [3, 2]


// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.permute %x {dims = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return
}
// CHECK: dimensions [0, 0] name one twice


// -----

func.func @f(%x: tensor<2x3xf32>) {
  %y = nn.permute %x {dims = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return
}
// CHECK: dims [1] must name each of 2 dimensions once


// -----

func.func @f(%x: tensor<2x2x!quant.uniform<i8:f32:0, {0.5, 0.25}>>) {
  %y = nn.permute %x {dims = array<i64: 1, 0>} : (tensor<2x2x!quant.uniform<i8:f32:0, {0.5, 0.25}>>) -> tensor<2x2x!quant.uniform<i8:f32:0, {0.5, 0.25}>>
  func.return
}
// CHECK: values must be quantized per layer


// -----

func.func @f(%x: tensor<?xf32>) {
  %y = nn.squeeze %x {dim = array<i64: 0>} : (tensor<?xf32>) -> tensor<f32>
  func.return
}
// CHECK: dimension 0 of [?] is dynamic, so its squeeze has no known rank


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.unsqueeze %x {dim = 3 : i64} : (tensor<2xf32>) -> tensor<2x1xf32>
  func.return
}
// CHECK: there is no dimension 3 in a tensor of rank 2


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.flip %x {dims = array<i64: 1>} : (tensor<2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: there is no dimension 1 in a tensor of rank 1


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.slice %x {step = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: step must be >= 1, got 0


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.slice %x {end = 1 : i64} : (tensor<2xf32>) -> tensor<1xi32>
  func.return
}
// CHECK: operands and results must have one element type, got f32, i32


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.select %x {dim = 0 : i64, index = 2 : i64} : (tensor<2xf32>) -> tensor<f32>
  func.return
}
// CHECK: there is no index 2 in dimension 0 of [2]


// -----

func.func @f(%x: tensor<4xf32>) {
  %y, %z = nn.split %x {split_sizes = array<i64: 1, 2>} : (tensor<4xf32>) -> (tensor<1xf32>, tensor<2xf32>)
  func.return
}
// CHECK: split_sizes [1, 2] must add up to 4, the size of dimension 0


// -----

func.func @f(%x: tensor<4xf32>) {
  %y, %z = nn.split %x {split_sizes = array<i64: 5, -1>} : (tensor<4xf32>) -> (tensor<5xf32>, tensor<1xf32>)
  func.return
}
// CHECK: split_sizes must be one or more sizes >= 0, got [5, -1]


// -----

func.func @f(%x: tensor<4xf32>) {
  %y = nn.split %x {split_sizes = array<i64: 1, 3>} : (tensor<4xf32>) -> tensor<1xf32>
  func.return
}
// CHECK: expected 2 results of shapes [1], [3], got 1


// -----

func.func @f(%x: tensor<4xf32>) {
  %y = nn.chunk %x {chunks = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
  func.return
}
// CHECK: chunks must be >= 1, got 0


// -----

func.func @f(%x: tensor<?xf32>) {
  %y = nn.chunk %x {chunks = 1 : i64} : (tensor<?xf32>) -> tensor<?xf32>
  func.return
}
// CHECK: dimension 0 of [?] is dynamic, so its chunks are unknown


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.expand %x {size = array<i64: 4>} : (tensor<2xf32>) -> tensor<4xf32>
  func.return
}
// CHECK: cannot expand [2] to [4]: only 1 expands


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.expand %x {size = array<i64: -1, 2>} : (tensor<2xf32>) -> tensor<1x2xf32>
  func.return
}
// CHECK: size [-1, 2] must say how large new dimensions are


// -----

func.func @f(%x: tensor<2x2xf32>) {
  %y = nn.expand %x {size = array<i64: 2>} : (tensor<2x2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: size [2] must have at least 2 dimensions


// -----

func.func @f(%x: tensor<2x2xf32>) {
  %y = nn.repeat %x {repeats = array<i64: 2>} : (tensor<2x2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: repeats must be 2 or more numbers >= 0, got [2]


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.repeat_interleave %x {repeats = -1 : i64, dim = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: repeats must be >= 0, got -1


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.pad %x {pad = array<i64: 1>} : (tensor<2xf32>) -> tensor<3xf32>
  func.return
}
// CHECK: pad must be (before, after) of at most 1 dimensions, the last one first, got [1]


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.pad %x {pad = array<i64: 1, 1>, mode = "circular"} : (tensor<2xf32>) -> tensor<4xf32>
  func.return
}
// CHECK: mode must be one of constant, reflect, replicate, got circular


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.pad %x {pad = array<i64: 2, 1>, mode = "reflect"} : (tensor<2xf32>) -> tensor<5xf32>
  func.return
}
// CHECK: mode reflect cannot pad a dimension of 2 by 2 and 1


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.pad %x {pad = array<i64: 1, -1>, mode = "replicate"} : (tensor<2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: mode replicate pads by numbers >= 0, got 1 and -1


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.pad %x {pad = array<i64: -2, -1>} : (tensor<2xf32>) -> tensor<0xf32>
  func.return
}
// CHECK: pad cuts 2 and 1 off a dimension of 2


// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) {
  %y = nn.pad %x {pad = array<i64: 1, 1>, value = 0.25 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<4x!quant.uniform<u8:f32, 0.5>>
  func.return
}
// CHECK: no value of !quant.uniform<u8:f32, 5.000000e-01> stands for 0.25


// -----

func.func @f(%x: tensor<2x!quant.uniform<u8:f32, 0.5>>) {
  %y = nn.pad %x {pad = array<i64: 1, 1>, value = -0.5 : f64} : (tensor<2x!quant.uniform<u8:f32, 0.5>>) -> tensor<4x!quant.uniform<u8:f32, 0.5>>
  func.return
}
// CHECK: no value of !quant.uniform<u8:f32, 5.000000e-01> stands for -0.5


// -----

func.func @f(%x: tensor<2xf32>) {
  %y = nn.dropout %x {train = true} : (tensor<2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: drops values at random while it trains, which has no meaning here: export the model in evaluation mode, or set train = false


// -----

func.func @f(%x: tensor<0x2xf32>) {
  %y = nn.amax %x {dim = array<i64: 0>} : (tensor<0x2xf32>) -> tensor<2xf32>
  func.return
}
// CHECK: there is no extremum of no values, in [0, 2]


// -----

func.func @f(%x: tensor<3x2xf32>) {
  %y = nn.amin %x {dim = array<i64: 0>} : (tensor<3x2xf32>) -> tensor<1x2xf32>
  func.return
}
// CHECK: result has shape [1, 2], expected [2]
