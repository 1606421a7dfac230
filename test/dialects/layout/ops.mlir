// RUN: QFIN_ROUNDTRIP

!q = !quant.uniform<u8:f32, 0.5:128>
!c = !quant.uniform<i8:f32:1, {0.5,0.25,0.125}>

// CHECK-LABEL: @conversions
func.func @conversions(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32> {
  // CHECK: [[Y:%.*]] = layout.to_nhwc %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8xf32, #layout.nhwc>
  %y = layout.to_nhwc %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8xf32, #layout.nhwc>
  // CHECK: layout.to_nchw [[Y]] : tensor<1x3x8x8xf32, #layout.nhwc> to tensor<1x3x8x8xf32>
  %z = layout.to_nchw %y : tensor<1x3x8x8xf32, #layout.nhwc> to tensor<1x3x8x8xf32>
  func.return %z : tensor<1x3x8x8xf32>
}

// CHECK-LABEL: @quantized
func.func @quantized(%x: tensor<1x3x8x8x!q>, %c: tensor<1x3x8x8x!c>) {
  // CHECK: to tensor<1x3x8x8x!quant.uniform<u8:f32, 5.000000e-01:128>, #layout.nhwc>
  %y = layout.to_nhwc %x : tensor<1x3x8x8x!q> to tensor<1x3x8x8x!q, #layout.nhwc>
  // Per channel: the axis is the logical one.
  // CHECK: to tensor<1x3x8x8x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01,1.250000e-01}>, #layout.nhwc>
  %d = layout.to_nhwc %c : tensor<1x3x8x8x!c> to tensor<1x3x8x8x!c, #layout.nhwc>
  func.return
}

// CHECK-LABEL: @dynamic_and_empty
func.func @dynamic_and_empty(%x: tensor<?x3x?x?xf32>, %y: tensor<0x3x8x8xf32>) {
  // CHECK: tensor<?x3x?x?xf32> to tensor<?x3x?x?xf32, #layout.nhwc>
  %0 = layout.to_nhwc %x : tensor<?x3x?x?xf32> to tensor<?x3x?x?xf32, #layout.nhwc>
  // CHECK: tensor<0x3x8x8xf32> to tensor<0x3x8x8xf32, #layout.nhwc>
  %1 = layout.to_nhwc %y : tensor<0x3x8x8xf32> to tensor<0x3x8x8xf32, #layout.nhwc>
  func.return
}

// CHECK-LABEL: @planes_and_lines
func.func @planes_and_lines(%x: tensor<1x3x4x8x8xf32>, %y: tensor<1x3x8xf32>) {
  // CHECK: tensor<1x3x4x8x8xf32> to tensor<1x3x4x8x8xf32, #layout.nhwc>
  %0 = layout.to_nhwc %x : tensor<1x3x4x8x8xf32> to tensor<1x3x4x8x8xf32, #layout.nhwc>
  // CHECK: tensor<1x3x8xf32> to tensor<1x3x8xf32, #layout.nhwc>
  %1 = layout.to_nhwc %y : tensor<1x3x8xf32> to tensor<1x3x8xf32, #layout.nhwc>
  func.return
}

// CHECK: "test.op"() {layout = #layout.nhwc, packed = #layout.blocked<lanes = 48, depth = 4>} : () -> ()
"test.op"() {layout = #layout.nhwc, packed = #layout.blocked<lanes = 48, depth = 4>} : () -> ()

// CHECK: "test.op"() {packed = #layout.depthwise<lanes = 64, depth = 4, rows = 2, pixels = 9>} : () -> ()
"test.op"() {packed = #layout.depthwise<lanes = 64, depth = 4, rows = 2, pixels = 9>} : () -> ()
