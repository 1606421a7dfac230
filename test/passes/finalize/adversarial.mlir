// RUN: qfin-opt --allow-unregistered-dialect --finalize %s | filecheck %s
// RUN: qfin-opt --allow-unregistered-dialect --finalize %s > %t.once
// RUN: qfin-opt --allow-unregistered-dialect --finalize %t.once | diff %t.once -
// RUN: qfin-opt --allow-unregistered-dialect --clear-shapes --finalize %s | filecheck %s --check-prefix=CLEARED
// RUN: qfin-opt --allow-unregistered-dialect -p 'quant-finalize{quant-type=dynamic}' %s > %t.dynamic

// What no network is made of, and what is at the edge of what one is. Nothing here crashes a pass,
// what can fuse does, and the rest stays as it is.

// CLEARED: module

!q = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<u8:f32, 0.25:7>
!w = !quant.uniform<i8:f32, 0.5>

// CHECK-LABEL: @empty(
// CHECK-NEXT: func.return
func.func @empty() { func.return }

// CHECK-LABEL: @dead_code(
// CHECK-NEXT: func.return
func.func @dead_code(%x: tensor<1x2x!q>) {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %r = nn.sigmoid %d : tensor<1x2xf32>
  %q = quant.qcast %r : tensor<1x2xf32> to tensor<1x2x!q>
  func.return }

// CHECK-LABEL: @branches(
// CHECK:      scf.if
// CHECK:      quant.linear
// CHECK:      quant.gelu
func.func @branches(%x: tensor<1x2x!q>, %p: i1) -> tensor<1x2x!q> {
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
  %y = scf.if %p -> (tensor<1x2x!q>) {
   %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
   %l = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
   %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!q>
   scf.yield %q : tensor<1x2x!q>
  } else {
   %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
   %l = nn.gelu %d : tensor<1x2xf32>
   %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!q>
   scf.yield %q : tensor<1x2x!q>
  }
  func.return %y : tensor<1x2x!q>
}

// CHECK-LABEL: @group_over_branches(
// CHECK:      nn.linear
// CHECK:      scf.if
func.func @group_over_branches(%x: tensor<1x2x!q>, %p: i1) -> tensor<1x2x!q> {
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %l = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %y = scf.if %p -> (tensor<1x2x!q>) {
   %r = nn.relu %l : tensor<1x2xf32>
   %q = quant.qcast %r : tensor<1x2xf32> to tensor<1x2x!q>
   scf.yield %q : tensor<1x2x!q>
  } else {
   %a = nn.add %l, %d : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
   %q = quant.qcast %a : tensor<1x2xf32> to tensor<1x2x!q>
   scf.yield %q : tensor<1x2x!q>
  }
  func.return %y : tensor<1x2x!q>
}

// CHECK-LABEL: @loop(
// CHECK:      scf.for
// CHECK-NEXT:   quant.packed_constant
// CHECK-NEXT:   quant.linear
func.func @loop(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %5 = arith.constant 5 : index
  %y = scf.for %k = %0 to %5 step %1 iter_args(%v = %x) -> (tensor<1x2x!q>) {
   %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
   %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
   %d = quant.dcast %v : tensor<1x2x!q> to tensor<1x2xf32>
   %l = nn.linear %d, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
   %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!q>
   scf.yield %q : tensor<1x2x!q>
  }
  func.return %y : tensor<1x2x!q>
}

// CHECK-LABEL: @loop_of_floats(
// CHECK:      nn.gelu
func.func @loop_of_floats(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %0 = arith.constant 0 : index
  %1 = arith.constant 1 : index
  %5 = arith.constant 5 : index
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %y = scf.for %k = %0 to %5 step %1 iter_args(%v = %d) -> (tensor<1x2xf32>) {
   %l = nn.gelu %v : tensor<1x2xf32>
   scf.yield %l : tensor<1x2xf32>
  }
  %q = quant.qcast %y : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %q : tensor<1x2x!q>
}

