// RUN: qfin-opt --finalize %s --remarks 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt -p 'quant-finalize{quant-type=dynamic}' %s | filecheck %s --check-prefix=DYNAMIC

// A group stands in one block: a fused op takes the place of its quantize, which a loop may repeat.

!q = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.5>

// REMARK: :[[# @LINE + 42]]:5: remark: nn.linear fused: became quant.linear

// REMARK-NEXT: :[[# @LINE + 6]]:3: remark: nn.linear not fused: result of nn.linear is used in another block, by quant.qcast
func.func @quantized_in_a_loop(%x: tensor<1x2x!q>, %n: index) -> tensor<1x2x!q> {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %r = scf.for %k = %0 to %n step %1 iter_args(%v = %x) -> (tensor<1x2x!q>) {
    %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
    scf.yield %q : tensor<1x2x!q>
  }
  func.return %r : tensor<1x2x!q>
}

// REMARK-NEXT: remark: nn.linear not fused: result of nn.linear is used in another block, by nn.add
// REMARK-NEXT: remark: nn.add not fused: result of nn.linear is used in another block, by nn.add
func.func @added_in_another_block(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  cf.br ^bb1
^bb1:
  %a = nn.add %y, %d : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = quant.qcast %a : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %q : tensor<1x2x!q>
}

// Whole groups in a region fuse there; that is said first.
func.func @within_a_loop(%x: tensor<1x2x!q>, %n: index) -> tensor<1x2x!q> {
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %r = scf.for %k = %0 to %n step %1 iter_args(%v = %x) -> (tensor<1x2x!q>) {
    %d = quant.dcast %v : tensor<1x2x!q> to tensor<1x2xf32>
    %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
    %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
    scf.yield %q : tensor<1x2x!q>
  }
  func.return %r : tensor<1x2x!q>
}

// The linear is computed once, the relu in the loop.
// DYNAMIC-LABEL: @relu_in_a_loop(
// DYNAMIC:         quant.linear_dynamic
// DYNAMIC:         scf.for
// DYNAMIC-NEXT:      nn.relu
func.func @relu_in_a_loop(%x: tensor<1x2xf32>, %n: index) -> tensor<1x2xf32> {
  %s, %z = quant.choose_qparams %x : (tensor<1x2xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %x, %s, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i32>) -> tensor<1x2xui8>
  %d = quant.dequantize %q, %s, %z : (tensor<1x2xui8>, tensor<f32>, tensor<i32>) -> tensor<1x2xf32>
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %wq = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %wq : tensor<2x2x!w> to tensor<2x2xf32>
  %y = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %l = scf.for %k = %0 to %n step %1 iter_args(%v = %x) -> (tensor<1x2xf32>) {
    %r = nn.relu %y : tensor<1x2xf32>
    scf.yield %r : tensor<1x2xf32>
  }
  func.return %l : tensor<1x2xf32>
}
