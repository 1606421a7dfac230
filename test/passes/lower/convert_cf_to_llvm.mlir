// RUN: qfin-opt %s -p convert-cf-to-llvm | filecheck %s

// CHECK:        llvm.br ^head(%x : i64)
// CHECK-NEXT: ^head(%i: i64):
// CHECK-NEXT:   llvm.cond_br %c, ^done, ^head(%i : i64)
// CHECK-NEXT: ^done:
func.func @f(%x : i64, %c : i1) {
  cf.br ^head(%x : i64)
^head(%i : i64):
  cf.cond_br %c, ^done, ^head(%i : i64)
^done:
  func.return
}
