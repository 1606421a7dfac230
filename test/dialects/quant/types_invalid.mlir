// RUN: qfin-opt %s --split-input-file --parsing-diagnostics | filecheck %s

"test.op"() {t = !quant.uniform<i33:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i33:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type size: 33

// -----

"test.op"() {t = !quant.uniform<u0:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<u0:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type size: 0

// -----

"test.op"() {t = !quant.uniform<f32:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<f32:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: expected an integer storage type such as i8 or u8

// -----

"test.op"() {t = !quant.uniform<unit8:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<unit8:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: expected an integer storage type such as i8 or u8

// -----

"test.op"() {t = !quant.uniform<i8<-129:127>:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8<-129:127>:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type minimum: -129

// -----

"test.op"() {t = !quant.uniform<i8<-128:128>:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8<-128:128>:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type maximum: 128

// -----

"test.op"() {t = !quant.uniform<u8<-1:100>:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<u8<-1:100>:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type minimum: -1

// -----

"test.op"() {t = !quant.uniform<u8<0:256>:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<u8<0:256>:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type maximum: 256

// -----

"test.op"() {t = !quant.uniform<i8<5:5>:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8<5:5>:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage min and storage max: (5:5)

// -----

"test.op"() {t = !quant.uniform<i8<6:5>:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8<6:5>:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage min and storage max: (6:5)

// -----

"test.op"() {t = !quant.uniform<i8<-1>:f32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8<-1>:f32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected ':'

// -----

"test.op"() {t = !quant.uniform<i8, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected ':'

// -----

"test.op"() {t = !quant.uniform<i8:i32, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8:i32, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: expressed type must be floating point

// -----

"test.op"() {t = !quant.uniform<i8:f32>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected ','

// -----

"test.op"() {t = !quant.uniform<i8:f32, 1>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 1>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.uniform<i8:f32, -1>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, -1>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.uniform<i8:f32, -0x3FB999999999999A>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, -0x3FB999999999999A>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.uniform<i8:f32, 0x3FB999999999999A0>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 0x3FB999999999999A0>
// CHECK-NEXT: ^
// CHECK-NEXT: hexadecimal float literal has more than 64 bits

// -----

"test.op"() {t = !quant.uniform<i8:f32, 1.0:0.5>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 1.0:0.5>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected integer literal

// -----

"test.op"() {t = !quant.uniform<i8:f32, 1.0:9223372036854775808>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 1.0:9223372036854775808>
// CHECK-NEXT: ^
// CHECK-NEXT: zero point does not fit in 64 bits

// -----

"test.op"() {t = !quant.uniform<i8:f32, 0.0>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 0.0>
// CHECK-NEXT: ^
// CHECK-NEXT: scale 0.000000e+00 out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.uniform<i8:f32, -1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, -1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: scale -1.000000e+00 out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.uniform<i8:f32, 1.0e-46>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 1.0e-46>
// CHECK-NEXT: ^
// CHECK-NEXT: scale 1.000000e-46 out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.uniform<i8:f32, 1.0e39>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 1.0e39>
// CHECK-NEXT: ^
// CHECK-NEXT: scale 1.000000e+39 out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.uniform<i8:f32, 0x7FF0000000000000>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 0x7FF0000000000000>
// CHECK-NEXT: ^
// CHECK-NEXT: scale inf out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.uniform<i8:f32, 0x7FF8000000000000>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, 0x7FF8000000000000>
// CHECK-NEXT: ^
// CHECK-NEXT: scale nan out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.uniform<i8:f16, 5.8e-8>} : () -> ()
// CHECK: t = !quant.uniform<i8:f16, 5.8e-8>
// CHECK-NEXT: ^
// CHECK-NEXT: scale 5.800000e-08 out of expressed type range [5.960464e-08, 6.550400e+04]

// -----

"test.op"() {t = !quant.uniform<i8:f16, 65505.0>} : () -> ()
// CHECK: t = !quant.uniform<i8:f16, 65505.0>
// CHECK-NEXT: ^
// CHECK-NEXT: scale 6.550500e+04 out of expressed type range [5.960464e-08, 6.550400e+04]

// -----

"test.op"() {t = !quant.uniform<i8:f8E4M3FN, 449.0>} : () -> ()
// CHECK: t = !quant.uniform<i8:f8E4M3FN, 449.0>
// CHECK-NEXT: ^
// CHECK-NEXT: scale 4.490000e+02 out of expressed type range [1.953125e-03, 4.480000e+02]

// -----

"test.op"() {t = !quant.uniform<i8:f32:0, {}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:0, {}>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.uniform<i8:f32:0, {1.0, -1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:0, {1.0, -1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: scale -1.000000e+00 out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.uniform<i8:f32:-1, {1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:-1, {1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal quantized dimension: -1

// -----

"test.op"() {t = !quant.uniform<i8:f32:0, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:0, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected '{'

// -----

"test.op"() {t = !quant.uniform<i8:f32, {1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32, {1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.uniform<i8:f32:0, {{1.0}, {2.0}}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:0, {{[{][{]}}1.0}, {2.0}}>
// CHECK-NEXT: ^
// CHECK-NEXT: scales of shape [2, 1] do not fit the type

// -----

"test.op"() {t = !quant.uniform<i8:f32:0, {1.0, 2}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:0, {1.0, 2}>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.uniform<i8:f32:{}, 1.0>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{}, 1.0>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected '{'

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0:1}, {}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0:1}, {}>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0:0}, {1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0:0}, {1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal block size: 0

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0:-2}, {1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0:-2}, {1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal block size: -2

// -----

"test.op"() {t = !quant.uniform<i8:f32:{-1:1}, {1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{-1:1}, {1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal quantized dimension: -1

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0:1, 0:2}, {1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0:1, 0:2}, {1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: an axis has two block sizes

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0}, {1.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0}, {1.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected ':'

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0:1, 1:2}, {{2.0, 3.0}, {4.0}}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0:1, 1:2}, {{[{][{]}}2.0, 3.0}, {4.0}}>
// CHECK-NEXT: ^
// CHECK-NEXT: lists of scales at one level differ in shape

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0:1, 1:2}, {{2.0, 3.0}, 4.0}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0:1, 1:2}, {{[{][{]}}2.0, 3.0}, 4.0}>
// CHECK-NEXT: ^
// CHECK-NEXT: Expected '{'

// -----

"test.op"() {t = !quant.uniform<i8:f32:{0:1}, {2.0, 1.0e40}>} : () -> ()
// CHECK: t = !quant.uniform<i8:f32:{0:1}, {2.0, 1.0e40}>
// CHECK-NEXT: ^
// CHECK-NEXT: scale 1.000000e+40 out of expressed type range [1.401298e-45, 3.402823e+38]

// -----

"test.op"() {t = !quant.any<>} : () -> ()
// CHECK: t = !quant.any<>
// CHECK-NEXT: ^
// CHECK-NEXT: expected an integer storage type such as i8 or u8

// -----

"test.op"() {t = !quant.any<i33>} : () -> ()
// CHECK: t = !quant.any<i33>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type size: 33

// -----

"test.op"() {t = !quant.any<u8<1:256>>} : () -> ()
// CHECK: t = !quant.any<u8<1:256>>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal storage type maximum: 256

// -----

"test.op"() {t = !quant.any<i8:i32>} : () -> ()
// CHECK: t = !quant.any<i8:i32>
// CHECK-NEXT: ^
// CHECK-NEXT: expressed type must be floating point

// -----

"test.op"() {t = !quant.calibrated<f32>} : () -> ()
// CHECK: t = !quant.calibrated<f32>
// CHECK-NEXT: ^
// CHECK-NEXT: '<' expected

// -----

"test.op"() {t = !quant.calibrated<i32<-1.0:1.0>>} : () -> ()
// CHECK: t = !quant.calibrated<i32<-1.0:1.0>>
// CHECK-NEXT: ^
// CHECK-NEXT: expressed type must be floating point

// -----

"test.op"() {t = !quant.calibrated<f32<-1.0:1>>} : () -> ()
// CHECK: t = !quant.calibrated<f32<-1.0:1>>
// CHECK-NEXT: ^
// CHECK-NEXT: expected floating point literal

// -----

"test.op"() {t = !quant.calibrated<f32<1.0:1.0>>} : () -> ()
// CHECK: t = !quant.calibrated<f32<1.0:1.0>>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal min and max: (1.000000e+00:1.000000e+00)

// -----

"test.op"() {t = !quant.calibrated<f32<2.0:1.0>>} : () -> ()
// CHECK: t = !quant.calibrated<f32<2.0:1.0>>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal min and max: (2.000000e+00:1.000000e+00)

// -----

"test.op"() {t = !quant.calibrated<f32<0x7FF8000000000000:1.0>>} : () -> ()
// CHECK: t = !quant.calibrated<f32<0x7FF8000000000000:1.0>>
// CHECK-NEXT: ^
// CHECK-NEXT: illegal min and max: (nan:1.000000e+00)
