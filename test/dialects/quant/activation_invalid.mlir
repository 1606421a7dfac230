// RUN: qfin-opt %s --split-input-file --parsing-diagnostics | filecheck %s

"test.op"() {t = #quant<activation gelu>} : () -> ()
// CHECK: Expected `none`, `relu`, or `clamp`.

// -----

"test.op"() {t = #quant<activation clamp, low = 0.0>} : () -> ()
// CHECK: Expected one of 'max', 'min'

// -----

"test.op"() {t = #quant<activation clamp, min = 0.0, min = 1.0>} : () -> ()
// CHECK: Expected one of 'max'

// -----

"test.op"() {t = #quant<activation clamp, min = 6>} : () -> ()
// CHECK: expected floating point literal: decimal with a dot (2.0, 1.0e-40), or the 64 bits of a double in hexadecimal (0x...), which infinity needs

// -----

"test.op"() {t = #quant<activation clamp, min = 6.0, max = 0.0>} : () -> ()
// CHECK: min of an activation must not exceed max, got 6.0 and 0.0

// -----

"test.op"() {t = #quant<activation clamp, max = 0x7FF8000000000000>} : () -> ()
// CHECK: bounds of an activation must be numbers, got -inf and nan
