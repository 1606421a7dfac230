// RUN: qfin-opt %s -p convert-kernels-to-llvm | filecheck %s

// A loop in a loop, with carried values, and a choice.

// CHECK:      llvm.func @sum(%n: i64) -> i64 {
// CHECK:        llvm.br ^bb1(%zero, %zero : i64, i64)
// CHECK-NEXT: ^bb1(%i: i64, %a: i64):
// CHECK-NEXT:   %[[#more:]] = llvm.icmp "slt" %i, %n : i64
// CHECK-NEXT:   llvm.cond_br %[[#more]], ^bb2, ^bb6
// CHECK-NEXT: ^bb2:
// CHECK-NEXT:   llvm.br ^bb3(%zero, %a : i64, i64)
// CHECK-NEXT: ^bb3(%j: i64, %b: i64):
// CHECK-NEXT:   %[[#inner:]] = llvm.icmp "slt" %j, %i : i64
// CHECK-NEXT:   llvm.cond_br %[[#inner]], ^bb4, ^bb5
// CHECK-NEXT: ^bb4:
// CHECK-NEXT:   %c = llvm.add %b, %j : i64
// CHECK-NEXT:   %[[#next:]] = llvm.add %j, %one : i64
// CHECK-NEXT:   llvm.br ^bb3(%[[#next]], %c : i64, i64)
// CHECK-NEXT: ^bb5:
// CHECK-NEXT:   %[[#next:]] = llvm.add %i, %one : i64
// CHECK-NEXT:   llvm.br ^bb1(%[[#next]], %b : i64, i64)
// CHECK-NEXT: ^bb6:
// CHECK-NEXT:   %big = llvm.icmp "slt" %one, %a : i64
// CHECK-NEXT:   llvm.cond_br %big, ^bb7, ^bb8
// CHECK-NEXT: ^bb7:
// CHECK-NEXT:   llvm.call @shout() : () -> ()
// CHECK-NEXT:   llvm.br ^bb8
// CHECK-NEXT: ^bb8:
// CHECK-NEXT:   llvm.return %a : i64
func.func @sum(%n : i64) -> i64 {
  %zero = llvm.mlir.constant(0) : i64
  %one = llvm.mlir.constant(1) : i64
  %total = scf.for %i = %zero to %n step %one iter_args(%a = %zero) -> (i64) : i64 {
    %inner = scf.for %j = %zero to %i step %one iter_args(%b = %a) -> (i64) : i64 {
      %c = llvm.add %b, %j : i64
      scf.yield %c : i64
    }
    scf.yield %inner : i64
  }
  %big = llvm.icmp "slt" %one, %total : i64
  scf.if %big {
    func.call @shout() : () -> ()
  }
  func.return %total : i64
}
func.func private @shout() -> ()
