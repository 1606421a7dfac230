// RUN: qfin-opt %s --split-input-file --parsing-diagnostics | filecheck %s

// The op.
"test.op"() {t = !quant.packed<matmul, tensor<2x3xi8>>} : () -> ()
// CHECK: 'matmul' is not an op that packs weights

// -----

"test.op"() {t = !quant.packed<tensor<2x3xi8>>} : () -> ()
// CHECK: Expected ','

// -----

"test.op"() {t = !quant.packed} : () -> ()
// CHECK: '<' expected

// -----

// The weight.
"test.op"() {t = !quant.packed<linear, i8>} : () -> ()
// CHECK: expected the weight's type, a tensor of i8

// -----

"test.op"() {t = !quant.packed<linear, memref<2x3xi8>>} : () -> ()
// CHECK: expected the weight's type, a tensor of i8

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xf32>>} : () -> ()
// CHECK: expected the weight's type, a tensor of i8

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xi4>>} : () -> ()
// CHECK: packed weights are stored as i8, got i4

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xui8>>} : () -> ()
// CHECK: packed weights are stored as i8, got ui8

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x?xi8>>} : () -> ()
// CHECK: packed weights have static shapes, got tensor<2x?xi8>

// -----

"test.op"() {t = !quant.packed<linear, tensor<*xi8>>} : () -> ()
// CHECK: expected the weight's type, a tensor of i8

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xi8, #layout.nhwc>>} : () -> ()
// CHECK: the layout of packed weights stands in 'layout = ...'

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3x1xi8>>} : () -> ()
// CHECK: linear packs a weight [N, K] and has no geometry, got tensor<2x3x1xi8>

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3xi8>>} : () -> ()
// CHECK: conv2d packs a weight [O, C/groups, KH, KW] and has a geometry, got tensor<2x3xi8>

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x0x3xi8>>} : () -> ()
// CHECK: the window of a convolution is not empty, got tensor<2x3x0x3xi8>

// -----

// The bias.
"test.op"() {t = !quant.packed<linear, tensor<2x3xi8>, bias = i8>} : () -> ()
// CHECK: bias must be f32 or i32, got i8

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xi8>, bias = tensor<2xf32>>} : () -> ()
// CHECK: bias must be f32 or i32, got tensor<2xf32>

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xi8>, bias>} : () -> ()
// CHECK: Expected '='

// -----

// The geometry.
"test.op"() {t = !quant.packed<linear, tensor<2x3xi8>, groups = 2>} : () -> ()
// CHECK: 'groups' is not a parameter of packed linear weights

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xi8>, stride = [1, 1]>} : () -> ()
// CHECK: 'stride' is not a parameter of packed linear weights

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, pad = [1, 1, 1, 1]>} : () -> ()
// CHECK: 'pad' is not a parameter of packed conv2d weights

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, groups = 2, groups = 2>} : () -> ()
// CHECK: 'groups' is given twice

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, stride = [1, 1], stride = [1, 1]>} : () -> ()
// CHECK: 'stride' is given twice

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, bias = f32, bias = i32>} : () -> ()
// CHECK: 'bias' is given twice

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<3x3x3x3xi8>, groups = 2>} : () -> ()
// CHECK: 3 output channels do not divide into 2 groups

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, groups = 0>} : () -> ()
// CHECK: groups must be >= 1, got 0

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, groups = -1>} : () -> ()
// CHECK: groups must be >= 1, got -1

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, groups = true>} : () -> ()
// CHECK: Expected integer literal

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, stride = [1]>} : () -> ()
// CHECK: stride must be two values >= 1, [height, width], got [1]

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, stride = [0, 1]>} : () -> ()
// CHECK: stride must be two values >= 1, [height, width], got [0, 1]

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, dilation = [1, -1]>} : () -> ()
// CHECK: dilation must be two values >= 1, [height, width], got [1, -1]

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, padding = [1, 1]>} : () -> ()
// CHECK: padding must be four values >= 0, [top, bottom, left, right], got [1, 1]

// -----

