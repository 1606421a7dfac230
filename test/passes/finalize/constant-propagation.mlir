// RUN: qfin-opt -p constant-propagation %s | filecheck %s
// RUN: qfin-opt -p 'constant-propagation{read-globals=false}' %s | filecheck %s --check-prefix=KEEP
// RUN: qfin-opt -p 'constant-propagation,fold-quantized-prepacking-ops' %s | filecheck %s --check-prefix=PACK

!q = !quant.uniform<u8:f32, 0.5:128>

// A weight is quantized; the dequantize, which would make four times the bytes, stays.
// CHECK-LABEL: @weight(
// CHECK-NEXT:    %s = arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>
// CHECK-NEXT:    %z = arith.constant dense<0> : tensor<2xi32>
// CHECK-NEXT:    %q = arith.constant dense<{{\[\[}}-127, 2, 4], [127, 4, 0]]> : tensor<2x3xi8>
// CHECK-NEXT:    %d = quant.dequantize %q, %s, %z {axis = 0 : i64} :
// CHECK-NEXT:    func.return %d
func.func @weight() -> tensor<2x3xf32> {
  %w = arith.constant dense<[[-127.0, 2.5, 3.5], [31.75, 1.0, 0.1]]> : tensor<2x3xf32>
  %s, %z = quant.choose_qparams %w {symmetric, axis = 0, storage = i8, quant_min = -127}
    : (tensor<2x3xf32>) -> (tensor<2xf32>, tensor<2xi32>)
  %q = quant.quantize %w, %s, %z {axis = 0}
    : (tensor<2x3xf32>, tensor<2xf32>, tensor<2xi32>) -> tensor<2x3xi8>
  %d = quant.dequantize %q, %s, %z {axis = 0}
    : (tensor<2x3xi8>, tensor<2xf32>, tensor<2xi32>) -> tensor<2x3xf32>
  func.return %d : tensor<2x3xf32>
}

// Types with parameters, too: a u8 is stored in the constant as the i8 of the same bits.
// CHECK-LABEL: @cast(
// CHECK-NEXT:    %[[C:.*]] = arith.constant dense<[-126, -128, 127]> : tensor<3xi8>
// CHECK-NEXT:    %[[Q:.*]] = quant.scast %[[C]] : tensor<3xi8> to tensor<3x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:.*]] = arith.constant dense<[-126, -128, -128]> : tensor<3xi8>
// CHECK-NEXT:    %[[R:.*]] = quant.scast %[[D]] :
// CHECK-NEXT:    %[[F:.*]] = quant.dcast %[[R]]
// CHECK-NEXT:    func.return %[[Q]], %[[R]], %[[F]]
func.func @cast() -> (tensor<3x!q>, tensor<3x!q>, tensor<3xf32>) {
  %x = arith.constant dense<[1.0, 0.0, -0.5]> : tensor<3xf32>
  %q = quant.qcast %x : tensor<3xf32> to tensor<3x!q>
  %r = nn.relu %q : tensor<3x!q>
  %f = quant.dcast %r : tensor<3x!q> to tensor<3xf32>
  func.return %q, %r, %f : tensor<3x!q>, tensor<3x!q>, tensor<3xf32>
}

// What grows, what is no constant, what is no tensor of signless numbers, and what has effects.
// CHECK-LABEL: @stays(
// CHECK:         nn.expand
// CHECK:         nn.add
// CHECK:         quant.quantize
// CHECK:         ml_program.global_store
// CHECK:         %u = ml_program.global_load @g
// CHECK-NEXT:    nn.mul
ml_program.global private mutable @g(dense<1.0> : tensor<1xf32>) : tensor<1xf32>
func.func @stays(%x: tensor<1xf32>)
    -> (tensor<4xf32>, tensor<1xf32>, tensor<1xui8>, tensor<1xf32>) {
  %c = arith.constant dense<2.0> : tensor<1xf32>
  %s = arith.constant dense<1.0> : tensor<f32>
  %z = arith.constant dense<0> : tensor<i32>
  %0 = nn.expand %c {size = array<i64: 4>} : (tensor<1xf32>) -> tensor<4xf32>
  %1 = nn.add %c, %x : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %2 = quant.quantize %c, %s, %z : (tensor<1xf32>, tensor<f32>, tensor<i32>) -> tensor<1xui8>
  ml_program.global_store @g = %c : tensor<1xf32>
  %u = ml_program.global_load @g : tensor<1xf32>
  %3 = nn.mul %u, %c : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  func.return %0, %1, %2, %3 : tensor<4xf32>, tensor<1xf32>, tensor<1xui8>, tensor<1xf32>
}

// What was quantized at compile time is packed at compile time.
// PACK-LABEL: @packed(
// PACK-NEXT:    %[[P:.*]] = quant.packed_constant <dense<{{\[\[}}-127, 2], [127, 4]]> : tensor<2x2xi8>, scales = dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>, bias = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>> : !quant.packed<linear, tensor<2x2xi8>, bias = f32>
// PACK-NEXT:    %[[Q:.*]] = quant.packed_constant <dense<{{\[\[}}-127, 3], [32, 1]]> : tensor<2x2xi8>, scales = dense<1.000000e+00> : tensor<1xf32>> : !quant.packed<linear, tensor<2x2xi8>>
// PACK-NEXT:    func.return %[[P]], %[[Q]]
!p = !quant.packed<linear, tensor<2x2xi8>, bias = f32>
!p1 = !quant.packed<linear, tensor<2x2xi8>>
func.func @packed() -> (!p, !p1) {
  %w = arith.constant dense<[[-127.0, 2.5], [31.75, 1.0]]> : tensor<2x2xf32>
  %v = arith.constant dense<[[-127.0, 3.0], [32.0, 1.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s, %z = quant.choose_qparams %w {symmetric, axis = 0, storage = i8, quant_min = -127}
    : (tensor<2x2xf32>) -> (tensor<2xf32>, tensor<2xi32>)
  %q = quant.quantize %w, %s, %z {axis = 0}
    : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xi32>) -> tensor<2x2xi8>
  %s1, %z1 = quant.choose_qparams %v {symmetric, storage = i8, quant_min = -127}
    : (tensor<2x2xf32>) -> (tensor<f32>, tensor<i32>)
  %q1 = quant.quantize %v, %s1, %z1
    : (tensor<2x2xf32>, tensor<f32>, tensor<i32>) -> tensor<2x2xi8>
  %p = quant.prepack_dynamic %q, %s, %b : (tensor<2x2xi8>, tensor<2xf32>, tensor<2xf32>) -> !p
  %p1 = quant.prepack_dynamic %q1, %s1 : (tensor<2x2xi8>, tensor<f32>) -> !p1
  func.return %p, %p1 : !p, !p1
}

// Immutable globals are constants, unless they are to stay.
ml_program.global private @w(dense<[1.0, -3.0]> : tensor<2xf32>) : tensor<2xf32>
// CHECK-LABEL: @of_global(
// CHECK-NEXT:    %r = arith.constant dense<[1.000000e+00, 0.000000e+00]>
// CHECK-NEXT:    func.return %r
// KEEP-LABEL: @of_global(
// KEEP-NEXT:    %w = ml_program.global_load_const @w
// KEEP-NEXT:    %r = nn.relu %w
func.func @of_global() -> tensor<2xf32> {
  %w = ml_program.global_load_const @w : tensor<2xf32>
  %r = nn.relu %w : tensor<2xf32>
  func.return %r : tensor<2xf32>
}
