// Static quantization leaves what is in the form of dynamic quantization, and says so.
//
// RUN: qfin-opt --finalize --remarks %s 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: not qfin-opt -p 'quant-finalize{quant-type=dynmic}' %s 2>&1 | filecheck %s --check-prefix=TYPE

// TYPE: 'dynmic' is not a quant-type (static, dynamic); did you mean 'dynamic'?

!w = !quant.uniform<i8:f32, 0.25>

// REMARK: remark: nn.linear not fused: input is not a dequantized value; it is in the form of quant-type=dynamic
func.func @chosen(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK: remark: nn.linear not fused: input is not a dequantized value; quant-type=dynamic with on-device quantizes its input at run time
func.func @weight_only(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK: remark: nn.linear not fused: input is not a dequantized value{{$}}
func.func @float(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}
