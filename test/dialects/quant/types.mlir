// RUN: QFIN_ROUNDTRIP

"test.op"() {
  per_layer = !quant.uniform<i8:f32, 0.1>,
  zero_point = !quant.uniform<i8:f32, 0.1:-3>,
  zero_point_zero = !quant.uniform<i8:f32, 0.1:0>,
  zero_point_far = !quant.uniform<i8:f32, 0.1:300>,
  unsigned = !quant.uniform<u8:f32, 0.5:128>,
  unsigned_ui = !quant.uniform<ui8:f32, 0.5:128>,
  signed_si = !quant.uniform<si8:f32, 0.5>,
  narrow = !quant.uniform<i8<-127:127>:f32, 0.5>,
  narrow_unsigned = !quant.uniform<u8<2:10>:f32, 0.5>,
  full = !quant.uniform<u8<0:255>:f32, 0.5>,
  spaced = !quant.uniform< i8 < -8 : 7 > : f32 , 0.5 : 3 >,
  one_bit = !quant.uniform<i1:f32, 0.5>,
  four_bits = !quant.uniform<u4:f32, 0.5:15>,
  i32 = !quant.uniform<i32:f32, 0.001>,
  u32 = !quant.uniform<u32:f64, 1.0e-300>,
  f16 = !quant.uniform<i8:f16, 0.1>,
  bf16 = !quant.uniform<i8:bf16, 0.1>,
  f8 = !quant.uniform<i8:f8E4M3FN, 0.5>,
  long_form = !quant<uniform<i8:f32, 0.1:2>>
} : () -> ()
// CHECK:      per_layer = !quant.uniform<i8:f32, 1.000000e-01>,
// CHECK-SAME: zero_point = !quant.uniform<i8:f32, 1.000000e-01:-3>,
// CHECK-SAME: zero_point_zero = !quant.uniform<i8:f32, 1.000000e-01>,
// CHECK-SAME: zero_point_far = !quant.uniform<i8:f32, 1.000000e-01:300>,
// CHECK-SAME: unsigned = !quant.uniform<u8:f32, 5.000000e-01:128>,
// CHECK-SAME: unsigned_ui = !quant.uniform<u8:f32, 5.000000e-01:128>,
// CHECK-SAME: signed_si = !quant.uniform<i8:f32, 5.000000e-01>,
// CHECK-SAME: narrow = !quant.uniform<i8<-127:127>:f32, 5.000000e-01>,
// CHECK-SAME: narrow_unsigned = !quant.uniform<u8<2:10>:f32, 5.000000e-01>,
// CHECK-SAME: full = !quant.uniform<u8:f32, 5.000000e-01>,
// CHECK-SAME: spaced = !quant.uniform<i8<-8:7>:f32, 5.000000e-01:3>,
// CHECK-SAME: one_bit = !quant.uniform<i1:f32, 5.000000e-01>,
// CHECK-SAME: four_bits = !quant.uniform<u4:f32, 5.000000e-01:15>,
// CHECK-SAME: i32 = !quant.uniform<i32:f32, 1.000000e-03>,
// CHECK-SAME: u32 = !quant.uniform<u32:f64, 1.000000e-300>,
// CHECK-SAME: f16 = !quant.uniform<i8:f16, 1.000000e-01>,
// CHECK-SAME: bf16 = !quant.uniform<i8:bf16, 1.000000e-01>,
// CHECK-SAME: f8 = !quant.uniform<i8:f8E4M3FN, 5.000000e-01>,
// CHECK-SAME: long_form = !quant.uniform<i8:f32, 1.000000e-01:2>

// -----

// Scales are doubles: six digits where they suffice, else seventeen, else the bits.
"test.op"() {
  short = !quant.uniform<i8:f32, 0x3FB999999999999A>,
  long = !quant.uniform<i8:f32, 0.003921568859368563>,
  whole = !quant.uniform<i8:f32, 123456789.0>,
  trailing_dot = !quant.uniform<i8:f32, 2.>,
  smallest = !quant.uniform<i8:f32, 1.5E-45>
} : () -> ()
// CHECK:      short = !quant.uniform<i8:f32, 1.000000e-01>,
// CHECK-SAME: long = !quant.uniform<i8:f32, 0.0039215688593685627>,
// CHECK-SAME: whole = !quant.uniform<i8:f32, 0x419D6F3454000000>,
// CHECK-SAME: trailing_dot = !quant.uniform<i8:f32, 2.000000e+00>,
// CHECK-SAME: smallest = !quant.uniform<i8:f32, 1.500000e-45>

// -----