// CHECK-LABEL: @several_blocks(
// CHECK:      nn.gelu
func.func @several_blocks(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %l = nn.gelu %d : tensor<1x2xf32>
  cf.br ^bb1(%l : tensor<1x2xf32>)
^bb1(%v: tensor<1x2xf32>):
  %r = nn.relu %v : tensor<1x2xf32>
  %m = nn.sigmoid %l : tensor<1x2xf32>
  %q = quant.qcast %m : tensor<1x2xf32> to tensor<1x2x!q>
  %n = nn.sigmoid %r : tensor<1x2xf32>
  %o = quant.qcast %n : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %q : tensor<1x2x!q>
}

// CHECK-LABEL: @blocks_in_a_circle(
// CHECK:      cf.br
// CHECK:      quant.add
// CHECK-NEXT: cf.cond_br
func.func @blocks_in_a_circle(%x: tensor<1x2x!q>, %p: i1) -> tensor<1x2x!q> {
  cf.br ^bb1(%x : tensor<1x2x!q>)
^bb1(%v: tensor<1x2x!q>):
  %d = quant.dcast %v : tensor<1x2x!q> to tensor<1x2xf32>
  %l = nn.add %d, %d : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!q>
  cf.cond_br %p, ^bb1(%q : tensor<1x2x!q>), ^bb2
^bb2:
  func.return %q : tensor<1x2x!q>
}

// CHECK-LABEL: @unregistered(
// CHECK:      "my.op"
// CHECK:      "my.dead"
func.func @unregistered(%x: tensor<1x2x!q>) -> tensor<1x2x!q> {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %l = "my.op"(%d) : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %m = nn.gelu %l : tensor<1x2xf32>
  %k = nn.gelu %d : tensor<1x2xf32>
  "my.dead"(%k) : (tensor<1x2xf32>) -> ()
  %q = quant.qcast %m : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %q : tensor<1x2x!q>
}

// CHECK-LABEL: @computes_in_f16(
// CHECK:      nn.conv2d
func.func @computes_in_f16(%x: tensor<1x1x4x4x!quant.uniform<u8:f16, 0.5:3>>) -> tensor<1x1x3x3x!quant.uniform<u8:f16, 0.5:3>> {
  %i = arith.constant dense<1> : tensor<1x1x2x2xi8>
  %s = quant.scast %i : tensor<1x1x2x2xi8> to tensor<1x1x2x2x!quant.uniform<i8:f16, 0.5>>
  %w = quant.dcast %s : tensor<1x1x2x2x!quant.uniform<i8:f16, 0.5>> to tensor<1x1x2x2xf16>
  %d = quant.dcast %x : tensor<1x1x4x4x!quant.uniform<u8:f16, 0.5:3>> to tensor<1x1x4x4xf16>
  %r = nn.relu %d : tensor<1x1x4x4xf16>
  %l = nn.conv2d %r, %w : (tensor<1x1x4x4xf16>, tensor<1x1x2x2xf16>) -> tensor<1x1x3x3xf16>
  %q = quant.qcast %l : tensor<1x1x3x3xf16> to tensor<1x1x3x3x!quant.uniform<u8:f16, 0.5:3>>
  func.return %q : tensor<1x1x3x3x!quant.uniform<u8:f16, 0.5:3>>
}

// CHECK-LABEL: @computes_in_f64(
// CHECK:      nn.conv2d
func.func @computes_in_f64(%x: tensor<1x1x4x4x!quant.uniform<u8:f64, 0.5:3>>) -> tensor<1x1x3x3x!quant.uniform<u8:f64, 0.5:3>> {
  %i = arith.constant dense<1> : tensor<1x1x2x2xi8>
  %s = quant.scast %i : tensor<1x1x2x2xi8> to tensor<1x1x2x2x!quant.uniform<i8:f64, 0.5>>
  %w = quant.dcast %s : tensor<1x1x2x2x!quant.uniform<i8:f64, 0.5>> to tensor<1x1x2x2xf64>
  %d = quant.dcast %x : tensor<1x1x4x4x!quant.uniform<u8:f64, 0.5:3>> to tensor<1x1x4x4xf64>
  %r = nn.relu %d : tensor<1x1x4x4xf64>
  %l = nn.conv2d %r, %w : (tensor<1x1x4x4xf64>, tensor<1x1x2x2xf64>) -> tensor<1x1x3x3xf64>
  %q = quant.qcast %l : tensor<1x1x3x3xf64> to tensor<1x1x3x3x!quant.uniform<u8:f64, 0.5:3>>
  func.return %q : tensor<1x1x3x3x!quant.uniform<u8:f64, 0.5:3>>
}

