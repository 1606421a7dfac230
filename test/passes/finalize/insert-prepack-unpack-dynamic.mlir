// RUN: qfin-opt --insert-prepack-unpack %s | filecheck %s
// RUN: qfin-opt --insert-prepack-unpack %s > %t.once
// RUN: qfin-opt --insert-prepack-unpack --insert-prepack-unpack %s | diff %t.once -
// RUN: qfin-opt %s > %t.before
// RUN: qfin-opt --insert-prepack-unpack --fold-quantized-prepacking-ops %s | diff %t.before -

// CHECK-LABEL: @fp16(
// CHECK-NEXT:    %[[P:.*]] = quant.prepack %h, %b : (tensor<4x3xf16>, tensor<4xf32>) -> !quant.packed<linear_fp16, tensor<4x3xf16>, bias = f32>
// CHECK-NEXT:    %[[H:.*]], %[[B:.*]] = quant.unpack %[[P]] : ({{.*}}) -> (tensor<4x3xf16>, tensor<4xf32>)
// CHECK-NEXT:    %[[W:.*]] = nn.to %[[H]] : tensor<4x3xf16> to tensor<4x3xf32>
// CHECK-NEXT:    %y = nn.linear %x, %[[W]], %[[B]] :
func.func @fp16(%x: tensor<2x3xf32>, %h: tensor<4x3xf16>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  %w = nn.to %h : tensor<4x3xf16> to tensor<4x3xf32>
  %y = nn.linear %x, %w, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// CHECK-LABEL: @run_time(
// CHECK:         %q = quant.quantize %v, %s, %z {axis = 0 : i64}
// CHECK-NEXT:    %[[P:.*]] = quant.prepack_dynamic %q, %s, %b : (tensor<4x3xi8>, tensor<4xf32>, tensor<4xf32>) -> !quant.packed<linear, tensor<4x3xi8>, bias = f32>
// CHECK-NEXT:    %[[Q:.*]], %[[S:.*]], %[[B:.*]] = quant.unpack_dynamic %[[P]] : ({{.*}}) -> (tensor<4x3xi8>, tensor<4xf32>, tensor<4xf32>)
// CHECK-NEXT:    %[[W:.*]] = quant.dequantize %[[Q]], %[[S]], %z {axis = 0 : i64}
// CHECK-NEXT:    %y = nn.linear %x, %[[W]], %[[B]] :
func.func @run_time(%x: tensor<2x3xf32>, %v: tensor<4x3xf32>, %b: tensor<4xf32>) -> tensor<2x4xf32> {
  %s, %z = quant.choose_qparams %v {symmetric, storage = i8, axis = 0 : i64} : (tensor<4x3xf32>) -> (tensor<4xf32>, tensor<4xi32>)
  %q = quant.quantize %v, %s, %z {axis = 0 : i64} : (tensor<4x3xf32>, tensor<4xf32>, tensor<4xi32>) -> tensor<4x3xi8>
  %w = quant.dequantize %q, %s, %z {axis = 0 : i64} : (tensor<4x3xi8>, tensor<4xf32>, tensor<4xi32>) -> tensor<4x3xf32>
  %y = nn.linear %x, %w, %b : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  func.return %y : tensor<2x4xf32>
}

// Transposed: the scales lie along axis 1 of the weight, and groups share them.
// CHECK-LABEL: @run_time_transposed(
// CHECK:         %[[P:.*]] = quant.prepack_dynamic %q, %s : (tensor<4x3x2xi8>, tensor<3xf32>) -> !quant.packed<conv_transpose1d, tensor<4x3x2xi8>, groups = 2>
// CHECK-NEXT:    %[[Q:.*]], %[[S:.*]] = quant.unpack_dynamic %[[P]]
// CHECK-NEXT:    %[[W:.*]] = quant.dequantize %[[Q]], %[[S]], %z {axis = 1 : i64}
// CHECK-NEXT:    %y = nn.conv_transpose1d %x, %[[W]]
func.func @run_time_transposed(%x: tensor<1x4x5xf32>, %v: tensor<4x3x2xf32>) -> tensor<1x6x6xf32> {
  %s, %z = quant.choose_qparams %v {symmetric, storage = i8, axis = 1 : i64} : (tensor<4x3x2xf32>) -> (tensor<3xf32>, tensor<3xi32>)
  %q = quant.quantize %v, %s, %z {axis = 1 : i64} : (tensor<4x3x2xf32>, tensor<3xf32>, tensor<3xi32>) -> tensor<4x3x2xi8>
  %w = quant.dequantize %q, %s, %z {axis = 1 : i64} : (tensor<4x3x2xi8>, tensor<3xf32>, tensor<3xi32>) -> tensor<4x3x2xf32>
  %y = nn.conv_transpose1d %x, %w {groups = 2 : i64} : (tensor<1x4x5xf32>, tensor<4x3x2xf32>) -> tensor<1x6x6xf32>
  func.return %y : tensor<1x6x6xf32>
}
