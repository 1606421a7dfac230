// RUN: qfin-opt --insert-prepack-unpack --quant-fusion %s | filecheck %s
// RUN: qfin-opt --insert-prepack-unpack --quant-fusion --remarks %s 2>&1 >/dev/null \
// RUN:   | filecheck %s --check-prefix=REMARK

!x = !quant.uniform<u8:f32, 0.5:128>
!y = !quant.uniform<i8:f32, 2.0:-3>
!w = !quant.uniform<i8:f32, 0.25>
!w3 = !quant.uniform<i8:f32:0, {0.25, 0.5, 0.125}>
!b3 = !quant.uniform<i32:f32:0, {0.125, 0.25, 0.0625}>

// CHECK-LABEL: @linear(
// CHECK-SAME:    %x: [[X:tensor<1x2x!quant.uniform<u8:f32, 5.000000e-01:128>>]], %wq: [[W:tensor<3x2x!quant.uniform<i8:f32, 2.500000e-01>>]])
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq : ([[W]]) -> [[PACKED:!quant.packed<linear, tensor<3x2xi8>>]]
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.linear %x, %[[P]] : ([[X]], [[PACKED]]) -> [[Y:tensor<1x3x!quant.uniform<i8:f32, 2.000000e\+00:-3>>]]
// CHECK-NEXT:    func.return %[[Q]] : [[Y]]
// REMARK:      quant-fusion.mlir:{{[0-9]+}}:3: remark: nn.linear fused: became quant.linear
func.func @linear(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// CHECK-LABEL: @linear_relu(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq, %b
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.linear %x, %[[P]] {activation = #quant<activation relu>} : ({{.*}}bias = f32>)
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.linear fused: became quant.linear
func.func @linear_relu(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %b: tensor<3xf32>)
    -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w, %b
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %r = nn.relu %y : tensor<1x3xf32>
  %q = quant.qcast %r : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// CHECK-LABEL: @conv2d(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.prepack %wq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]] : ({{.*}}, !quant.packed<conv2d, tensor<3x2x2x2xi8>>) -> tensor<1x3x2x2x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.conv2d fused: became quant.conv2d
func.func @conv2d(%x: tensor<1x2x3x3x!x>, %wq: tensor<3x2x2x2x!w>) -> tensor<1x3x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %w = quant.dcast %wq : tensor<3x2x2x2x!w> to tensor<3x2x2x2xf32>
  %y = nn.conv2d %xf, %w : (tensor<1x2x3x3xf32>, tensor<3x2x2x2xf32>) -> tensor<1x3x2x2xf32>
  %q = quant.qcast %y : tensor<1x3x2x2xf32> to tensor<1x3x2x2x!y>
  return %q : tensor<1x3x2x2x!y>
}

// CHECK-LABEL: @conv2d_relu(
// CHECK:         %[[P:[a-z0-9_]+]] = quant.prepack %wq, %bq
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.conv2d %x, %[[P]] {activation = #quant<activation relu>} : ({{.*}}, !quant.packed<conv2d, tensor<3x1x2x2xi8>, bias = i32, stride = [1, 2], padding = [0, 1, 0, 2], dilation = [2, 1], groups = 3>)
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.conv2d fused: became quant.conv2d
func.func @conv2d_relu(%x: tensor<1x3x3x3x!x>, %wq: tensor<3x1x2x2x!w3>) -> tensor<1x3x2x2x!y> {
  %xf = quant.dcast %x : tensor<1x3x3x3x!x> to tensor<1x3x3x3xf32>
  %w = quant.dcast %wq : tensor<3x1x2x2x!w3> to tensor<3x1x2x2xf32>
  %bi = arith.constant dense<[1, -2, 3]> : tensor<3xi32>
  %bq = quant.scast %bi : tensor<3xi32> to tensor<3x!b3>
  %b = quant.dcast %bq : tensor<3x!b3> to tensor<3xf32>
  %y = nn.conv2d %xf, %w, %b {
      stride = array<i64: 1, 2>, padding = array<i64: 0, 1, 0, 2>, dilation = array<i64: 2, 1>,
      groups = 3 : i64}
    : (tensor<1x3x3x3xf32>, tensor<3x1x2x2xf32>, tensor<3xf32>) -> tensor<1x3x2x2xf32>
  %r = nn.relu %y : tensor<1x3x2x2xf32>
  %q = quant.qcast %r : tensor<1x3x2x2xf32> to tensor<1x3x2x2x!y>
  return %q : tensor<1x3x2x2x!y>
}

// CHECK-LABEL: @avg_pool2d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.avg_pool2d %x {kernel = array<i64: 2, 3>, stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 1, 1>, count_include_pad = false} : (tensor<1x2x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x2x3x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.avg_pool2d fused: became quant.avg_pool2d
func.func @avg_pool2d(%x: tensor<1x2x3x3x!x>) -> tensor<1x2x2x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %y = nn.avg_pool2d %xf {
      kernel = array<i64: 2, 3>, stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 1, 1>,
      count_include_pad = false}
    : (tensor<1x2x3x3xf32>) -> tensor<1x2x2x3xf32>
  %q = quant.qcast %y : tensor<1x2x2x3xf32> to tensor<1x2x2x3x!y>
  return %q : tensor<1x2x2x3x!y>
}

// CHECK-LABEL: @adaptive_avg_pool2d(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.adaptive_avg_pool2d %x : (tensor<1x2x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x2x2x1x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.adaptive_avg_pool2d fused: became quant.adaptive_avg_pool2d
func.func @adaptive_avg_pool2d(%x: tensor<1x2x3x3x!x>) -> tensor<1x2x2x1x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %y = nn.adaptive_avg_pool2d %xf : (tensor<1x2x3x3xf32>) -> tensor<1x2x2x1xf32>
  %q = quant.qcast %y : tensor<1x2x2x1xf32> to tensor<1x2x2x1x!y>
  return %q : tensor<1x2x2x1x!y>
}

