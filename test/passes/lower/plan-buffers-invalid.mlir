// RUN: qfin-opt %s -p plan-buffers --split-input-file --verify-diagnostics | filecheck %s

// CHECK: 'builtin.module' at {{.*}}: no layout.target: run assign-layout first
func.func @main() {
  func.return
}

// -----

// Ops on f32 have kernels; others are left to the interpreter. Not the cast before it, which would
// not be compiled either.

!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%w: tensor<2x4x!w>) -> tensor<2x4xf32> {
    %0 = quant.dcast %w : tensor<2x4x!w> to tensor<2x4xf32>
    // CHECK: 'nn.saturate_to_fp16' at {{.*}}plan-buffers-invalid.mlir:[[# @LINE + 1]]:5: tensors of f16 are not compiled
    %1 = nn.saturate_to_fp16 %0 : tensor<2x4xf32> to tensor<2x4xf16>
    %2 = nn.to %1 : tensor<2x4xf16> to tensor<2x4xf32>
    func.return %2 : tensor<2x4xf32>
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: takes and returns only tensors of static shape when compiled, not tensor<?x4xf32>: give each dimension a size
  func.func @main(%x: tensor<?x4xf32>) {
    func.return
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    // CHECK: 'nn.reshape' at {{.*}}:[[# @LINE + 1]]:5: only tensors of static shape are compiled, not tensor<?xf32>
    %0 = nn.reshape %x : (tensor<4xf32>) -> tensor<?xf32>
    %1 = nn.reshape %0 : (tensor<?xf32>) -> tensor<4xf32>
    func.return %1 : tensor<4xf32>
  }
}

// -----

!q = !quant.uniform<i16:f32, 0.5>
builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: takes and returns only 8-bit, i32 and f32 tensors when compiled, not tensor<4x!quant.uniform<i16:f32, 5.000000e-01>>
  func.func @main(%x: tensor<4x!q>) {
    func.return
  }
}

// -----

!q = !quant.uniform<i16:f32, 0.5>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<4xf32>) {
    // CHECK: 'quant.qcast' at {{.*}}:[[# @LINE + 1]]:5: only values stored in 8 bits are compiled, not i16
    %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
    func.return
  }
}

// -----

!q = !quant.uniform<u4:f32, 0.5>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<4xf32>) {
    // CHECK: 'quant.qcast' at {{.*}}:[[# @LINE + 1]]:5: only values stored in 8 bits are compiled, not ui4
    %0 = quant.qcast %x : tensor<4xf32> to tensor<4x!q>
    func.return
  }
}

// -----

!q = !quant.uniform<u8:f16, 0.5>
!r = !quant.uniform<u8:f16, 0.25>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<4x!q>) -> tensor<4x!r> {
    // CHECK: 'quant.dcast' at {{.*}}:[[# @LINE + 1]]:5: tensors of f16 are not compiled
    %0 = quant.dcast %x : tensor<4x!q> to tensor<4xf16>
    %1 = quant.qcast %0 : tensor<4xf16> to tensor<4x!r>
    func.return %1 : tensor<4x!r>
  }
}

// -----

!q = !quant.uniform<u8:f32:0, {0.5, 0.25}>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<2x!q>) -> tensor<2x!q> {
    // CHECK: 'nn.relu' at {{.*}}:[[# @LINE + 1]]:5: only constants may have several scales where code is compiled, and only to be packed or dequantized: give !quant.uniform<u8:f32:0, {5.000000e-01,2.500000e-01}> one scale and one zero point
    %0 = nn.relu %x : tensor<2x!q>
    func.return %0 : tensor<2x!q>
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5:256>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<2x!q>) -> tensor<2xf32> {
    // CHECK: 'quant.dcast' at {{.*}}:[[# @LINE + 1]]:5: the zero point 256 lies outside of the storage range [0, 255]
    %0 = quant.dcast %x : tensor<2x!q> to tensor<2xf32>
    func.return %0 : tensor<2xf32>
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5>
!w = !quant.uniform<i8:f32, 0.5>
!p = !quant.packed<linear, tensor<2x4xi8>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x4x!q>, %w: tensor<2x4x!w>) -> tensor<1x2x!q> {
    // CHECK: 'quant.prepack' at {{.*}}:[[# @LINE + 1]]:5: no native lowering
    %p = quant.prepack %w : (tensor<2x4x!w>) -> !p
    %0 = quant.linear %x, %p : (tensor<1x4x!q>, !p) -> tensor<1x2x!q>
    func.return %0 : tensor<1x2x!q>
  }
}

