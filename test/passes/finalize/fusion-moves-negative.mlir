// What does not fuse, and the reason that is given: one function each, which stays as it is.
//
// RUN: qfin-opt --quant-fusion --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --quant-fusion %s | diff %t.before -
// RUN: qfin-opt --finalize %s | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5:3>

// REMARK:      fusion-moves-negative.mlir:{{[0-9]+}}:3: remark: nn.transpose not fused: input is not a dequantized value
func.func @transpose_float(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %0 = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// REMARK-NEXT: remark: nn.slice not fused: computes in i32, not in f32
func.func @slice_integers(%x: tensor<2xi32>) -> tensor<1xi32> {
  %0 = nn.slice %x {start = 1 : i64} : (tensor<2xi32>) -> tensor<1xi32>
  return %0 : tensor<1xi32>
}

// REMARK-NEXT: remark: nn.amax not fused: input is quantized per axis
!axis = !quant.uniform<u8:f32:0, {0.5, 0.25}>
func.func @amax_per_axis(%x: tensor<2x!axis>) -> tensor<f32> {
  %f = quant.dcast %x : tensor<2x!axis> to tensor<2xf32>
  %0 = nn.amax %f : (tensor<2xf32>) -> tensor<f32>
  return %0 : tensor<f32>
}

// REMARK-NEXT: remark: nn.pad not fused: pads with 0.25, for which !quant.uniform<u8:f32, 5.000000e-01:3> has no number
func.func @pad_between(%x: tensor<2x!x>) -> tensor<3xf32> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.pad %f {pad = array<i64: 1, 0>, value = 0.25 : f64} : (tensor<2xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// REMARK-NEXT: remark: nn.pad not fused: pads with -2.0, for which !quant.uniform<u8:f32, 5.000000e-01:3> has no number
func.func @pad_beyond(%x: tensor<2x!x>) -> tensor<3xf32> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.pad %f {pad = array<i64: 1, 0>, value = -2.0 : f64} : (tensor<2xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// REMARK-NEXT: remark: nn.pad not fused: pads with -0.0, for which !quant.uniform<u8:f32, 5.000000e-01:3> has no number
func.func @pad_negative_zero(%x: tensor<2x!x>) -> tensor<3xf32> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.pad %f {pad = array<i64: 1, 0>, value = -0.0 : f64} : (tensor<2xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// REMARK-NEXT: remark: nn.pad not fused: pads with -inf, for which !quant.uniform<u8:f32, 5.000000e-01:3> has no number
func.func @pad_infinity(%x: tensor<2x!x>) -> tensor<3xf32> {
  %f = quant.dcast %x : tensor<2x!x> to tensor<2xf32>
  %0 = nn.pad %f {pad = array<i64: 1, 0>, value = 0xFFF0000000000000 : f64} : (tensor<2xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}