// The next four move the dequantize behind; a requantize to another type stays.

// CHECK-LABEL: @max_pool2d(
// CHECK-NEXT:    %[[M:[a-z0-9_]+]] = nn.max_pool2d %x {kernel = array<i64: 2, 2>, padding = array<i64: 0, 1, 0, 0>} : (tensor<1x2x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> [[X:tensor<1x2x3x2x!quant.uniform<u8:f32, 5.000000e-01:128>>]]
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[M]] : [[X]] to [[F:tensor<1x2x3x2xf32>]]
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.qcast %[[D]] : [[F]] to tensor<1x2x3x2x!quant.uniform<i8:f32, 2.000000e+00:-3>>
// CHECK-NEXT:    func.return %[[Q]]
// REMARK-NEXT: remark: nn.max_pool2d fused: became dcast(nn.max_pool2d x)
func.func @max_pool2d(%x: tensor<1x2x3x3x!x>) -> tensor<1x2x3x2x!y> {
  %xf = quant.dcast %x : tensor<1x2x3x3x!x> to tensor<1x2x3x3xf32>
  %y = nn.max_pool2d %xf {kernel = array<i64: 2, 2>, padding = array<i64: 0, 1, 0, 0>}
    : (tensor<1x2x3x3xf32>) -> tensor<1x2x3x2xf32>
  %q = quant.qcast %y : tensor<1x2x3x2xf32> to tensor<1x2x3x2x!y>
  return %q : tensor<1x2x3x2x!y>
}

// CHECK-LABEL: @max_pool2d_dilated(
// CHECK-NEXT:    %[[M:[a-z0-9_]+]] = nn.max_pool2d %x {{.*}} -> tensor<1x1x3x3x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    quant.dcast %[[M]]
// REMARK-NEXT: remark: nn.max_pool2d fused: became dcast(nn.max_pool2d x)
func.func @max_pool2d_dilated(%x: tensor<1x1x3x3x!x>) -> tensor<1x1x3x3xf32> {
  %xf = quant.dcast %x : tensor<1x1x3x3x!x> to tensor<1x1x3x3xf32>
  %y = nn.max_pool2d %xf {
      kernel = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, dilation = array<i64: 2, 2>}
    : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %y : tensor<1x1x3x3xf32>
}