"test.op"() {
  axis0 = !quant.uniform<i8<-127:127>:f32:0, {0.1,0.2:1}>,
  axis3 = !quant.uniform<u8:f32:3, {0.25, 0.5:-4 , 0x3FB999999999999A : 7}>,
  one = !quant.uniform<i8:f32:1, {2.0}>,
  commented = !quant.uniform<i8:f32:0, {0.5, // first
                                        0.25:1}>
} : () -> ()
// CHECK:      axis0 = !quant.uniform<i8<-127:127>:f32:0, {1.000000e-01,2.000000e-01:1}>,
// CHECK-SAME: axis3 = !quant.uniform<u8:f32:3, {2.500000e-01,5.000000e-01:-4,1.000000e-01:7}>,
// CHECK-SAME: one = !quant.uniform<i8:f32:1, {2.000000e+00}>,
// CHECK-SAME: commented = !quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01:1}>

// -----

// Sub-channel scales are values of the expressed type.
"test.op"() {
  two_axes = !quant.uniform<i8:f32:{0:1, 1:2}, {{2.0:120, 3.0:-127}, {4.0, 5.0}}>,
  unordered = !quant.uniform<i8:f32:{1:2,0:1}, {{2.0,3.0},{4.0,5.0}}>,
  one_axis = !quant.uniform<u8:f32:{0:4}, {2.0:9, 3.0}>,
  three_axes = !quant.uniform<i8:f32:{0:1, 2:4}, {{{1.0, 2.0}}, {{3.0, 4.0}}}>,
  none = !quant.uniform<i8:f32:{}, {{1.0}}>,
  rounded = !quant.uniform<i8:f16:{0:1}, {0.1}>
} : () -> ()
// CHECK:      two_axes = !quant.uniform<i8:f32:{0:1, 1:2}, {{[{][{]}}2.000000e+00:120, 3.000000e+00:-127}, {4.000000e+00, 5.000000e+00{{[}][}]}}>,
// CHECK-SAME: unordered = !quant.uniform<i8:f32:{1:2, 0:1}, {{[{][{]}}2.000000e+00, 3.000000e+00}, {4.000000e+00, 5.000000e+00{{[}][}]}}>,
// CHECK-SAME: one_axis = !quant.uniform<u8:f32:{0:4}, {2.000000e+00:9, 3.000000e+00}>,
// CHECK-SAME: three_axes = !quant.uniform<i8:f32:{0:1, 2:4}, {{[{][{][{]}}1.000000e+00, 2.000000e+00{{[}][}]}}, {{[{][{]}}3.000000e+00, 4.000000e+00{{[}][}][}]}}>,
// CHECK-SAME: none = !quant.uniform<i8:f32:{}, {{[{][{]}}1.000000e+00{{[}][}]}}>,
// CHECK-SAME: rounded = !quant.uniform<i8:f16:{0:1}, {0.0999755859375}>

// -----

"test.op"() {
  plain = !quant.any<i8>,
  range = !quant.any<u8<1:250>>,
  expressed = !quant.any<si16:f32>,
  both = !quant.any<ui8<1:250>:f16>,
  full = !quant.any<i8<-128:127>>,
  long_form = !quant<any<i8>>
} : () -> ()
// CHECK:      plain = !quant.any<i8>,
// CHECK-SAME: range = !quant.any<u8<1:250>>,
// CHECK-SAME: expressed = !quant.any<i16:f32>,
// CHECK-SAME: both = !quant.any<u8<1:250>:f16>,
// CHECK-SAME: full = !quant.any<i8>,
// CHECK-SAME: long_form = !quant.any<i8>

// -----

"test.op"() {
  plain = !quant.calibrated<f32<-0.998:1.2321>>,
  bits = !quant.calibrated<f64<0x3FB999999999999A:1.0>>,
  long_form = !quant<calibrated<f16<-1.0:1.0>>>
} : () -> ()
// CHECK:      plain = !quant.calibrated<f32<-9.980000e-01:1.232100e+00>>,
// CHECK-SAME: bits = !quant.calibrated<f64<1.000000e-01:1.000000e+00>>,
// CHECK-SAME: long_form = !quant.calibrated<f16<-1.000000e+00:1.000000e+00>>

// -----

!q = !quant.uniform<i8:f32, 0.5:1>

// In tensors of any rank, with an encoding, and alone; through an alias.
func.func private @containers(!q, tensor<!q>, tensor<4x?x!q>, tensor<*x!q>, tensor<4x!q, "nhwc">)
// CHECK:      func.func private @containers(
// CHECK-SAME: !quant.uniform<i8:f32, 5.000000e-01:1>,
// CHECK-SAME: tensor<!quant.uniform<i8:f32, 5.000000e-01:1>>,
// CHECK-SAME: tensor<4x?x!quant.uniform<i8:f32, 5.000000e-01:1>>,
// CHECK-SAME: tensor<*x!quant.uniform<i8:f32, 5.000000e-01:1>>,
// CHECK-SAME: tensor<4x!quant.uniform<i8:f32, 5.000000e-01:1>, "nhwc">