// CHECK-LABEL: @computes_in_bf16(
// CHECK:      nn.conv2d
func.func @computes_in_bf16(%x: tensor<1x1x4x4x!quant.uniform<u8:bf16, 0.5:3>>) -> tensor<1x1x3x3x!quant.uniform<u8:bf16, 0.5:3>> {
  %i = arith.constant dense<1> : tensor<1x1x2x2xi8>
  %s = quant.scast %i : tensor<1x1x2x2xi8> to tensor<1x1x2x2x!quant.uniform<i8:bf16, 0.5>>
  %w = quant.dcast %s : tensor<1x1x2x2x!quant.uniform<i8:bf16, 0.5>> to tensor<1x1x2x2xbf16>
  %d = quant.dcast %x : tensor<1x1x4x4x!quant.uniform<u8:bf16, 0.5:3>> to tensor<1x1x4x4xbf16>
  %r = nn.relu %d : tensor<1x1x4x4xbf16>
  %l = nn.conv2d %r, %w : (tensor<1x1x4x4xbf16>, tensor<1x1x2x2xbf16>) -> tensor<1x1x3x3xbf16>
  %q = quant.qcast %l : tensor<1x1x3x3xbf16> to tensor<1x1x3x3x!quant.uniform<u8:bf16, 0.5:3>>
  func.return %q : tensor<1x1x3x3x!quant.uniform<u8:bf16, 0.5:3>>
}

// CHECK-LABEL: @no_rows(
// CHECK:      quant.linear {{.*}} -> tensor<0x2x
// CHECK-NEXT: quant.gelu
// CHECK:      quant.linear {{.*}} (tensor<1x0x
// CHECK-NEXT: quant.cat
// CHECK-NEXT: quant.mean
func.func @no_rows(%x: tensor<0x2x!q>, %z: tensor<1x0x!q>) -> (tensor<0x2x!q>, tensor<1x0x!q>, tensor<1x3x!q>, tensor<0x4x!q>, tensor<1x!q>) {
  %i = arith.constant dense<1> : tensor<2x2xi8>
  %s = quant.scast %i : tensor<2x2xi8> to tensor<2x2x!w>
  %w = quant.dcast %s : tensor<2x2x!w> to tensor<2x2xf32>
  %d = quant.dcast %x : tensor<0x2x!q> to tensor<0x2xf32>
  %l = nn.linear %d, %w : (tensor<0x2xf32>, tensor<2x2xf32>) -> tensor<0x2xf32>
  %q = quant.qcast %l : tensor<0x2xf32> to tensor<0x2x!q>
  %e = quant.dcast %z : tensor<1x0x!q> to tensor<1x0xf32>
  %g = nn.gelu %e : tensor<1x0xf32>
  %h = quant.qcast %g : tensor<1x0xf32> to tensor<1x0x!q>
  %j = arith.constant dense<[[],[],[]]> : tensor<3x0xi8>
  %t = quant.scast %j : tensor<3x0xi8> to tensor<3x0x!w>
  %v = quant.dcast %t : tensor<3x0x!w> to tensor<3x0xf32>
  %m = nn.linear %e, %v : (tensor<1x0xf32>, tensor<3x0xf32>) -> tensor<1x3xf32>
  %n = quant.qcast %m : tensor<1x3xf32> to tensor<1x3x!q>
  %c = nn.cat %d, %d {dim = 1 : i64} : (tensor<0x2xf32>, tensor<0x2xf32>) -> tensor<0x4xf32>
  %o = quant.qcast %c : tensor<0x4xf32> to tensor<0x4x!q>
  %a = nn.mean %e {dim = array<i64: 1>} : (tensor<1x0xf32>) -> tensor<1xf32>
  %b = quant.qcast %a : tensor<1xf32> to tensor<1x!q>
  func.return %q, %h, %n, %o, %b : tensor<0x2x!q>, tensor<1x0x!q>, tensor<1x3x!q>, tensor<0x4x!q>, tensor<1x!q>
}

