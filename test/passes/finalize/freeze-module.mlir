// RUN: qfin-opt %s --split-input-file -p freeze-module | filecheck %s
// RUN: qfin-opt %s --split-input-file -p freeze-module,freeze-module | filecheck %s
// RUN: qfin-opt %s --split-input-file -p freeze-module --print-debuginfo | filecheck %s --check-prefix=LOC
// RUN: qfin-opt %s --split-input-file -p freeze-module --remarks=text 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK

!qw = !quant.uniform<i8:f32, 0.5>
!packed = !quant.packed<linear, tensor<2x3xi8>>

// What @forward needs stays: parameters as constants, calls as what they call.

// CHECK-NOT: @fc.weight
ml_program.global private @fc.weight(dense<1.0> : tensor<2x3xf32>) : tensor<2x3xf32>
ml_program.global private @fc.quantized(dense<3> : tensor<2x3xi8>) : tensor<2x3x!qw>
ml_program.global private @fc.packed(#quant.weights<dense<4> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>>) : !packed
// REMARK: remark: ml_program.global: @unused is removed: not reached
ml_program.global public @unused(dense<0> : tensor<i32>) : tensor<i32>

// CHECK:       ml_program.global private mutable @count(dense<0> : tensor<2x3xi32>)
ml_program.global private mutable @count(dense<0> : tensor<2x3xi32>) : tensor<2x3xi32>
// CHECK-NOT:   @stale
ml_program.global private mutable @stale(dense<0> : tensor<i32>) : tensor<i32>

// CHECK-LABEL: func.func public @forward
// LOC-LABEL:   @forward
func.func @forward(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3x!qw>, !packed, tensor<2x3xi32>) {
  // CHECK-DAG:   [[W:%.*]] = arith.constant dense<1.000000e+00> : tensor<2x3xf32>
  // CHECK-DAG:   [[C:%.*]] = arith.constant dense<3> : tensor<2x3xi8>
  // CHECK-DAG:   [[Q:%.*]] = quant.scast [[C]] : tensor<2x3xi8> to tensor<2x3x!quant.uniform<i8:f32, 5.000000e-01>>
  // CHECK-DAG:   [[P:%.*]] = quant.packed_constant <dense<4>
  // CHECK-DAG:   [[N:%.*]] = ml_program.global_load @count : tensor<2x3xi32>
  // CHECK-DAG:   [[S:%.*]] = nn.add %x, [[W]]
  // CHECK-DAG:   [[Y:%.*]] = nn.add [[S]], [[W]]
  // CHECK:       func.return [[Y]], [[Q]], [[P]], [[N]]
  // LOC:         nn.add {{.*}} loc(callsite(callsite({{.*}}:[[# @LINE + 15]]:3 at {{.*}}:[[# @LINE + 10]]:3) at {{.*}}:[[# @LINE + 1]]:3))
  %0 = func.call @add_weight(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = func.call @add_weight(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %q = ml_program.global_load_const @fc.quantized : tensor<2x3x!qw>
  %p = ml_program.global_load @fc.packed : !packed
  %n = ml_program.global_load @count : tensor<2x3xi32>
  func.return %1, %q, %p, %n : tensor<2x3xf32>, tensor<2x3x!qw>, !packed, tensor<2x3xi32>
}
// CHECK-NOT: func.func
func.func private @add_weight(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = func.call @add(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return %0 : tensor<2x3xf32>
}
func.func private @add(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %w = ml_program.global_load_const @fc.weight : tensor<2x3xf32>
  %0 = nn.add %x, %w : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return %0 : tensor<2x3xf32>
}
// REMARK: remark: func.func: @other is removed: not reached
func.func @other() {
  func.return
}

// -----

// Without a @forward each public function is a method; a result may be an argument.

// CHECK-LABEL: func.func public @a
func.func @a(%x: tensor<i32>) -> tensor<i32> {
  // CHECK-NEXT: func.return %x
  %0 = func.call @same(%x) : (tensor<i32>) -> tensor<i32>
  func.return %0 : tensor<i32>
}
// CHECK-LABEL: func.func public @b
func.func @b() {
  func.return
}
// CHECK-NOT: @same
func.func private @same(%x: tensor<i32>) -> tensor<i32> {
  func.return %x : tensor<i32>
}

// -----

// What is defined elsewhere, and a function that is, stay.

// CHECK: ml_program.global private @elsewhere
ml_program.global private @elsewhere(#ml_program.extern : tensor<i32>) : tensor<i32>
// CHECK-LABEL: func.func public @forward
func.func @forward() {
  // CHECK-NEXT: ml_program.global_load_const @elsewhere
  // CHECK-NEXT: func.call @outside
  %0 = ml_program.global_load_const @elsewhere : tensor<i32>
  func.call @outside(%0) : (tensor<i32>) -> ()
  func.return
}
// CHECK: func.func private @outside
func.func private @outside(tensor<i32>)

// -----

// Stores are work, and stay with what they store to: this one's global alone.

// CHECK:     ml_program.global private mutable @a.state
// CHECK-NOT: @a.other
ml_program.global private mutable @a.state : tensor<i32>
ml_program.global private mutable @a.other : tensor<i32>
// CHECK-LABEL: func.func public @forward
func.func @forward(%x: tensor<i32>) {
  // CHECK-NEXT: ml_program.global_store @a.state = %x
  func.call @store(%x) : (tensor<i32>) -> ()
  func.return
}
func.func private @store(%x: tensor<i32>) {
  ml_program.global_store @a.state = %x : tensor<i32>
  func.return
}
