// RUN: qfin-opt --finalize %s | filecheck %s --check-prefixes=CHECK,ALL
// RUN: qfin-opt -p quant-finalize,quant-finalize %s | filecheck %s --check-prefixes=CHECK,ALL
// RUN: qfin-opt -p 'quant-finalize{preserved-attrs=forward}' %s | filecheck %s --check-prefixes=CHECK,FORWARD
// RUN: qfin-opt -p 'quant-finalize{preserved-attrs=reset,fc.bias}' %s | filecheck %s --check-prefixes=CHECK,RESET
// RUN: not qfin-opt -p 'quant-finalize{preserved-attrs=fc.wait}' %s 2>&1 | filecheck %s --check-prefix=NAME
// RUN: qfin-opt -p 'quant-finalize{preserved-attrs=forward}' %s > %t.first
// RUN: qfin-opt -p 'freeze-module{preserved-attrs=forward},quant-finalize' %s | diff %t.first -
// RUN: qfin-opt -p 'inline-calls,cse,dce,insert-prepack-unpack,quant-fusion' %s | filecheck %s --check-prefix=FUSED

// NAME: preserved-attrs: unknown name 'fc.wait'; the module has @fc.weight, @fc.bias,

!q = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.5>

// CHECK-NOT:   @fc.weight
// ALL-NOT:     @fc.bias
// FORWARD-NOT: @fc.bias
// RESET:       ml_program.global private @fc.bias
ml_program.global private @fc.weight(dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>) : tensor<3x2x!w>
ml_program.global private @fc.bias(dense<[0.5, 1.0, 1.5]> : tensor<3xf32>) : tensor<3xf32>
// ALL:         ml_program.global private mutable @calls
// FORWARD-NOT: @calls
// RESET:       ml_program.global private mutable @calls
ml_program.global private mutable @calls(dense<0> : tensor<i32>) : tensor<i32>

// Fused, but not frozen: what is packed is loaded still.
// FUSED-LABEL: @forward(
// FUSED-NEXT:    %wq = ml_program.global_load_const @fc.weight
// FUSED-NEXT:    %b = ml_program.global_load_const @fc.bias
// FUSED-NEXT:    %[[P:.*]] = quant.prepack %wq, %b
// FUSED-NEXT:    %[[Y:.*]] = quant.linear %x, %[[P]]
// FUSED-NEXT:    func.return %[[Y]]

// Parameters become packed weights.
// CHECK-LABEL: func.func{{.*}} @forward(
// CHECK:         %[[P:.*]] = quant.packed_constant
// CHECK-NEXT:    %[[Y:.*]] = quant.linear %x, %[[P]]
// CHECK-NEXT:    func.return %[[Y]]
func.func @forward(%x: tensor<1x2x!q>) -> tensor<1x3x!q> {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %wq = ml_program.global_load_const @fc.weight : tensor<3x2x!w>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = ml_program.global_load_const @fc.bias : tensor<3xf32>
  %y = nn.linear %d, %w, %b : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!q>
  func.return %q : tensor<1x3x!q>
}

// Nothing public goes unless it is asked for what stays.
// ALL:         @reset
// FORWARD-NOT: @reset
// RESET:       @reset
func.func @reset() {
  %0 = arith.constant dense<0> : tensor<i32>
  ml_program.global_store @calls = %0 : tensor<i32>
  func.return
}
// ALL:         @other
// FORWARD-NOT: @other
// RESET-NOT:   @other
func.func @other() {
  func.return
}