// CHECK-LABEL: @no_outputs(
// CHECK:      quant.linear {{.*}} -> tensor<1x0x
// CHECK:      quant.conv2d {{.*}} -> tensor<0x2x3x3x
func.func @no_outputs(%x: tensor<1x2x!q>, %k: tensor<0x3x4x4x!q>) -> (tensor<1x0x!q>, tensor<0x2x3x3x!q>) {
  %j = arith.constant dense<> : tensor<0x2xi8>
  %t = quant.scast %j : tensor<0x2xi8> to tensor<0x2x!w>
  %v = quant.dcast %t : tensor<0x2x!w> to tensor<0x2xf32>
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %m = nn.linear %d, %v : (tensor<1x2xf32>, tensor<0x2xf32>) -> tensor<1x0xf32>
  %n = quant.qcast %m : tensor<1x0xf32> to tensor<1x0x!q>
  %i = arith.constant dense<1> : tensor<2x3x2x2xi8>
  %s = quant.scast %i : tensor<2x3x2x2xi8> to tensor<2x3x2x2x!w>
  %w = quant.dcast %s : tensor<2x3x2x2x!w> to tensor<2x3x2x2xf32>
  %e = quant.dcast %k : tensor<0x3x4x4x!q> to tensor<0x3x4x4xf32>
  %c = nn.conv2d %e, %w : (tensor<0x3x4x4xf32>, tensor<2x3x2x2xf32>) -> tensor<0x2x3x3xf32>
  %o = quant.qcast %c : tensor<0x2x3x3xf32> to tensor<0x2x3x3x!q>
  func.return %n, %o : tensor<1x0x!q>, tensor<0x2x3x3x!q>
}

// CHECK-LABEL: @no_channels(
// CHECK:      quant.conv2d
// CHECK-NEXT: quant.avg_pool2d
func.func @no_channels(%k: tensor<1x0x4x4x!q>, %u: tensor<1x0x4x4x!q>) -> (tensor<1x2x3x3x!q>, tensor<1x0x2x2x!q>) {
  %i = arith.constant dense<> : tensor<2x0x2x2xi8>
  %s = quant.scast %i : tensor<2x0x2x2xi8> to tensor<2x0x2x2x!w>
  %w = quant.dcast %s : tensor<2x0x2x2x!w> to tensor<2x0x2x2xf32>
  %e = quant.dcast %k : tensor<1x0x4x4x!q> to tensor<1x0x4x4xf32>
  %c = nn.conv2d %e, %w : (tensor<1x0x4x4xf32>, tensor<2x0x2x2xf32>) -> tensor<1x2x3x3xf32>
  %o = quant.qcast %c : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!q>
  %a = nn.avg_pool2d %e {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x0x4x4xf32>) -> tensor<1x0x2x2xf32>
  %b = quant.qcast %a : tensor<1x0x2x2xf32> to tensor<1x0x2x2x!q>
  func.return %o, %b : tensor<1x2x3x3x!q>, tensor<1x0x2x2x!q>
}

