// RUN: not qfin-opt %s -p finalize-on-device-ptq 2>&1 | filecheck %s --check-prefix=NONE
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=observe_a}' 2>&1 | filecheck %s --check-prefix=OBSERVE
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=quantize_declared}' 2>&1 | filecheck %s --check-prefix=DECLARED
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=again}' 2>&1 | filecheck %s --check-prefix=AGAIN
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=a quant-type=static}' 2>&1 | filecheck %s --check-prefix=TYPE
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=a}' 2>&1 | filecheck %s --check-prefix=ARGUMENT
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=constant}' 2>&1 | filecheck %s --check-prefix=CONSTANT
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=computed}' 2>&1 | filecheck %s --check-prefix=COMPUTED
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=bias}' 2>&1 | filecheck %s --check-prefix=BIAS
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=stored}' 2>&1 | filecheck %s --check-prefix=STORED
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=float}' 2>&1 | filecheck %s --check-prefix=FLOAT
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=recursive}' 2>&1 | filecheck %s --check-prefix=RECURSIVE
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=typed}' 2>&1 | filecheck %s --check-prefix=TYPED
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=half}' 2>&1 | filecheck %s --check-prefix=HALF
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=given_up}' 2>&1 | filecheck %s --check-prefix=GIVEN
// RUN: not qfin-opt %s -p 'finalize-on-device-ptq{method-name=counted}' 2>&1 | filecheck %s --check-prefix=COUNTED
// RUN: not qfin-opt -p finalize-on-device-ptq %S/freeze-module-invalid.mlir 2>&1 | filecheck %s --check-prefix=NOTHING

// NOTHING: method-name: the module has no function @quantize_forward that quantizes the weights of 'forward'; write one that quantizes and dequantizes the weights of the method

// NONE: method-name: the module has no function @quantize_forward that quantizes the weights of 'forward'; method-name may be again, a, constant, computed, bias, stored, float, recursive, typed, half, given_up, counted

// OBSERVE: method-name: the module has no function @quantize_observe_a that quantizes the weights of 'observe_a'; method-name may be
func.func @observe_a() {
  func.return
}

// DECLARED: method-name: the module has no function @quantize_declared that quantizes the weights of 'declared';
func.func private @quantize_declared()

// AGAIN: @quantized_again is there already: the module is finalized, or the function needs another name
func.func @quantize_again() {
  func.return
}
func.func @quantized_again() {
  func.return
}

// TYPE: on-device is of quant-type=dynamic: it chooses parameters at run time