// -----

!p = !quant.packed<linear, tensor<2x4xi8>>
builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: takes and returns only tensors of static shape when compiled, not !quant.packed<linear, tensor<2x4xi8>>
  func.func @main(%p: !p) {
    func.return
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5>
!p = !quant.packed<linear, tensor<2x4xi8>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x4x!q>) -> tensor<1x2x!q> {
    %p = quant.packed_constant <dense<1> : tensor<2x4xi8>, scales = dense<1.0> : tensor<1xf32>> : !p
    // CHECK: 'quant.linear' at {{.*}}:[[# @LINE + 1]]:5: the weights are not as a target reads them: run assign-layout
    %0 = quant.linear %x, %p : (tensor<1x4x!q>, !p) -> tensor<1x2x!q>
    func.return %0 : tensor<1x2x!q>
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5>
!p = !quant.packed<conv2d, tensor<2x4x1x1xi8>, layout = #layout.blocked<lanes = 8, depth = 4>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x4x2x2x!q>) -> tensor<1x2x2x2x!q> {
    %p = quant.packed_constant <dense<1> : tensor<32xi8>, scales = dense<1.0> : tensor<1xf32>> : !p
    // CHECK: 'quant.conv2d' at {{.*}}:[[# @LINE + 1]]:5: runs on channels innermost only: run assign-layout
    %0 = quant.conv2d %x, %p : (tensor<1x4x2x2x!q>, !p) -> tensor<1x2x2x2x!q>
    func.return %0 : tensor<1x2x2x2x!q>
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x4x2x2x!q>) -> tensor<1x16x!q> {
    %0 = layout.to_nhwc %x : tensor<1x4x2x2x!q> to tensor<1x4x2x2x!q, #layout.nhwc>
    // CHECK: 'nn.flatten' at {{.*}}:[[# @LINE + 1]]:5: runs on row-major tensors only
    %1 = nn.flatten %0 {start_dim = 1 : i64} : (tensor<1x4x2x2x!q, #layout.nhwc>) -> tensor<1x16x!q>
    func.return %1 : tensor<1x16x!q>
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: a halo holds the zero point: only quantized tensors have one, not tensor<1x4x2x2xf32, #layout.nhwc<halo = [1, 1, 1, 1]>>
  func.func @main(%x: tensor<1x4x2x2xf32, #layout.nhwc<halo = [1, 1, 1, 1]>>) {
    func.return
  }
}

// -----

// 4 products of the largest size and a bias.

!q = !quant.uniform<u8:f32, 0.5>
!p = !quant.packed<linear, tensor<1x4xi8>, bias = i32, layout = #layout.blocked<lanes = 8, depth = 4>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x4x!q>) -> tensor<1x1x!q> {
    %p = quant.packed_constant <dense<127> : tensor<32xi8>, scales = dense<1.0> : tensor<1xf32>, bias = dense<2147400000> : tensor<1xi32>> : !p
    // CHECK: 'quant.linear' at {{.*}}:[[# @LINE + 1]]:5: the sums of this op can leave 32 bits
    %0 = quant.linear %x, %p : (tensor<1x4x!q>, !p) -> tensor<1x1x!q>
    func.return %0 : tensor<1x1x!q>
  }
}

// -----

!q = !quant.uniform<u8:f32, 3.0e38>
!y = !quant.uniform<u8:f32, 1.0e-37>
!p = !quant.packed<linear, tensor<1x4xi8>, layout = #layout.blocked<lanes = 8, depth = 4>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x4x!q>) -> tensor<1x1x!y> {
    %p = quant.packed_constant <dense<1> : tensor<32xi8>, scales = dense<1.0> : tensor<1xf32>> : !p
    // CHECK: 'quant.linear' at {{.*}}:[[# @LINE + 1]]:5: input scale times weight scale by output scale is not a finite f32
    %0 = quant.linear %x, %p : (tensor<1x4x!q>, !p) -> tensor<1x1x!y>
    func.return %0 : tensor<1x1x!y>
  }
}