// CHECK-LABEL: @rank_0(
// CHECK:      quant.gelu
// CHECK:      quant.linear
func.func @rank_0(%x: tensor<!q>, %v: tensor<2x!q>) -> (tensor<!y>, tensor<!y>, tensor<1x!q>, tensor<!q>, tensor<3x!q>) {
  %d = quant.dcast %x : tensor<!q> to tensor<f32>
  %g = nn.gelu %d : tensor<f32>
  %r = nn.relu %g : tensor<f32>
  %q = quant.qcast %r : tensor<f32> to tensor<!y>
  %a = nn.add %d, %d : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %b = quant.qcast %a : tensor<f32> to tensor<!y>
  %f = nn.flatten %d : (tensor<f32>) -> tensor<1xf32>
  %fq = quant.qcast %f : tensor<1xf32> to tensor<1x!q>
  %e = quant.dcast %v : tensor<2x!q> to tensor<2xf32>
  %m = nn.mean %e {dim = array<i64: 0>} : (tensor<2xf32>) -> tensor<f32>
  %mq = quant.qcast %m : tensor<f32> to tensor<!q>
  %i = arith.constant dense<1> : tensor<3x2xi8>
  %s = quant.scast %i : tensor<3x2xi8> to tensor<3x2x!w>
  %w = quant.dcast %s : tensor<3x2x!w> to tensor<3x2xf32>
  %l = nn.linear %e, %w : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3xf32>
  %lq = quant.qcast %l : tensor<3xf32> to tensor<3x!q>
  func.return %q, %b, %fq, %mq, %lq : tensor<!y>, tensor<!y>, tensor<1x!q>, tensor<!q>, tensor<3x!q>
}

// CHECK-LABEL: @no_tensor(
// CHECK-NEXT: quant.dcast %x
// CHECK-NEXT: quant.qcast
func.func @no_tensor(%x: !q) -> !y {
  %d = quant.dcast %x : !q to f32
  %q = quant.qcast %d : f32 to !y
  func.return %q : !y
}

// CHECK-LABEL: @two_quantizes(
// CHECK-NEXT: quant.gelu
// CHECK-NEXT: quant.gelu
// CHECK-NEXT: func.return
func.func @two_quantizes(%x: tensor<1x2x!q>) -> (tensor<1x2x!q>, tensor<1x2x!y>) {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %l = nn.gelu %d : tensor<1x2xf32>
  %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!q>
  %n = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!y>
  func.return %q, %n : tensor<1x2x!q>, tensor<1x2x!y>
}

// CHECK-LABEL: @no_parameters_yet(
// CHECK:      nn.gelu
func.func @no_parameters_yet(%x: tensor<1x2x!quant.any<i8:f32>>) -> (tensor<1x2x!quant.any<i8:f32>>) {
  %d = quant.dcast %x : tensor<1x2x!quant.any<i8:f32>> to tensor<1x2xf32>
  %l = nn.gelu %d : tensor<1x2xf32>
  %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!quant.any<i8:f32>>
  func.return %q : tensor<1x2x!quant.any<i8:f32>>
}

// CHECK-LABEL: @unranked(
// CHECK-NEXT: func.return %x
func.func @unranked(%x: tensor<*x!q>) -> (tensor<*x!q>) {
  %d = quant.dcast %x : tensor<*x!q> to tensor<*xf32>
  %q = quant.qcast %d : tensor<*xf32> to tensor<*x!q>
  func.return %q : tensor<*x!q>
}

// CHECK-LABEL: @four_bits(
// CHECK:      nn.gelu
func.func @four_bits(%x: tensor<1x2x!quant.uniform<u4:f32, 0.5>>) -> (tensor<1x2x!quant.uniform<i4:f32, 0.5>>) {
  %d = quant.dcast %x : tensor<1x2x!quant.uniform<u4:f32, 0.5>> to tensor<1x2xf32>
  %l = nn.gelu %d : tensor<1x2xf32>
  %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!quant.uniform<i4:f32, 0.5>>
  func.return %q : tensor<1x2x!quant.uniform<i4:f32, 0.5>>
}

// CHECK-LABEL: @module_in_a_module(
// CHECK:      quant.gelu
builtin.module @inner { func.func @module_in_a_module(%x: tensor<1x2x!q>) -> (tensor<1x2x!q>) {
  %d = quant.dcast %x : tensor<1x2x!q> to tensor<1x2xf32>
  %l = nn.gelu %d : tensor<1x2xf32>
  %q = quant.qcast %l : tensor<1x2xf32> to tensor<1x2x!q>
  func.return %q : tensor<1x2x!q>
} }
