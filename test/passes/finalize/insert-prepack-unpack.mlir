// RUN: qfin-opt --insert-prepack-unpack %s | filecheck %s
// RUN: qfin-opt --insert-prepack-unpack %s > %t.once
// RUN: qfin-opt --insert-prepack-unpack --insert-prepack-unpack %s | diff %t.once -

!w = !quant.uniform<i8:f32, 0.25>
!w3 = !quant.uniform<i8<-127:127>:f32:0, {0.25, 0.5, 0.125}>
!b = !quant.uniform<i32:f32, 0.125>
!b3 = !quant.uniform<i32:f32:0, {0.125, 0.25, 0.0625}>

// CHECK-LABEL: @linear_per_tensor(
// CHECK-SAME:    %x: tensor<1x2xf32>, %wq: [[W:tensor<3x2x!quant.uniform<i8:f32, 2.500000e-01>>]])
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq : ([[W]]) -> [[PACKED:!quant.packed<linear, tensor<3x2xi8>>]]
// CHECK-NEXT:    %[[U:[a-z0-9_]+]] = quant.unpack %[[P]] : ([[PACKED]]) -> [[W]]
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[U]] : [[W]] to tensor<3x2xf32>
// CHECK-NEXT:    %y = nn.linear %x, %[[D]] : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
// CHECK-NEXT:    func.return %y
func.func @linear_per_tensor(%x: tensor<1x2xf32>, %wq: tensor<3x2x!w>) -> tensor<1x3xf32> {
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %x, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// CHECK-LABEL: @linear_per_axis_float_bias(
// CHECK-SAME:    %wq: [[W:tensor<3x2x!quant.uniform<i8<-127:127>:f32:0, {.*}>>]], %b: tensor<3xf32>)
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq, %b : ([[W]], tensor<3xf32>) -> [[PACKED:!quant.packed<linear, tensor<3x2xi8>, bias = f32>]]
// CHECK-NEXT:    %[[U:[a-z0-9_]+]], %[[B:[a-z0-9_]+]] = quant.unpack %[[P]] : ([[PACKED]]) -> ([[W]], tensor<3xf32>)
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[U]]
// CHECK-NEXT:    nn.linear %x, %[[D]], %[[B]]
func.func @linear_per_axis_float_bias(%x: tensor<1x2xf32>, %wq: tensor<3x2x!w3>, %b: tensor<3xf32>)
    -> tensor<1x3xf32> {
  %w = quant.dcast %wq : tensor<3x2x!w3> to tensor<3x2xf32>
  %y = nn.linear %x, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// An i32 bias is packed as it is stored; its dcast comes behind the unpack.
// CHECK-LABEL: @linear_i32_bias(
// CHECK-SAME:    %bq: [[B:tensor<3x!quant.uniform<i32:f32, 1.250000e-01>>]])
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq, %bq : ({{.*}}, [[B]]) -> !quant.packed<linear, tensor<3x2xi8>, bias = i32>
// CHECK-NEXT:    %[[U:[a-z0-9_]+]], %[[BQ:[a-z0-9_]+]] = quant.unpack %[[P]]
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[U]]
// CHECK-NEXT:    %[[BF:[a-z0-9_]+]] = quant.dcast %[[BQ]] : [[B]] to tensor<3xf32>
// CHECK-NEXT:    nn.linear %x, %[[D]], %[[BF]]
func.func @linear_i32_bias(%x: tensor<1x2xf32>, %wq: tensor<3x2x!w>, %bq: tensor<3x!b>)
    -> tensor<1x3xf32> {
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %b = quant.dcast %bq : tensor<3x!b> to tensor<3xf32>
  %y = nn.linear %x, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// CHECK-LABEL: @conv2d_per_tensor(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq : ({{.*}}) -> !quant.packed<conv2d, tensor<3x1x2x2xi8>>
// CHECK-NEXT:    %[[U:[a-z0-9_]+]] = quant.unpack %[[P]]
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[U]]
// CHECK-NEXT:    nn.conv2d %x, %[[D]] :
func.func @conv2d_per_tensor(%x: tensor<1x1x3x3xf32>, %wq: tensor<3x1x2x2x!w>)
    -> tensor<1x3x2x2xf32> {
  %w = quant.dcast %wq : tensor<3x1x2x2x!w> to tensor<3x1x2x2xf32>
  %y = nn.conv2d %x, %w : (tensor<1x1x3x3xf32>, tensor<3x1x2x2xf32>) -> tensor<1x3x2x2xf32>
  return %y : tensor<1x3x2x2xf32>
}

