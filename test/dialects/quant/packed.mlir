// RUN: QFIN_ROUNDTRIP

!qw = !quant.uniform<i8:f32, 0.5>
!qc = !quant.uniform<i8<-127:127>:f32:0, {0.5,0.25}>
!qb = !quant.uniform<i32:f32, 0.125>
!qbc = !quant.uniform<i32:f32:0, {0.125,0.0625}>

// CHECK: "test.op"() {
"test.op"() {
  // CHECK-SAME: linear = !quant.packed<linear, tensor<2x3xi8>>
  linear = !quant.packed<linear, tensor<2x3xi8>>,
  // CHECK-SAME: linear_f32 = !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  linear_f32 = !quant.packed<linear, tensor<2x3xi8>, bias = f32>,
  // CHECK-SAME: conv = !quant.packed<conv2d, tensor<4x1x3x3xi8>, bias = i32>
  conv = !quant.packed<conv2d, tensor<4x1x3x3xi8>, bias = i32>,
  // What has its usual value is not printed, and the order is one.
  // CHECK-SAME: usual = !quant.packed<conv2d, tensor<4x1x3x3xi8>>
  usual = !quant.packed<conv2d, tensor<4x1x3x3xi8>, groups = 1, dilation = [1, 1], padding = [0, 0, 0, 0], stride = [1, 1]>,
  // CHECK-SAME: geometry = !quant.packed<conv2d, tensor<4x1x3x3xi8>, bias = f32, stride = [2, 1], padding = [1, 0, 2, 3], dilation = [1, 2], groups = 4>
  geometry = !quant.packed<conv2d, tensor<4x1x3x3xi8>, groups = 4, dilation = [1, 2], padding = [1, 0, 2, 3], stride = [2, 1], bias = f32>,
  // CHECK-SAME: laid_out = !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 16, depth = 4>>
  laid_out = !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 16, depth = 4>>,
  // CHECK-SAME: empty = !quant.packed<linear, tensor<0x3xi8>>
  empty = !quant.packed<linear, tensor<0x3xi8>>,
  // CHECK-SAME: no_input = !quant.packed<conv2d, tensor<4x0x3x3xi8>>
  no_input = !quant.packed<conv2d, tensor<4x0x3x3xi8>>,
  // CHECK-SAME: long_form = !quant.packed<linear, tensor<2x3xi8>>
  long_form = !quant<packed<linear, tensor<2x3xi8>>>
} : () -> ()

// CHECK-LABEL: @linear
func.func @linear(%w: tensor<2x3x!qw>, %c: tensor<2x3x!qc>, %f: tensor<2xf32>, %i: tensor<2x!qb>, %ic: tensor<2x!qbc>) {
  // CHECK: quant.prepack %w : (tensor<2x3x!quant.uniform<i8:f32, 5.000000e-01>>) -> !quant.packed<linear, tensor<2x3xi8>>
  %0 = quant.prepack %w : (tensor<2x3x!qw>) -> !quant.packed<linear, tensor<2x3xi8>>
  // CHECK: quant.prepack %c, %f : (tensor<2x3x!quant.uniform<i8<-127:127>:f32:0, {5.000000e-01,2.500000e-01}>>, tensor<2xf32>) -> !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  %1 = quant.prepack %c, %f : (tensor<2x3x!qc>, tensor<2xf32>) -> !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  // CHECK: quant.prepack %w, %i : ({{.*}}, tensor<2x!quant.uniform<i32:f32, 1.250000e-01>>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  %2 = quant.prepack %w, %i : (tensor<2x3x!qw>, tensor<2x!qb>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  // CHECK: quant.prepack %c, %ic : ({{.*}}, tensor<2x!quant.uniform<i32:f32:0, {1.250000e-01,6.250000e-02}>>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  %3 = quant.prepack %c, %ic : (tensor<2x3x!qc>, tensor<2x!qbc>) -> !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  // CHECK: [[W:%.*]] = quant.unpack {{.*}} : (!quant.packed<linear, tensor<2x3xi8>>) -> tensor<2x3x!quant.uniform<i8:f32, 5.000000e-01>>
  %w0 = quant.unpack %0 : (!quant.packed<linear, tensor<2x3xi8>>) -> tensor<2x3x!qw>
  // CHECK: {{%.*}}, {{%.*}} = quant.unpack {{.*}} : (!quant.packed<linear, tensor<2x3xi8>, bias = f32>) -> ({{.*}}, tensor<2xf32>)
  %w1, %b1 = quant.unpack %1 : (!quant.packed<linear, tensor<2x3xi8>, bias = f32>) -> (tensor<2x3x!qc>, tensor<2xf32>)
  func.return
}

