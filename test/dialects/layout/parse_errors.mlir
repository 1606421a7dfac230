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

// -----

"test.op"() {a = #layout.depthwise<lanes = 40, depth = 4, rows = 1, pixels = 1>} : () -> ()
// CHECK: lanes must be a multiple of 16, got 40

// -----

"test.op"() {a = #layout.depthwise<lanes = 32, depth = 4, rows = 0, pixels = 1>} : () -> ()
// CHECK: rows must be >= 1, got 0

// -----

"test.op"() {a = #layout.depthwise<lanes = 32, depth = 4, pixels = 1, rows = 1>} : () -> ()
// CHECK: Expected 'rows'
