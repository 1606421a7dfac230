// What does not fuse, and the reason that is given. One remark a function, and no change.
//
// RUN: qfin-opt -p 'insert-prepack-unpack,quant-fusion{quant-type=dynamic}' --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt -p 'quant-fusion{quant-type=dynamic}' %s | diff %t.before -
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic}' %s | sed 's/ attributes {quant.finalized}//' | diff %t.before -

!x = !quant.uniform<u8:f32, 0.5>
!w = !quant.uniform<i8:f32, 0.25>
!b = !quant.uniform<i32:f32, 0.125>

// REMARK:      remark: nn.linear not fused: input is not quantized at run time (on-device does it for linear)
func.func @input_float(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: input is not quantized at run time (on-device does it for linear)
func.func @input_static(%xq: tensor<2x3x!x>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %x = quant.dcast %xq : tensor<2x3x!x> to tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: input is dequantized from what no quant.quantize gave
func.func @input_stored(%q: tensor<2x3xui8>, %s: tensor<f32>, %z: tensor<i32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: input is dequantized with other parameters than it was quantized with
func.func @input_other_scale(%x: tensor<2x3xf32>, %t: tensor<f32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %t, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: scale of the input was not chosen for it by quant.choose_qparams
func.func @input_given_scale(%x: tensor<2x3xf32>, %s: tensor<f32>, %z: tensor<i32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: scale of the input was not chosen for it by quant.choose_qparams
func.func @input_scale_of_another(%x: tensor<2x3xf32>, %v: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %v {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: zero point of the input was not chosen for it by quant.choose_qparams
func.func @input_given_zero_point(%x: tensor<2x3xf32>, %t: tensor<i32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %t : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %t : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: parameters of the input are not affine ones for the whole of ui8
func.func @input_symmetric(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {symmetric, storage = i8} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xi8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: parameters of the input are not affine ones for the whole of ui8
func.func @input_i8(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {storage = i8} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xi8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: parameters of the input are not affine ones for the whole of ui8
func.func @input_range(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {quant_max = 200 : i64} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight is not a dequantized value
func.func @weight_float(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight is stored in ui8, not in i8
func.func @weight_ui8(%x: tensor<2x3xf32>, %wq: tensor<4x3xui8>, %t: tensor<f32>, %u: tensor<i32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dequantize %wq, %t, %u : (tensor<4x3xui8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight zero point is not known to be 0
func.func @weight_zero_point(%x: tensor<2x3xf32>, %wq: tensor<4x3xi8>, %t: tensor<f32>, %u: tensor<i32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dequantize %wq, %t, %u : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight zero point is not known to be 0
func.func @weight_affine(%x: tensor<2x3xf32>, %v: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %t, %u = quant.choose_qparams %v {storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %wq = quant.quantize %v, %t, %u : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %w = quant.dequantize %wq, %t, %u : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight zero point is not known to be 0
func.func @weight_constant_zero_point(%x: tensor<2x3xf32>, %wq: tensor<4x3xi8>, %t: tensor<f32>) -> tensor<2x4xf32> {
  %u = arith.constant dense<1> : tensor<i32>
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dequantize %wq, %t, %u : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight is quantized along axis 1, not along axis 0
func.func @weight_axis(%x: tensor<2x3xf32>, %wq: tensor<4x3xi8>, %t: tensor<3xf32>) -> tensor<2x4xf32> {
  %u = arith.constant dense<0> : tensor<3xi32>
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dequantize %wq, %t, %u {axis = 1 : i64} : (tensor<4x3xi8>, tensor<3xf32>, tensor<3xi32>) -> tensor<4x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight has a dynamic shape
func.func @weight_dynamic(%x: tensor<2x3xf32>, %wq: tensor<?x3xi8>, %t: tensor<f32>) -> tensor<2x?xf32> {
  %u = arith.constant dense<0> : tensor<i32>
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dequantize %wq, %t, %u : (tensor<?x3xi8>, tensor<f32>, tensor<i32>) -> tensor<?x3xf32>
  %y = nn.linear %d, %w : (tensor<2x3xf32>, tensor<?x3xf32>) -> tensor<2x?xf32>
  func.return %y : tensor<2x?xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: weight has a dynamic shape
func.func @half_dynamic(%x: tensor<2x3xf32>, %h: tensor<?x3xf16>) -> tensor<2x?xf32> {
  %w = nn.to %h : tensor<?x3xf16> to tensor<?x3xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<?x3xf32>) -> tensor<2x?xf32>
  func.return %y : tensor<2x?xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: bias is quantized, by a scale of the input that run time decides
func.func @bias_quantized(%x: tensor<2x3xf32>, %wq: tensor<4x3x!w>, %bq: tensor<4x!b>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %w = quant.dcast %wq : tensor<4x3x!w> to tensor<4x3xf32>
  %b = quant.dcast %bq : tensor<4x!b> to tensor<4xf32>
  %y = nn.linear %d, %w, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// REMARK-NEXT: remark: nn.linear not fused: a sum of 70000 products can overflow 32 bits (at most 65793)
func.func @long_sum(%x: tensor<1x70000xf32>, %wq: tensor<1x70000x!w>) -> tensor<1x1xf32> {
  %s, %z = quant.choose_qparams %x : (tensor<1x70000xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<1x70000xf32>, tensor<f32>, tensor<i32>) -> tensor<1x70000xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<1x70000xui8>, tensor<f32>, tensor<i32>) -> tensor<1x70000xf32>
  %w = quant.dcast %wq : tensor<1x70000x!w> to tensor<1x70000xf32>
  %y = nn.linear %d, %w : (tensor<1x70000xf32>, tensor<1x70000xf32>) -> tensor<1x1xf32>
  func.return %y : tensor<1x1xf32>
}

// REMARK-NEXT: remark: nn.matmul not fused: has no dynamic form
func.func @matmul(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> tensor<2x2xf32> {
  %s, %z = quant.choose_qparams %x {reduce_range} : (tensor<2x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<2x3xf32>, tensor<f32>, tensor<i32>) -> tensor<2x3xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<2x3xui8>, tensor<f32>, tensor<i32>) -> tensor<2x3xf32>
  %r = nn.matmul %d, %y : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  func.return %r : tensor<2x2xf32>
}

// What reads only floats is not said anything of.
// REMARK-NOT: remark
func.func @matmul_float(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) -> tensor<2x2xf32> {
  %r = nn.matmul %x, %y : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  func.return %r : tensor<2x2xf32>
}
