// RUN: QFIN_ROUNDTRIP

// CHECK-LABEL: @scalar
func.func @scalar(%x: f32) -> f32 {
  // CHECK: [[Q:%.*]] = quant.qcast %x : f32 to !quant.uniform<u8:f32, 2.000000e+00:128>
  %q = quant.qcast %x : f32 to !quant.uniform<u8:f32, 2.0:128>
  // CHECK: [[I:%.*]] = quant.scast [[Q]] : !quant.uniform<u8:f32, 2.000000e+00:128> to i8
  %i = quant.scast %q : !quant.uniform<u8:f32, 2.0:128> to i8
  // CHECK: [[S:%.*]] = quant.scast [[I]] : i8 to !quant.uniform<u8:f32, 2.000000e+00:128>
  %s = quant.scast %i : i8 to !quant.uniform<u8:f32, 2.0:128>
  // CHECK: quant.dcast [[S]] : !quant.uniform<u8:f32, 2.000000e+00:128> to f32
  %r = quant.dcast %s : !quant.uniform<u8:f32, 2.0:128> to f32
  func.return %r : f32
}

// CHECK-LABEL: @dynamic
func.func @dynamic(%x: tensor<?x4xf16>) -> tensor<?x4xf16> {
  // CHECK: quant.qcast %x : tensor<?x4xf16> to tensor<?x4x!quant.uniform<i8<-127:127>:f16, 5.000000e-01>>
  %q = quant.qcast %x : tensor<?x4xf16> to tensor<?x4x!quant.uniform<i8<-127:127>:f16, 0.5>>
  // CHECK: quant.dcast {{.*}} : tensor<?x4x!quant.uniform<i8<-127:127>:f16, 5.000000e-01>> to tensor<?x4xf16>
  %r = quant.dcast %q : tensor<?x4x!quant.uniform<i8<-127:127>:f16, 0.5>> to tensor<?x4xf16>
  func.return %r : tensor<?x4xf16>
}

// CHECK-LABEL: @rank_zero
func.func @rank_zero(%x: tensor<f32>) -> tensor<i8> {
  // CHECK: quant.qcast %x : tensor<f32> to tensor<!quant.uniform<i8:f32, 5.000000e-01>>
  %q = quant.qcast %x : tensor<f32> to tensor<!quant.uniform<i8:f32, 0.5>>
  // CHECK: quant.scast {{.*}} : tensor<!quant.uniform<i8:f32, 5.000000e-01>> to tensor<i8>
  %r = quant.scast %q : tensor<!quant.uniform<i8:f32, 0.5>> to tensor<i8>
  func.return %r : tensor<i8>
}

// CHECK-LABEL: @unranked
func.func @unranked(%x: tensor<*xf32>) -> tensor<*xi8> {
  // CHECK: quant.qcast %x : tensor<*xf32> to tensor<*x!quant.uniform<i8:f32, 5.000000e-01>>
  %q = quant.qcast %x : tensor<*xf32> to tensor<*x!quant.uniform<i8:f32, 0.5>>
  // CHECK: quant.dcast {{.*}} : tensor<*x!quant.uniform<i8:f32, 5.000000e-01>> to tensor<*xf32>
  %d = quant.dcast %q : tensor<*x!quant.uniform<i8:f32, 0.5>> to tensor<*xf32>
  // CHECK: quant.qcast {{.*}} : tensor<*xf32> to tensor<*x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01}>>
  %a = quant.qcast %d : tensor<*xf32> to tensor<*x!quant.uniform<i8:f32:1, {0.5, 0.25}>>
  // CHECK: quant.scast {{.*}} : tensor<*x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01}>> to tensor<*xi8>
  %r = quant.scast %a : tensor<*x!quant.uniform<i8:f32:1, {0.5, 0.25}>> to tensor<*xi8>
  func.return %r : tensor<*xi8>
}

// CHECK-LABEL: @per_axis
func.func @per_axis(%x: tensor<3x2xf32>, %y: tensor<3x?xf32>) {
  // CHECK: quant.qcast %x : tensor<3x2xf32> to tensor<3x2x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01:3}>>
  %q = quant.qcast %x : tensor<3x2xf32> to tensor<3x2x!quant.uniform<i8:f32:1, {0.5, 0.25:3}>>
  // CHECK: quant.scast {{.*}} : tensor<3x2x!quant.uniform<{{.*}}>> to tensor<3x2xi8>
  %s = quant.scast %q : tensor<3x2x!quant.uniform<i8:f32:1, {0.5, 0.25:3}>> to tensor<3x2xi8>
  // A dynamic dimension may turn out to be as long as the scales.
  // CHECK: quant.qcast %y : tensor<3x?xf32> to tensor<3x?x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01:3}>>
  %d = quant.qcast %y : tensor<3x?xf32> to tensor<3x?x!quant.uniform<i8:f32:1, {0.5, 0.25:3}>>
  func.return
}

