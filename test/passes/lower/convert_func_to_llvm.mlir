// RUN: qfin-opt %s -p convert-func-to-llvm --split-input-file --verify-diagnostics | filecheck %s

// CHECK:      llvm.func @add_twice(%{{.*}}: !llvm.ptr, %{{.*}}: i64) -> i64 {
// CHECK-NEXT:   %{{.*}} = llvm.call @helper(%{{.*}}) : (i64) -> i64
// CHECK-NEXT:   llvm.return %{{.*}} : i64
// CHECK-NEXT: }
func.func @add_twice(%p : !llvm.ptr, %x : i64) -> i64 {
  %0 = func.call @helper(%x) : (i64) -> i64
  func.return %0 : i64
}
// CHECK:      llvm.func internal @helper(%{{.*}}: i64) -> i64 {
// CHECK-NEXT:   llvm.call @outside() : () -> ()
func.func private @helper(%x : i64) -> i64 {
  func.call @outside() : () -> ()
  func.return %x : i64
}
// CHECK:      llvm.func @outside()
// CHECK-NOT:  internal
func.func private @outside() -> ()

// -----

// CHECK: values of type index have no lowering: use i64
func.func @f(%i : index) {
  func.return
}

// -----

// CHECK: a function with several results has no lowering
func.func @f(%i : i64) -> (i64, i64) {
  func.return %i, %i : i64, i64
}