"test.op"() {t = !quant.packed<conv2d, tensor<2x3x3x3xi8>, padding = 1>} : () -> ()
// CHECK: '[' expected

// -----

// The layout.
"test.op"() {t = !quant.packed<linear, tensor<2x3xi8>, layout = #layout.nhwc>} : () -> ()
// CHECK: layout must say how weights lie (#layout.blocked), got #layout.nhwc

// -----

"test.op"() {t = !quant.packed<linear, tensor<2x3xi8>, layout = "rows">} : () -> ()
// CHECK: layout must say how weights lie (#layout.blocked), got "rows"

// -----

// Contents.
"test.op"() {t = #quant.weights<"foo", scales = dense<0.5> : tensor<1xf32>>} : () -> ()
// CHECK: expected dense<...> : tensor<...>

// -----

"test.op"() {t = #quant.weights<dense<1.0> : tensor<2x3xf32>, scales = dense<0.5> : tensor<1xf32>>} : () -> ()
// CHECK: packed weights are stored as i8 or f16, got tensor<2x3xf32>

// -----

"test.op"() {t = #quant.weights<array<i8: 1, 2>, scales = dense<0.5> : tensor<1xf32>>} : () -> ()
// CHECK: expected dense<...> : tensor<...>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = 0.5 : f32>} : () -> ()
// CHECK: expected dense<...> : tensor<...>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf64>>} : () -> ()
// CHECK: scales must be f32 values in a row, got tensor<1xf64>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<f32>>} : () -> ()
// CHECK: scales must be f32 values in a row, got tensor<f32>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.0> : tensor<1xf32>>} : () -> ()
// CHECK: scales must be positive and finite, got 0.0

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<[0.5, -0.5]> : tensor<2xf32>>} : () -> ()
// CHECK: scales must be positive and finite, got -0.5

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0x7F800000> : tensor<1xf32>>} : () -> ()
// CHECK: scales must be positive and finite, got inf

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0x7FC00000> : tensor<1xf32>>} : () -> ()
// CHECK: scales must be positive and finite, got nan

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<1> : tensor<2xi8>>} : () -> ()
// CHECK: bias must be f32 or i32 values in a row, got tensor<2xi8>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<1.0> : tensor<2x1xf32>>} : () -> ()
// CHECK: bias must be f32 or i32 values in a row, got tensor<2x1xf32>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = unit>} : () -> ()
// CHECK: expected dense<...> : tensor<...>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>>} : () -> ()
// CHECK: Expected ','

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, zero_points = dense<0> : tensor<1xi8>>} : () -> ()
// CHECK: Expected 'scales'

// -----

// linear_fp16.
"test.op"() {t = !quant.packed<linear_fp16, tensor<2x3xf16>, bias = i32>} : () -> ()
// CHECK: bias of linear_fp16 must be f32

// -----

"test.op"() {t = !quant.packed<linear_fp16, tensor<2x3xi8>>} : () -> ()
// CHECK: packed weights are stored as f16, got i8

// -----

"test.op"() {t = !quant.packed<linear_fp16, tensor<2xf16>>} : () -> ()
// CHECK: linear_fp16 packs a weight [N, K] and has no geometry, got tensor<2xf16>

// -----

"test.op"() {t = #quant.weights<dense<1.5> : tensor<1x2xf16>, scales = dense<0.5> : tensor<1xf32>>} : () -> ()
// CHECK: the scale of f16 weights is 1, got [0.5]

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<0> : tensor<1xi8>>} : () -> ()
// CHECK: zero points must be i32 values in a row, got tensor<1xi8>

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<128> : tensor<1xi32>>} : () -> ()
// CHECK: zero points of i8 weights are -128 to 127, got 128

// -----

"test.op"() {t = #quant.weights<dense<1.5> : tensor<1x2xf16>, scales = dense<1.0> : tensor<1xf32>, zero_points = dense<0> : tensor<1xi32>>} : () -> ()
// CHECK: f16 weights have no zero points

// -----

"test.op"() {t = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, offsets = dense<0> : tensor<1xi32>>} : () -> ()
// CHECK: 'offsets' is not expected here