// CHECK-LABEL: @sub_channel
func.func @sub_channel(%x: tensor<2x4xf32>, %y: tensor<?x4xf32>, %z: tensor<6x5xf32>) {
  // CHECK: quant.qcast %x : tensor<2x4xf32> to tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{[{][{]}}2.000000e+00:120, 3.000000e+00}, {4.000000e+00, 5.000000e+00{{[}][}]}}>>
  %q = quant.qcast %x : tensor<2x4xf32> to tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{2.0:120, 3.0}, {4.0, 5.0}}>>
  // CHECK: quant.dcast {{.*}} : tensor<2x4x!quant.uniform<{{.*}}>> to tensor<2x4xf32>
  %d = quant.dcast %q : tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{2.0:120, 3.0}, {4.0, 5.0}}>> to tensor<2x4xf32>
  // CHECK: quant.qcast %y : tensor<?x4xf32>
  %e = quant.qcast %y : tensor<?x4xf32> to tensor<?x4x!quant.uniform<i8:f32:{1:2, 0:1}, {{2.0, 3.0}, {4.0, 5.0}}>>
  // An axis without a block size wants a scales' dimension of 1, whatever its own.
  // CHECK: quant.qcast %z : tensor<6x5xf32>
  %f = quant.qcast %z : tensor<6x5xf32> to tensor<6x5x!quant.uniform<i8:f32:{0:3}, {{1.0}, {2.0}}>>
  func.return
}

// The expressed type is that of the quantized type; there may be no storage, or it may be all.
// CHECK-LABEL: @without_parameters
func.func @without_parameters(%x: tensor<4xf32>, %i: tensor<4xi8>) {
  // CHECK: quant.qcast %x : tensor<4xf32> to tensor<4x!quant.any<i8:f32>>
  %a = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.any<i8:f32>>
  // CHECK: quant.scast {{.*}} : tensor<4x!quant.any<i8:f32>> to tensor<4xi8>
  %b = quant.scast %a : tensor<4x!quant.any<i8:f32>> to tensor<4xi8>
  // CHECK: quant.scast %i : tensor<4xi8> to tensor<4x!quant.any<u8>>
  %c = quant.scast %i : tensor<4xi8> to tensor<4x!quant.any<u8>>
  // CHECK: quant.qcast %x : tensor<4xf32> to tensor<4x!quant.calibrated<f32<-1.000000e+00:1.000000e+00>>>
  %d = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.calibrated<f32<-1.0:1.0>>>
  // CHECK: quant.dcast {{.*}} : tensor<4x!quant.calibrated<f32<-1.000000e+00:1.000000e+00>>> to tensor<4xf32>
  %e = quant.dcast %d : tensor<4x!quant.calibrated<f32<-1.0:1.0>>> to tensor<4xf32>
  func.return
}

// Encodings are layouts: a cast keeps, drops or changes them.
// CHECK-LABEL: @encodings
func.func @encodings(%x: tensor<4xf32, "nchw">) {
  // CHECK: quant.qcast %x : tensor<4xf32, "nchw"> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01>, "nhwc">
  %q = quant.qcast %x : tensor<4xf32, "nchw"> to tensor<4x!quant.uniform<i8:f32, 0.5>, "nhwc">
  // CHECK: quant.dcast {{.*}} : tensor<4x!quant.uniform<i8:f32, 5.000000e-01>, "nhwc"> to tensor<4xf32>
  %r = quant.dcast %q : tensor<4x!quant.uniform<i8:f32, 0.5>, "nhwc"> to tensor<4xf32>
  func.return
}

// CHECK-LABEL: @attributes
func.func @attributes(%x: f32) {
  // CHECK: quant.qcast %x {test.name = "conv1"} : f32 to !quant.uniform<i8:f32, 5.000000e-01>
  %q = quant.qcast %x {test.name = "conv1"} : f32 to !quant.uniform<i8:f32, 0.5>
  func.return
}

// The generic form of each, as other tools write it.
// CHECK-LABEL: @generic
func.func @generic(%x: tensor<4xf32>) {
  // CHECK: [[Q:%.*]] = quant.qcast %x : tensor<4xf32> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01>>
  %q = "quant.qcast"(%x) : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  // CHECK: quant.scast [[Q]] : tensor<4x!quant.uniform<i8:f32, 5.000000e-01>> to tensor<4xi8>
  %i = "quant.scast"(%q) : (tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4xi8>
  // CHECK: quant.dcast [[Q]] : tensor<4x!quant.uniform<i8:f32, 5.000000e-01>> to tensor<4xf32>
  %d = "quant.dcast"(%q) : (tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4xf32>
  func.return
}
