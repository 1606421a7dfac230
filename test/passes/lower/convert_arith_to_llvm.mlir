// RUN: qfin-opt %s -p convert-arith-to-llvm --split-input-file --verify-diagnostics | filecheck %s

// CHECK:      func.func @f(%[[a:.*]]: i64, %[[b:.*]]: i64) -> i64 {
// CHECK-NEXT:   %[[c:.*]] = llvm.mlir.constant(3) : i64
// CHECK-NEXT:   %[[d:.*]] = llvm.add %[[a]], %[[c]] : i64
// CHECK-NEXT:   %[[e:.*]] = llvm.sub %[[d]], %[[b]] : i64
// CHECK-NEXT:   %[[f:.*]] = llvm.mul %[[e]], %[[b]] : i64
// CHECK-NEXT:   %[[g:.*]] = llvm.udiv %[[f]], %[[c]] : i64
// CHECK-NEXT:   %[[h:.*]] = llvm.srem %[[g]], %[[c]] : i64
// CHECK-NEXT:   %[[i:.*]] = llvm.icmp "slt" %[[h]], %[[a]] : i64
// CHECK-NEXT:   %[[j:.*]] = llvm.icmp "uge" %[[h]], %[[a]] : i64
// CHECK-NEXT:   %[[k:.*]] = llvm.and %[[i]], %[[j]] : i1
// CHECK-NEXT:   %[[l:.*]] = llvm.select %[[k]], %[[h]], %[[a]] : i1, i64
// CHECK-NEXT:   func.return %[[l]] : i64
func.func @f(%a : i64, %b : i64) -> i64 {
  %c = arith.constant 3 : i64
  %d = arith.addi %a, %c : i64
  %e = arith.subi %d, %b : i64
  %f = arith.muli %e, %b : i64
  %g = arith.divui %f, %c : i64
  %h = arith.remsi %g, %c : i64
  %i = arith.cmpi slt, %h, %a : i64
  %j = arith.cmpi uge, %h, %a : i64
  %k = arith.andi %i, %j : i1
  %l = arith.select %k, %h, %a : i64
  func.return %l : i64
}

// -----

// CHECK: values of type index have no lowering: use i64
func.func @f(%a : index) -> index {
  %b = arith.addi %a, %a : index
  func.return %b : index
}
