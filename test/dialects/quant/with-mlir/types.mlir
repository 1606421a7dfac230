// RUN: qfin-opt %s | MLIR_OPT | qfin-opt | filecheck %s
// RUN: qfin-opt %s --print-op-generic | MLIR_OPT --mlir-print-op-generic --mlir-print-local-scope | qfin-opt | filecheck %s

// Upstream reads what we print, and we read what it prints.

func.func private @per_layer(
  !quant.uniform<i8:f32, 0.1>,
  !quant.uniform<i8<-127:127>:f32, 0.1:-3>,
  !quant.uniform<u8:f16, 0.5:128>,
  !quant.uniform<u4<1:14>:bf16, 0.5:300>,
  !quant.uniform<i32:f64, 1.0e-300>,
  !quant.uniform<i8:f8E4M3FN, 0.5>
)
// CHECK:      !quant.uniform<i8:f32, 1.000000e-01>
// CHECK-SAME: !quant.uniform<i8<-127:127>:f32, 1.000000e-01:-3>
// CHECK-SAME: !quant.uniform<u8:f16, 5.000000e-01:128>
// CHECK-SAME: !quant.uniform<u4<1:14>:bf16, 5.000000e-01:300>
// CHECK-SAME: !quant.uniform<i32:f64, 1.000000e-300>
// CHECK-SAME: !quant.uniform<i8:f8E4M3FN, 5.000000e-01>

// Scales that six digits do not give.
func.func private @scales(
  !quant.uniform<i8:f32, 0.003921568859368563>,
  !quant.uniform<i8:f32, 123456789.0>,
  !quant.uniform<i8:f32, 0.023528477177023888>,
  !quant.uniform<i8:f32, 1.4012984643248171e-45>
)
// CHECK:      !quant.uniform<i8:f32, 0.0039215688593685627>
// CHECK-SAME: !quant.uniform<i8:f32, 0x419D6F3454000000>
// CHECK-SAME: !quant.uniform<i8:f32, 0.023528477177023888>
// CHECK-SAME: !quant.uniform<i8:f32, 1.4012984643248171e-45>

func.func private @per_axis(
  tensor<2x!quant.uniform<i8<-127:127>:f32:0, {0.1,0.2:1}>>,
  tensor<?x3x!quant.uniform<u8:f32:1, {0.003921568859368563:128,123456789.0,0.5:255}>>
)
// CHECK:      tensor<2x!quant.uniform<i8<-127:127>:f32:0, {1.000000e-01,2.000000e-01:1}>>
// CHECK-SAME: tensor<?x3x!quant.uniform<u8:f32:1, {0.0039215688593685627:128,0x419D6F3454000000,5.000000e-01:255}>>

// Zero points below 0 and, of u8, above 127 are left out: upstream 22 does not bear them here.
func.func private @sub_channel(
  tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{2.0:120, 0.1}, {4.0, 5.0}}>>,
  tensor<2x4x!quant.uniform<u8<1:200>:f16:{1:2, 0:1}, {{2.0, 0.1:7}, {4.0, 5.0}}>>,
  tensor<6x5x!quant.uniform<i8:f32:{0:3}, {{1.0}, {2.0}}>>
)
// CHECK:      tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{[{][{]}}2.000000e+00:120, 0.10000000149011612}, {4.000000e+00, 5.000000e+00{{[}][}]}}>>
// CHECK-SAME: tensor<2x4x!quant.uniform<u8<1:200>:f16:{1:2, 0:1}, {{[{][{]}}2.000000e+00, 0.0999755859375:7}, {4.000000e+00, 5.000000e+00{{[}][}]}}>>
// CHECK-SAME: tensor<6x5x!quant.uniform<i8:f32:{0:3}, {{[{][{]}}1.000000e+00}, {2.000000e+00{{[}][}]}}>>

func.func private @others(
  !quant.any<i8>,
  !quant.any<u8<1:250>:f32>,
  !quant.calibrated<f32<-0.998:1.2321>>
)
// CHECK:      !quant.any<i8>
// CHECK-SAME: !quant.any<u8<1:250>:f32>
// CHECK-SAME: !quant.calibrated<f32<-9.980000e-01:1.232100e+00>>
