// RUN: qfin-opt %s --split-input-file --parsing-diagnostics | filecheck %s

"test.op"() {a = #layout.blocked<lanes = 0, depth = 4>} : () -> ()
// CHECK: lanes and depth must be >= 1, got 0 and 4

// -----

"test.op"() {a = #layout.blocked<lanes = 16, depth = 0>} : () -> ()
// CHECK: lanes and depth must be >= 1, got 16 and 0

// -----

"test.op"() {a = #layout.blocked<lanes = -16, depth = 4>} : () -> ()
// CHECK: Expected integer literal

// -----

"test.op"() {a = #layout.blocked<depth = 4>} : () -> ()
// CHECK: Expected 'lanes'

// -----

"test.op"() {a = #layout.blocked<lanes = 16>} : () -> ()
// CHECK: Expected ','
