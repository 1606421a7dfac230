// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,lower-to-kernels' | filecheck %s

!q = !quant.uniform<u8:f32, 0.5:3>

// Views become pointers; ops of equal specification call one function, also of another program;
// its name is free. The range is that of the whole parallel dimension.

// CHECK:         kernel.program {entry = @main,
// CHECK-NEXT:    func.func @main(%x: !llvm.ptr, %out0: !llvm.ptr, %arena: !llvm.ptr, %constants: !llvm.ptr) {
// CHECK-NEXT:      %[[#begin:]] = arith.constant 0 : i64
// CHECK-NEXT:      %[[#end:]] = arith.constant 1 : i64
// CHECK-NEXT:      func.call @clamp_1(%x, %arena, %[[#begin]], %[[#end]]) : (!llvm.ptr, !llvm.ptr, i64, i64) -> ()
// CHECK-NEXT:      %[[#second:]] = llvm.getelementptr %arena[192] : (!llvm.ptr) -> !llvm.ptr, i8
// CHECK-NEXT:      func.call @clamp_1(%arena, %[[#second]], %[[#begin]], %[[#end]])
// CHECK-NEXT:      func.call @clamp_1(%[[#second]], %out0, %[[#begin]], %[[#end]])
// CHECK-NEXT:      func.return
func.func @main(%x: tensor<100x!q>) -> tensor<100x!q> {
  %0 = nn.relu %x : tensor<100x!q>
  %1 = nn.relu %0 : tensor<100x!q>
  %2 = nn.relu %1 : tensor<100x!q>
  func.return %2 : tensor<100x!q>
}

// CHECK:         kernel.program {entry = @clamp_0,
// CHECK-NEXT:    func.func @clamp_0(%x: !llvm.ptr, %out0: !llvm.ptr, %arena: !llvm.ptr, %constants: !llvm.ptr) {
// CHECK:           func.call @clamp_1(%x, %arena,
// CHECK:           func.call @dequantize_1(%arena, %out0,
// CHECK-NEXT:      func.return
func.func @clamp_0(%x: tensor<100x!q>) -> tensor<100xf32> {
  %0 = nn.relu %x : tensor<100x!q>
  %1 = quant.dcast %0 : tensor<100x!q> to tensor<100xf32>
  func.return %1 : tensor<100xf32>
}

// CHECK:         func.func private @clamp_1(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64) {
// CHECK:         func.func private @dequantize_1(
// CHECK-NOT:     func.func private
