// What is unpacked from something else than the fused op would take.
//
// RUN: qfin-opt -p 'quant-fusion{quant-type=dynamic}' --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK

!p = !quant.packed<linear, tensor<4x3xi8>>

// REMARK: remark: nn.linear not fused: scale is not the one prepacked with the weight
func.func @other_scale(%x: tensor<2x3xf32>, %p: !p, %t: tensor<f32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %u = arith.constant dense<0> : tensor<i32>
  %wq, %ws = quant.unpack_dynamic %p : (!p) -> (tensor<4x3xi8>, tensor<f32>)
  %w = quant.dequantize %wq, %t, %u : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight is not prepacked (run insert-prepack-unpack first)
func.func @not_prepacked(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %h = arith.constant dense<1.0> : tensor<4x3xf16>
  %w = nn.to %h : tensor<4x3xf16> to tensor<4x3xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}