// -----

!q = !quant.uniform<u8<1:255>:f32, 0.5:1>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x1x1x1x!q>) -> tensor<1x1x1x2x!q> {
    // CHECK: 'nn.max_pool2d' at {{.*}}:[[# @LINE + 1]]:5: a window lies in the padding alone
    %0 = nn.max_pool2d %x {kernel = array<i64: 1, 2>, padding = array<i64: 0, 0, 2, 2>, dilation = array<i64: 1, 3>} : (tensor<1x1x1x1x!q>) -> tensor<1x1x1x2x!q>
    func.return %0 : tensor<1x1x1x2x!q>
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5>
builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: needs 4294967360 bytes of memory or more for what is between its ops, of which there are at most 2147483647; the largest value is a tensor<65536x65536x{{.*}}>: make the batch smaller, or compile the function in parts
  func.func @main(%x: tensor<65536x65536xf32>) -> tensor<65536x65536xf32> {
    %0 = quant.qcast %x : tensor<65536x65536xf32> to tensor<65536x65536x!q>
    %1 = quant.dcast %0 : tensor<65536x65536x!q> to tensor<65536x65536xf32>
    func.return %1 : tensor<65536x65536xf32>
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: needs 18446744073709551680 bytes of memory or more
  func.func @main(%x: tensor<1xf32>) -> tensor<f32> {
    %0 = nn.expand %x {size = array<i64: 4611686018427387904>} : (tensor<1xf32>) -> tensor<4611686018427387904xf32>
    %1 = nn.gelu %0 : tensor<4611686018427387904xf32>
    %2 = nn.amax %1 : (tensor<4611686018427387904xf32>) -> tensor<f32>
    func.return %2 : tensor<f32>
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: only functions of one block are compiled
  func.func @main() {
    cf.br ^bb0
  ^bb0:
    func.return
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: only functions with ASCII names are compiled
  func.func @"größe"() {
    func.return
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  func.func @main() -> tensor<2xf32> {
    // CHECK: 'arith.constant' at {{.*}}:[[# @LINE + 1]]:5: tensors of i64 are not compiled
    %0 = arith.constant dense<1> : tensor<2xi64>
    %1 = arith.constant dense<1.0> : tensor<2xf32>
    func.return %1 : tensor<2xf32>
  }
}

// -----

// Constants are in the functions that use them by then.

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'ml_program.global' at {{.*}}plan-buffers-invalid.mlir:[[# @LINE + 1]]:3: a constant: run fold-globals first
  ml_program.global private @weights(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
  func.func @main() {
    func.return
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: only functions with ASCII names are compiled
  func.func @""() {
    return
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: only functions with ASCII names are compiled
  func.func @llvm.fma() {
    return
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  // CHECK: 'func.func' at {{.*}}:[[# @LINE + 1]]:3: takes and returns only tensors of static shape when compiled, not f32: write tensor<f32>
  func.func @main(%x: f32) {
    func.return
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  func.func private @outside(tensor<4xf32>) -> tensor<4xf32>
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    // CHECK: 'func.call' at {{.*}}:[[# @LINE + 1]]:5: @outside has no body, and what is not in the module cannot be called: give it one
    %0 = func.call @outside(%x) : (tensor<4xf32>) -> tensor<4xf32>
    func.return %0 : tensor<4xf32>
  }
}

// -----

builtin.module attributes {layout.target = "avx2"} {
  func.func private @inside(%x: tensor<4xf32>) -> tensor<4xf32> {
    func.return %x : tensor<4xf32>
  }
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    // CHECK: 'func.call' at {{.*}}:[[# @LINE + 1]]:5: calls are compiled inlined: run quant-finalize on the module, which inlines @inside
    %0 = func.call @inside(%x) : (tensor<4xf32>) -> tensor<4xf32>
    func.return %0 : tensor<4xf32>
  }
}
