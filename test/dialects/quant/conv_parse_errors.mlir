// RUN: qfin-opt %s --split-input-file --parsing-diagnostics | filecheck %s

// CHECK: conv1d packs a weight [O, C/groups, K] and has a geometry, got tensor<4x3x1x2xi8>
func.func private @main(!quant.packed<conv1d, tensor<4x3x1x2xi8>>)

// -----

// CHECK: stride must be one value >= 1, [length], got [1, 1]
func.func private @main(!quant.packed<conv1d, tensor<4x3x2xi8>, stride = [1, 1]>)

// -----

// CHECK: 'output_padding' is not a parameter of packed conv1d weights
func.func private @main(!quant.packed<conv1d, tensor<4x3x2xi8>, output_padding = [1]>)

// -----

// CHECK: 4 output channels do not divide into 3 groups
func.func private @main(!quant.packed<conv1d, tensor<4x3x2xi8>, groups = 3>)

// -----

// CHECK: the window of a convolution is not empty, got tensor<4x3x0xi8>
func.func private @main(!quant.packed<conv1d, tensor<4x3x0xi8>>)

// -----

// CHECK: 'conv4d' is not an op that packs weights (linear, linear_fp16, conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d do)
func.func private @main(!quant.packed<conv4d, tensor<4x3x2xi8>>)

// -----

// CHECK: conv_transpose2d packs a weight [I, O/groups, KH, KW] and has a geometry, got tensor<4x3x2xi8>
func.func private @main(!quant.packed<conv_transpose2d, tensor<4x3x2xi8>>)

// -----

// CHECK: conv_transpose1d packs a weight [I, O/groups, K] and has a geometry, got tensor<4x3x2x2xi8>
func.func private @main(!quant.packed<conv_transpose1d, tensor<4x3x2x2xi8>>)

// -----

// CHECK: output_padding must be smaller than stride or dilation, got [1]
func.func private @main(!quant.packed<conv_transpose1d, tensor<4x3x2xi8>, output_padding = [1]>)

// -----

// CHECK: 4 input channels do not divide into 3 groups
func.func private @main(!quant.packed<conv_transpose1d, tensor<4x3x2xi8>, groups = 3>)

// -----

// CHECK: 'output_padding' is not a parameter of packed linear weights
func.func private @main(!quant.packed<linear, tensor<4x3xi8>, output_padding = [1]>)

// -----

// CHECK: conv3d packs a weight [O, C/groups, KD, KH, KW] and has a geometry, got tensor<4x3x2x2xi8>
func.func private @main(!quant.packed<conv3d, tensor<4x3x2x2xi8>>)

// -----

// CHECK: padding must be six values >= 0, [front, back, top, bottom, left, right], got [1, 1, 1, 1]
func.func private @main(!quant.packed<conv3d, tensor<4x3x2x2x2xi8>, padding = [1, 1, 1, 1]>)

// -----

// CHECK: conv_transpose3d packs a weight [I, O/groups, KD, KH, KW] and has a geometry, got tensor<4x3x2xi8>
func.func private @main(!quant.packed<conv_transpose3d, tensor<4x3x2xi8>>)
