// RUN: QFIN_ROUNDTRIP

// relu is the clamp from 0.0 on; bounds that do nothing are not written.
// CHECK:      "test.op"() {a = #quant<activation none>, b = #quant<activation none>, c = #quant<activation none>}
// CHECK-NEXT: "test.op"() {a = #quant<activation relu>, b = #quant<activation relu>, c = #quant<activation relu>}
// CHECK-NEXT: "test.op"() {a = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>, b = #quant<activation clamp, min = 0.000000e+00, max = 6.000000e+00>}
// CHECK-NEXT: "test.op"() {a = #quant<activation clamp, min = -1.500000e+00>, b = #quant<activation clamp, max = 1.000000e-01>, c = #quant<activation clamp, min = 2.000000e+00, max = 2.000000e+00>}
"test.op"() {a = #quant<activation none>, b = #quant<activation clamp>,
             c = #quant<activation clamp, min = 0xFFF0000000000000>} : () -> ()
"test.op"() {a = #quant<activation relu>, b = #quant<activation clamp, min = 0.0>,
             c = #quant<activation clamp, min = -0.0>} : () -> ()
"test.op"() {a = #quant<activation clamp, min = 0.0, max = 6.0>,
             b = #quant<activation clamp, max = 6.0, min = 0.0>} : () -> ()
"test.op"() {a = #quant<activation clamp, min = -1.5>, b = #quant<activation clamp, max = 0.1>,
             c = #quant<activation clamp, min = 2.0, max = 2.0>} : () -> ()