// CHECK-LABEL: @conv2d
func.func @conv2d(%w: tensor<2x3x3x3x!qc>, %b: tensor<2xf32>) {
  // CHECK: -> !quant.packed<conv2d, tensor<2x3x3x3xi8>, bias = f32, padding = [1, 1, 1, 1]>
  %0 = quant.prepack %w, %b : (tensor<2x3x3x3x!qc>, tensor<2xf32>) -> !quant.packed<conv2d, tensor<2x3x3x3xi8>, bias = f32, padding = [1, 1, 1, 1]>
  // CHECK: quant.unpack
  %w0, %b0 = quant.unpack %0 : (!quant.packed<conv2d, tensor<2x3x3x3xi8>, bias = f32, padding = [1, 1, 1, 1]>) -> (tensor<2x3x3x3x!qc>, tensor<2xf32>)
  func.return
}

// CHECK-LABEL: @zero_points
func.func @zero_points(%w: tensor<2x3x!quant.uniform<u8:f32:0, {0.5:7,0.25}>>) {
  // CHECK: -> !quant.packed<linear, tensor<2x3xi8>>
  %0 = quant.prepack %w : (tensor<2x3x!quant.uniform<u8:f32:0, {0.5:7,0.25}>>) -> !quant.packed<linear, tensor<2x3xi8>>
  // CHECK: quant.unpack
  %w0 = quant.unpack %0 : (!quant.packed<linear, tensor<2x3xi8>>) -> tensor<2x3x!quant.uniform<u8:f32:0, {0.5:7,0.25}>>
  func.return
}

// CHECK-LABEL: @constants
func.func @constants() {
  // CHECK: quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<5.000000e-01> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  %0 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>>
  // CHECK: scales = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>, bias = dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf32>> : !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  %1 = quant.packed_constant <dense<[[1, -128, 3], [4, 5, 127]]> : tensor<2x3xi8>, scales = dense<[0.5, 0.25]> : tensor<2xf32>, bias = dense<[1.0, -2.0]> : tensor<2xf32>> : !quant.packed<linear, tensor<2x3xi8>, bias = f32>
  // CHECK: bias = dense<[1, -2]> : tensor<2xi32>> : !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  %2 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, bias = dense<[1, -2]> : tensor<2xi32>> : !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  // Two lanes, of which one block holds both channels; three inputs are padded to a depth of four.
  // CHECK: dense<[1, 2, 3, 0, 4, 5, 6, 0]> : tensor<8xi8>
  // CHECK-SAME: layout = #layout.blocked<lanes = 2, depth = 4>
  %3 = quant.packed_constant <dense<[1, 2, 3, 0, 4, 5, 6, 0]> : tensor<8xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<2x3xi8>, layout = #layout.blocked<lanes = 2, depth = 4>>
  // Two groups, each of one block of 4 lanes, 9 taps, and one step.
  // CHECK: tensor<288xi8>
  %4 = quant.packed_constant <dense<0> : tensor<288xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<conv2d, tensor<6x2x3x3xi8>, groups = 2, layout = #layout.blocked<lanes = 4, depth = 4>>
  // CHECK: scales = dense<5.000000e-01> : tensor<1xf32>, zero_points = dense<[-128, 127]> : tensor<2xi32>, bias = dense<1> : tensor<2xi32>>
  %6 = quant.packed_constant <dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>, zero_points = dense<[-128, 127]> : tensor<2xi32>, bias = dense<1> : tensor<2xi32>> : !quant.packed<linear, tensor<2x3xi8>, bias = i32>
  // CHECK: dense<> : tensor<0x3xi8>
  %5 = quant.packed_constant <dense<> : tensor<0x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !quant.packed<linear, tensor<0x3xi8>>
  func.return
}

// CHECK: "test.op"() {content = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<5.000000e-01> : tensor<1xf32>>} : () -> ()
"test.op"() {content = #quant.weights<dense<1> : tensor<2x3xi8>, scales = dense<0.5> : tensor<1xf32>>} : () -> ()