// CHECK-LABEL: @relu(
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.relu %x : tensor<1x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[R]]
// CHECK-NEXT:    func.return %[[D]] : tensor<1x2xf32>
// REMARK-NEXT: remark: nn.relu fused: became dcast(nn.relu x)
func.func @relu(%x: tensor<1x2x!x>) -> tensor<1x2xf32> {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %y = nn.relu %xf : tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// CHECK-LABEL: @reshape(
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.reshape %x : (tensor<1x6x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<3x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[R]]
// CHECK-NEXT:    func.return %[[D]] : tensor<3x2xf32>
// REMARK-NEXT: remark: nn.reshape fused: became dcast(nn.reshape x)
func.func @reshape(%x: tensor<1x6x!x>) -> tensor<3x2xf32> {
  %xf = quant.dcast %x : tensor<1x6x!x> to tensor<1x6xf32>
  %y = nn.reshape %xf : (tensor<1x6xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// CHECK-LABEL: @flatten(
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.flatten %x {start_dim = 1 : i64} : (tensor<1x3x2x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<1x6x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[R]]
// CHECK-NEXT:    func.return %[[D]] : tensor<1x6xf32>
// REMARK-NEXT: remark: nn.flatten fused: became dcast(nn.flatten x)
func.func @flatten(%x: tensor<1x3x2x!x>) -> tensor<1x6xf32> {
  %xf = quant.dcast %x : tensor<1x3x2x!x> to tensor<1x3x2xf32>
  %y = nn.flatten %xf {start_dim = 1 : i64} : (tensor<1x3x2xf32>) -> tensor<1x6xf32>
  return %y : tensor<1x6xf32>
}

// Dequantized and quantized to the same type: nothing, also when an op was between.
// CHECK-LABEL: @relu_requantized(
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.relu %x : tensor<1x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    func.return %x, %[[R]]
// REMARK-NEXT: remark: nn.relu fused
func.func @relu_requantized(%x: tensor<1x2x!x>) -> (tensor<1x2x!x>, tensor<1x2x!x>) {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %xq = quant.qcast %xf : tensor<1x2xf32> to tensor<1x2x!x>
  %y = nn.relu %xf : tensor<1x2xf32>
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!x>
  return %xq, %q : tensor<1x2x!x>, tensor<1x2x!x>
}

// Quantized and dequantized: a rounding, which has to stay.
// CHECK-LABEL: @dcast_of_qcast(
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.qcast %x
// CHECK-NEXT:    %[[D:[a-z0-9_]+]] = quant.dcast %[[Q]]
// CHECK-NEXT:    func.return %[[D]]
func.func @dcast_of_qcast(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = quant.qcast %x : tensor<1x2xf32> to tensor<1x2x!x>
  %d = quant.dcast %q : tensor<1x2x!x> to tensor<1x2xf32>
  return %d : tensor<1x2xf32>
}

// A dequantized value that two groups and the caller read hides no fusion.
// CHECK-LABEL: @linear_shared_input(
// CHECK:         quant.linear %x
// CHECK:         quant.linear %x
// CHECK:         nn.relu %x : tensor<1x2x!quant
// CHECK-NOT:     nn.linear
// REMARK-NEXT: remark: nn.linear fused
// REMARK-NEXT: remark: nn.linear fused
// REMARK-NEXT: remark: nn.relu fused
func.func @linear_shared_input(%x: tensor<1x2x!x>, %wq: tensor<3x2x!w>, %vq: tensor<3x2x!w3>)
    -> (tensor<1x3x!y>, tensor<1x3x!x>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %xf = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %xf, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  %v = quant.dcast %vq : tensor<3x2x!w3> to tensor<3x2xf32>
  %z = nn.linear %xf, %v : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %zq = quant.qcast %z : tensor<1x3xf32> to tensor<1x3x!x>
  %r = nn.relu %xf : tensor<1x2xf32>
  return %q, %zq, %r, %xf : tensor<1x3x!y>, tensor<1x3x!x>, tensor<1x2xf32>, tensor<1x2xf32>
}

// A dequantize travels through a chain of ops to the op that takes it.
// CHECK-LABEL: @linear_behind_flatten(
// CHECK:         %[[M:[a-z0-9_]+]] = nn.max_pool2d %x
// CHECK-NEXT:    %[[F:[a-z0-9_]+]] = nn.flatten %[[M]]
// CHECK-NEXT:    %[[R:[a-z0-9_]+]] = nn.reshape %[[F]]
// CHECK-NEXT:    %[[U:[a-z0-9_]+]] = nn.relu %[[R]]
// CHECK:         %[[Q:[a-z0-9_]+]] = quant.linear %[[U]]
// CHECK-NEXT:    func.return %[[Q]]
func.func @linear_behind_flatten(%x: tensor<1x2x2x2x!x>, %wq: tensor<3x2x!w>) -> tensor<1x3x!y> {
  %xf = quant.dcast %x : tensor<1x2x2x2x!x> to tensor<1x2x2x2xf32>
  %m = nn.max_pool2d %xf {kernel = array<i64: 2, 2>}
    : (tensor<1x2x2x2xf32>) -> tensor<1x2x1x1xf32>
  %f = nn.flatten %m : (tensor<1x2x1x1xf32>) -> tensor<2xf32>
  %r = nn.reshape %f : (tensor<2xf32>) -> tensor<1x2xf32>
  %u = nn.relu %r : tensor<1x2xf32>
  %w = quant.dcast %wq : tensor<3x2x!w> to tensor<3x2xf32>
  %y = nn.linear %u, %w : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<1x3xf32>
  %q = quant.qcast %y : tensor<1x3xf32> to tensor<1x3x!y>
  return %q : tensor<1x3x!y>
}

// Ops on quantized values are done: no remark, no change.
// CHECK-LABEL: @relu_done(
// CHECK-NEXT:    nn.relu %x : tensor<1x2x!quant
// REMARK: nn.linear fused
// REMARK-NOT: remark
func.func @relu_done(%x: tensor<1x2x!x>) -> tensor<1x2x!x> {
  %y = nn.relu %x : tensor<1x2x!x>
  return %y : tensor<1x2x!x>
}