// ARGUMENT: 'quant.prepack_dynamic' at {{.*}}: the weight is not quantized here from a global, but an argument: make it an ml_program.global of floats, loaded and quantized in @quantize_a; what is constant, finalize{quant-type=dynamic} packs
func.func @quantize_a(%x: tensor<2x3xf32>, %w: tensor<4x3xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %x, %d : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// CONSTANT: 'quant.prepack_dynamic' at {{.*}}: the weight is not quantized here from a global, but a constant: make it
func.func @quantize_constant(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = arith.constant dense<1.0> : tensor<4x3xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %x, %d : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

ml_program.global private mutable @weight(dense<1.0> : tensor<4x3xf32>) : tensor<4x3xf32>
ml_program.global private mutable @mine : !quant.packed<linear, tensor<4x3xi8>>

// COMPUTED: 'quant.prepack_dynamic' at {{.*}}: the weight is not quantized here from a global, but made by 'nn.relu' at
func.func @quantize_computed(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %v = ml_program.global_load @weight : tensor<4x3xf32>
  %w = nn.relu %v : tensor<4x3xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %x, %d : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// BIAS: 'quant.prepack_dynamic' at {{.*}}: the bias depends on the arguments of @quantize_bias, and would be packed once for all calls: load it from a global, or add it after the layer
func.func @quantize_bias(%x: tensor<2x3xf32>, %c: tensor<4xf32>) -> tensor<2x4xf32> {
  %w = ml_program.global_load @weight : tensor<4x3xf32>
  %b = nn.relu %c : tensor<4xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %y = nn.linear %x, %d, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// STORED: 'quant.prepack_dynamic' at {{.*}}: the packed weight is also used by 'ml_program.global_store' at {{.*}}: take that out, since it is stored in a global of its own, which layers alone load
func.func @quantize_stored(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = ml_program.global_load @weight : tensor<4x3xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %p = quant.prepack_dynamic %q, %s : (tensor<4x3xi8>, tensor<f32>) -> !quant.packed<linear, tensor<4x3xi8>>
  ml_program.global_store @mine = %p : !quant.packed<linear, tensor<4x3xi8>>
  %y = quant.linear_dynamic %x, %p : (tensor<2x3xf32>, !quant.packed<linear, tensor<4x3xi8>>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// FLOAT: 'func.func' at {{.*}}: no layer of @quantize_float can be packed:
// FLOAT-NEXT: on-device-ptq-invalid.mlir:[[# @LINE + 3]]:3: remark: nn.linear not fused: {{.*}}
func.func @quantize_float(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = ml_program.global_load @weight : tensor<4x3xf32>
  %y = nn.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// RECURSIVE: cannot inline a recursive call: @quantize_recursive -> @quantize_recursive
func.func @quantize_recursive() {
  func.call @quantize_recursive() : () -> ()
  func.return
}

// TYPED: 'quant.prepack' at {{.*}}: the parameters of the weight are in its type: choose them by quant.choose_qparams, and quantize by quant.quantize
func.func @quantize_typed(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = ml_program.global_load @weight : tensor<4x3xf32>
  %q = quant.qcast %w : tensor<4x3xf32> to tensor<4x3x!quant.uniform<i8:f32, 0.25>>
  %d = quant.dcast %q : tensor<4x3x!quant.uniform<i8:f32, 0.25>> to tensor<4x3xf32>
  %y = nn.linear %x, %d : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// HALF: 'func.func' at {{.*}}: no layer of @quantize_half can be packed: f16 weights are not packed on the device: quantize them to i8, or run finalize{quant-type=dynamic}
func.func @quantize_half(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %w = ml_program.global_load @weight : tensor<4x3xf32>
  %h = nn.saturate_to_fp16 %w : tensor<4x3xf32> to tensor<4x3xf16>
  %d = nn.to %h : tensor<4x3xf16> to tensor<4x3xf32>
  %y = nn.linear %x, %d : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// The weight is given up, and returned.
// GIVEN: 'ml_program.global_load' at {{.*}}: @quantized_given_up reads @weight, too, and would find there what @quantize_given_up stores ('ml_program.global_store' at {{.*}}): take that store out, or use the value for nothing but packed weights
func.func @quantize_given_up(%x: tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<4x3xf32>) {
  %w = ml_program.global_load @weight : tensor<4x3xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %zeros = arith.constant dense<0.0> : tensor<4x3xf32>
  ml_program.global_store @weight = %zeros : tensor<4x3xf32>
  %y = nn.linear %x, %d : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  func.return %y, %d : tensor<2x4xf32>, tensor<4x3xf32>
}

ml_program.global private mutable @calls(dense<0.0> : tensor<4xf32>) : tensor<4xf32>

// A bias that counts, whose count is returned.
// COUNTED: 'ml_program.global_load' at {{.*}}: @quantized_counted reads @calls, too, and would find there what @quantize_counted stores
func.func @quantize_counted(%x: tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<4xf32>) {
  %w = ml_program.global_load @weight : tensor<4x3xf32>
  %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (tensor<4x3xf32>) -> (tensor<f32>, tensor<i32>)
  %q = quant.quantize %w, %s, %z : (tensor<4x3xf32>, tensor<f32>, tensor<i32>) -> tensor<4x3xi8>
  %d = quant.dequantize %q, %s, %z : (tensor<4x3xi8>, tensor<f32>, tensor<i32>) -> tensor<4x3xf32>
  %b = ml_program.global_load @calls : tensor<4xf32>
  %c = nn.add %b, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  ml_program.global_store @calls = %c : tensor<4xf32>
  %y = nn.linear %x, %d, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  func.return %y, %c : tensor<2x4xf32>, tensor<4xf32>
}