// CHECK-LABEL: @conv2d_per_axis_i32_bias(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq, %bq : ({{.*}}) -> !quant.packed<conv2d, tensor<3x1x2x2xi8>, bias = i32, stride = [1, 2], padding = [0, 1, 0, 2], dilation = [2, 1], groups = 3>
// CHECK-NEXT:    %[[U:[a-z0-9_]+]], %[[BQ:[a-z0-9_]+]] = quant.unpack %[[P]]
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[U]]
// CHECK-NEXT:    %[[BF:[a-z0-9_]+]] = quant.dcast %[[BQ]]
// CHECK-NEXT:    nn.conv2d %x, %[[D]], %[[BF]] {stride = array<i64: 1, 2>, padding = array<i64: 0, 1, 0, 2>, dilation = array<i64: 2, 1>, groups = 3 : i64}
func.func @conv2d_per_axis_i32_bias(
    %x: tensor<1x3x3x3xf32>, %wq: tensor<3x1x2x2x!w3>, %bq: tensor<3x!b3>) -> tensor<1x3x2x2xf32> {
  %w = quant.dcast %wq : tensor<3x1x2x2x!w3> to tensor<3x1x2x2xf32>
  %b = quant.dcast %bq : tensor<3x!b3> to tensor<3xf32>
  %y = nn.conv2d %x, %w, %b {
      stride = array<i64: 1, 2>, padding = array<i64: 0, 1, 0, 2>, dilation = array<i64: 2, 1>,
      groups = 3 : i64}
    : (tensor<1x3x3x3xf32>, tensor<3x1x2x2xf32>, tensor<3xf32>) -> tensor<1x3x2x2xf32>
  return %y : tensor<1x3x2x2xf32>
}

// A dequantized weight that two ops read is packed for each.
// CHECK-LABEL: @shared_weight(
// CHECK:         %[[P0:[a-z0-9_]+]] = quant.prepack %wq :
// CHECK:         %[[U0:[a-z0-9_]+]] = quant.unpack %[[P0]]
// CHECK:         %[[D0:[a-z0-9_]+]] = quant.dcast %[[U0]]
// CHECK:         nn.linear %x, %[[D0]] :
// CHECK:         %[[P1:[a-z0-9_]+]] = quant.prepack %wq, %b :
// CHECK:         %[[U1:[a-z0-9_]+]], %[[B1:[a-z0-9_]+]] = quant.unpack %[[P1]]
// CHECK:         %[[D1:[a-z0-9_]+]] = quant.dcast %[[U1]]
// CHECK:         nn.linear %x, %[[D1]], %[[B1]] :
func.func @shared_weight(%x: tensor<1x2xf32>, %wq: tensor<3x2x!w>, %b: tensor<3xf32>)
    -> (tensor<1x3xf32>, tensor<1x3xf32>) {
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %x, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %z = nn.linear %x, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  return %y, %z : tensor<1x3xf32>, tensor<1x3xf32>
}

// CHECK-LABEL: @float_weight(
// CHECK-NEXT:    nn.linear %x, %w :
func.func @float_weight(%x: tensor<1x2xf32>, %w: tensor<3x2xf32>) -> tensor<1x3xf32> {
  %y = nn.linear %x, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}
