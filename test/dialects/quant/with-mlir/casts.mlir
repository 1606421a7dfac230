// RUN: qfin-opt %s | MLIR_OPT | qfin-opt | filecheck %s
// RUN: qfin-opt %s --print-op-generic | MLIR_OPT --mlir-print-op-generic --mlir-print-local-scope | qfin-opt | filecheck %s

// CHECK-LABEL: @scalar
func.func @scalar(%x: f32) -> f32 {
  // CHECK: [[Q:%.*]] = quant.qcast {{%.*}} : f32 to !quant.uniform<u8:f32, 2.000000e+00:128>
  %q = quant.qcast %x : f32 to !quant.uniform<u8:f32, 2.0:128>
  // CHECK: [[I:%.*]] = quant.scast [[Q]] : !quant.uniform<u8:f32, 2.000000e+00:128> to i8
  %i = quant.scast %q : !quant.uniform<u8:f32, 2.0:128> to i8
  // CHECK: [[S:%.*]] = quant.scast [[I]] : i8 to !quant.uniform<u8:f32, 2.000000e+00:128>
  %s = quant.scast %i : i8 to !quant.uniform<u8:f32, 2.0:128>
  // CHECK: quant.dcast [[S]] : !quant.uniform<u8:f32, 2.000000e+00:128> to f32
  %r = quant.dcast %s : !quant.uniform<u8:f32, 2.0:128> to f32
  func.return %r : f32
}

// CHECK-LABEL: @tensors
func.func @tensors(%x: tensor<?x2xf32>, %u: tensor<*xf32>, %b: tensor<2x4xf32>) {
  // CHECK: quant.qcast {{%.*}} : tensor<?x2xf32> to tensor<?x2x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01:-3}>>
  %0 = quant.qcast %x : tensor<?x2xf32> to tensor<?x2x!quant.uniform<i8:f32:1, {0.5, 0.25:-3}>>
  // CHECK: quant.qcast {{%.*}} : tensor<*xf32> to tensor<*x!quant.uniform<i8<-127:127>:f32, 5.000000e-01>>
  %1 = quant.qcast %u : tensor<*xf32> to tensor<*x!quant.uniform<i8<-127:127>:f32, 0.5>>
  // CHECK: quant.dcast {{%.*}} : tensor<*x!quant.uniform<i8<-127:127>:f32, 5.000000e-01>> to tensor<*xf32>
  %2 = quant.dcast %1 : tensor<*x!quant.uniform<i8<-127:127>:f32, 0.5>> to tensor<*xf32>
  // CHECK: quant.qcast {{%.*}} : tensor<2x4xf32> to tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{[{][{]}}2.000000e+00:120, 3.000000e+00}, {4.000000e+00, 5.000000e+00{{[}][}]}}>>
  %3 = quant.qcast %b : tensor<2x4xf32> to tensor<2x4x!quant.uniform<i8:f32:{0:1, 1:2}, {{2.0:120, 3.0}, {4.0, 5.0}}>>
  // CHECK: quant.qcast {{%.*}} : tensor<2x4xf32> to tensor<2x4x!quant.any<i8:f32>>
  %4 = quant.qcast %b : tensor<2x4xf32> to tensor<2x4x!quant.any<i8:f32>>
  func.return
}

// CHECK-LABEL: @encodings_and_attributes
func.func @encodings_and_attributes(%x: tensor<4xf32, "nchw">) {
  // CHECK: quant.qcast {{%.*}} {test.name = "conv1"} : tensor<4xf32, "nchw"> to tensor<4x!quant.uniform<i8:f32, 5.000000e-01>, "nhwc">
  %q = quant.qcast %x {test.name = "conv1"} : tensor<4xf32, "nchw"> to tensor<4x!quant.uniform<i8:f32, 0.5>, "nhwc">
  func.return
}
