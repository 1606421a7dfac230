// RUN: qfin-opt --finalize %s | filecheck %s
// RUN: qfin-opt --finalize %s > %t.once
// RUN: qfin-opt --finalize %t.once | diff %t.once -
// RUN: qfin-opt -p cse,dce,insert-prepack-unpack,quant-fusion,fold-quantized-prepacking-ops %s | diff %t.once -

!x = !quant.uniform<u8:f32, 0.5:3>
!c = !quant.uniform<u8:f32, 0.25>
!y = !quant.uniform<i8:f32, 2.0:-3>
!w = !quant.uniform<i8:f32:0, {0.25, 0.5}>
!v = !quant.uniform<i8:f32, 0.5>
!b = !quant.uniform<i32:f32, 0.125>

// CHECK-LABEL: @network(
// CHECK-NEXT:    %q = quant.qcast %x : tensor<1x1x5x5xf32> to
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.packed_constant
// CHECK-NEXT:    %cq = quant.conv2d %q, %[[P]] {activation = #quant<activation relu>}
// CHECK-NEXT:    %m = nn.max_pool2d %cq {{.*}} -> tensor<1x2x2x2x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT:    %aq = quant.adaptive_avg_pool2d %m
// CHECK-NEXT:    %f = nn.flatten %aq {{.*}} -> tensor<1x2x!quant.uniform<u8:f32, 2.500000e-01>>
// CHECK-NEXT:    %[[L:[a-z0-9_]+]] = quant.packed_constant
// CHECK-NEXT:    %lq = quant.linear %f, %[[L]]
// CHECK-NEXT:    %ld = quant.dcast %lq {{.*}} to tensor<1x3xf32>
// CHECK-NEXT:    func.return %ld
func.func @network(%x: tensor<1x1x5x5xf32>) -> tensor<1x3xf32> {
  %q = quant.qcast %x : tensor<1x1x5x5xf32> to tensor<1x1x5x5x!x>
  %d = quant.dcast %q : tensor<1x1x5x5x!x> to tensor<1x1x5x5xf32>
  %wi = arith.constant dense<[[[[1, 2], [3, 4]]], [[[-4, 3], [-2, 1]]]]> : tensor<2x1x2x2xi8>
  %wq = quant.scast %wi : tensor<2x1x2x2xi8> to tensor<2x1x2x2x!w>
  %w = quant.dcast %wq : tensor<2x1x2x2x!w> to tensor<2x1x2x2xf32>
  %b = arith.constant dense<[0.5, -1.5]> : tensor<2xf32>
  %c = nn.conv2d %d, %w, %b
    : (tensor<1x1x5x5xf32>, tensor<2x1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %r = nn.relu %c : tensor<1x2x4x4xf32>
  %cq = quant.qcast %r : tensor<1x2x4x4xf32> to tensor<1x2x4x4x!c>
  %cd = quant.dcast %cq : tensor<1x2x4x4x!c> to tensor<1x2x4x4xf32>
  %m = nn.max_pool2d %cd {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
    : (tensor<1x2x4x4xf32>) -> tensor<1x2x2x2xf32>
  %mq = quant.qcast %m : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!c>
  %md = quant.dcast %mq : tensor<1x2x2x2x!c> to tensor<1x2x2x2xf32>
  %a = nn.adaptive_avg_pool2d %md : (tensor<1x2x2x2xf32>) -> tensor<1x2x1x1xf32>
  %aq = quant.qcast %a : tensor<1x2x1x1xf32> to tensor<1x2x1x1x!c>
  %ad = quant.dcast %aq : tensor<1x2x1x1x!c> to tensor<1x2x1x1xf32>
  %f = nn.flatten %ad {start_dim = 1 : i64} : (tensor<1x2x1x1xf32>) -> tensor<1x2xf32>
  %vi = arith.constant dense<[[1, -2], [3, 4], [-5, 6]]> : tensor<3x2xi8>
  %vq = quant.scast %vi : tensor<3x2xi8> to tensor<3x2x!v>
  %v = quant.dcast %vq : tensor<3x2x!v> to tensor<3x2xf32>
  %li = arith.constant dense<[7, 8, -9]> : tensor<3xi32>
  %lb = quant.scast %li : tensor<3xi32> to tensor<3x!b>
  %lf = quant.dcast %lb : tensor<3x!b> to tensor<3xf32>
  %l = nn.linear %f, %v, %lf
    : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %lq = quant.qcast %l : tensor<1x3xf32> to tensor<1x3x!y>
  %ld = quant.dcast %lq : tensor<1x3x!y> to tensor<1x3xf32>
  return %ld : tensor<1x3xf32>
}

// What does not fuse stays float, and only that: no prepack, no unpack.
// CHECK-LABEL: @half(
// CHECK-NEXT:    %vi = arith.constant
// CHECK-NEXT:    %vq = quant.scast %vi
// CHECK-NEXT:    %v = quant.dcast %vq
// CHECK-NEXT:    %y = nn.linear %x, %v :
// CHECK-NEXT:    %yq = quant.qcast %y
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.packed_constant
// CHECK-NEXT:    %zq = quant.linear %yq, %[[P]]
// CHECK-NEXT:    func.return %zq
func.func @half(%x: tensor<1x2xf32>) -> tensor<1x2x!y> {
  %vi = arith.constant dense<1> : tensor<2x2xi8>
  %vq = quant.scast %vi : tensor<2x2xi8> to tensor<2x2x!v>
  %v = quant.dcast %vq : tensor<2x2x!v> to tensor<2x2xf32>
  %y = nn.linear %x, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %yq = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!x>
  %yd = quant.dcast %yq : tensor<1x2x!x> to tensor<1x2xf32>
  %z = nn.linear %yd, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %zq = quant.qcast %z : tensor<1x2xf32> to tensor<1x2x!y>
  return %zq : tensor<1x2x!y>
}

// Two equal quantizes are one use, and a dead one is none.
// CHECK-LABEL: @quantized_thrice(
// CHECK-NEXT:    %[[P:[a-z0-9_]+]] = quant.packed_constant
// CHECK-NEXT:    %[[Q:[a-z0-9_]+]] = quant.linear %x, %[[P]]
// CHECK-NEXT:    func.return %[[Q]], %[[Q]]
func.func @quantized_thrice(%x: tensor<1x2x!x>) -> (tensor<1x2x!y>, tensor<1x2x!y>) {
  %xd = quant.dcast %x : tensor<1x2x!x> to tensor<1x2xf32>
  %vi = arith.constant dense<1> : tensor<2x2xi8>
  %vq = quant.scast %vi : tensor<2x2xi8> to tensor<2x2x!v>
  %v = quant.dcast %vq : tensor<2x2x!v> to tensor<2x2xf32>
  %y = nn.linear %xd, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %a = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  %b = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!y>
  %dead = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!x>
  return %a, %b : tensor<1x2x!y>, tensor<1x2x!y>
}
