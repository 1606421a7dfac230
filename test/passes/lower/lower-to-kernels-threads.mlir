// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels{threads=3}' | filecheck %s
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels{threads=3 parallel-from=0}' | filecheck %s --check-prefix=ALL
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels{threads=3},convert-kernels-to-llvm' | filecheck %s --check-prefix=LLVM
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels' | filecheck %s --check-prefix=ONE

!q = !quant.uniform<u8:f32, 0.5:3>

// What takes 2 us or more is called through the pool: pointers in a block, which all calls share, a
// function that the pool calls, the range, the threads. What is less, or has one row, is called.

// CHECK:         kernel.program {entry = @main, {{.*}} threads = 3 : i64}
// CHECK-NEXT:    func.func @main(%x: !llvm.ptr, %y: !llvm.ptr, %out0: !llvm.ptr, %out1: !llvm.ptr, %arena
// CHECK-NEXT:      %[[#most:]] = arith.constant 2 : i64
// CHECK-NEXT:      %[[#args:]] = llvm.alloca %[[#most]] x !llvm.ptr {alignment = 64 : i64}
// CHECK-NEXT:      llvm.store %x, %[[#args]] {alignment = 8 : i64}
// CHECK-NEXT:      %[[#second:]] = llvm.getelementptr %[[#args]][8]
// CHECK-NEXT:      llvm.store %arena, %[[#second]] {alignment = 8 : i64}
// CHECK-NEXT:      %[[#part:]] = llvm.mlir.addressof @part_0 : !llvm.ptr
// CHECK-NEXT:      %[[#size:]] = arith.constant 32 : i64
// CHECK-NEXT:      %[[#threads:]] = arith.constant 3 : i64
// CHECK-NEXT:      func.call @qfin_parallel_for(%[[#part]], %[[#args]], %[[#size]], %[[#threads]])
// CHECK-NEXT:      llvm.store %arena, %[[#args]] {
// CHECK-NEXT:      %[[#second:]] = llvm.getelementptr %[[#args]][8]
// CHECK-NEXT:      llvm.store %out0, %[[#second]]
// CHECK-NEXT:      %[[#part:]] = llvm.mlir.addressof @part_1
// CHECK-NEXT:      func.call @qfin_parallel_for(%[[#part]], %[[#args]], %[[#size]], %[[#threads]])
// CHECK-NEXT:      %[[#begin:]] = arith.constant 0 : i64
// CHECK-NEXT:      %[[#end:]] = arith.constant 1 : i64
// CHECK-NEXT:      func.call @clamp_2(%y, %out1, %[[#begin]], %[[#end]])
// CHECK-NEXT:      func.return
// CHECK:         func.func private @clamp_0(
// CHECK:         func.func private @dequantize_1(
// CHECK:         func.func private @clamp_2(
// CHECK:         func.func private @part_0(%[[#args:]]: !llvm.ptr, %[[#begin:]]: i64, %[[#end:]]: i64) {
// CHECK-NEXT:      %[[#source:]] = llvm.load %[[#args]] {alignment = 8 : i64} : !llvm.ptr -> !llvm.ptr
// CHECK-NEXT:      %[[#second:]] = llvm.getelementptr %[[#args]][8]
// CHECK-NEXT:      %[[#target:]] = llvm.load %[[#second]] {alignment = 8 : i64}
// CHECK-NEXT:      func.call @clamp_0(%[[#source]], %[[#target]], %[[#begin]], %[[#end]])
// CHECK-NEXT:      func.return
// CHECK:         func.func private @part_1(
// CHECK:           func.call @dequantize_1(
// CHECK:         func.func private @qfin_parallel_for(!llvm.ptr, !llvm.ptr, i64, i64) -> ()

// One row stays on the caller, whatever it costs.
// ALL:           func.call @clamp_2(%y, %out1,

// LLVM:          llvm.call @qfin_parallel_for(
// LLVM:          llvm.func internal @part_0(
// LLVM:          llvm.func @qfin_parallel_for(!llvm.ptr, !llvm.ptr, i64, i64)

// ONE-NOT:       qfin_parallel_for
// ONE-NOT:       threads =

func.func @main(%x: tensor<32x4096x!q>, %y: tensor<100x!q>)
    -> (tensor<32x4096xf32>, tensor<100x!q>) {
  %0 = nn.relu %x : tensor<32x4096x!q>
  %1 = quant.dcast %0 : tensor<32x4096x!q> to tensor<32x4096xf32>
  %2 = nn.relu %y : tensor<100x!q>
  func.return %1, %2 : tensor<32x4096xf32>, tensor<100x!q>
}
