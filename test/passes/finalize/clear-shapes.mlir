// RUN: qfin-opt --clear-shapes %s | filecheck %s
// RUN: qfin-opt -p clear-shapes,clear-shapes %s | filecheck %s
// RUN: qfin-opt --clear-shapes %s --remarks 2>&1 >/dev/null | filecheck %s --check-prefix=REMARK
// RUN: qfin-opt -p 'quant-finalize{clear-shapes=true}' %s | filecheck %s --check-prefix=FINAL
// RUN: qfin-opt -p 'quant-finalize{quant-type=static clear-shapes}' %s | filecheck %s --check-prefix=FINAL
// RUN: qfin-opt --finalize=clear-shapes %s | filecheck %s --check-prefix=FINAL

!q = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.5>

// What a weight fixes, and what a result says for itself, stays.
// CHECK-LABEL: @network(
// CHECK-SAME:    %x: tensor<?x1x?x?x!quant.uniform<{{.*}}>>, %s: tensor<f32>) -> (tensor<?x3x!quant{{.*}}>, tensor<?x2x?x?x
// CHECK:         nn.conv2d {{.*}} -> tensor<?x2x?x?xf32>
// CHECK:         quant.qcast {{.*}} to tensor<?x2x?x?x!quant
// CHECK:         nn.adaptive_avg_pool2d {{.*}} -> tensor<?x2x2x2xf32>
// CHECK:         nn.reshape {{.*}} -> tensor<?x8xf32>
// CHECK:         nn.linear {{.*}} -> tensor<?x3xf32>
// REMARK:      remark: func.func: dimension 1 of %x stays 1: 'nn.conv2d' at {{.*}}: input has 2 channels
// FINAL-LABEL: @network(
// FINAL:         quant.conv2d {{.*}} -> tensor<?x2x?x?x!quant
// FINAL:         quant.linear {{.*}} -> tensor<?x3x!quant
func.func @network(%x: tensor<1x1x4x4x!q>, %s: tensor<f32>) -> (tensor<1x3x!q>, tensor<1x2x3x3x!q>) {
  %d = quant.dcast %x : tensor<1x1x4x4x!q> to tensor<1x1x4x4xf32>
  %i = arith.constant dense<2> : tensor<2x1x2x2xi8>
  %wq = quant.scast %i : tensor<2x1x2x2xi8> to tensor<2x1x2x2x!w>
  %w = quant.dcast %wq : tensor<2x1x2x2x!w> to tensor<2x1x2x2xf32>
  %c = nn.conv2d %d, %w : (tensor<1x1x4x4xf32>, tensor<2x1x2x2xf32>) -> tensor<1x2x3x3xf32>
  %cq = quant.qcast %c : tensor<1x2x3x3xf32> to tensor<1x2x3x3x!q>
  %cd = quant.dcast %cq : tensor<1x2x3x3x!q> to tensor<1x2x3x3xf32>
  %a = nn.adaptive_avg_pool2d %cd : (tensor<1x2x3x3xf32>) -> tensor<1x2x2x2xf32>
  %aq = quant.qcast %a : tensor<1x2x2x2xf32> to tensor<1x2x2x2x!q>
  %ad = quant.dcast %aq : tensor<1x2x2x2x!q> to tensor<1x2x2x2xf32>
  %r = nn.reshape %ad : (tensor<1x2x2x2xf32>) -> tensor<1x8xf32>
  %j = arith.constant dense<1> : tensor<3x8xi8>
  %vq = quant.scast %j : tensor<3x8xi8> to tensor<3x8x!w>
  %v = quant.dcast %vq : tensor<3x8x!w> to tensor<3x8xf32>
  %l = nn.linear %r, %v : (tensor<1x8xf32>, tensor<3x8xf32>) -> tensor<1x3xf32>
  %lq = quant.qcast %l : tensor<1x3xf32> to tensor<1x3x!q>
  func.return %lq, %cq : tensor<1x3x!q>, tensor<1x2x3x3x!q>
}

// A reshape into one shape has one dimension to give away.
// CHECK-LABEL: @reshaped(
// CHECK-SAME:    %x: tensor<?x3x4xf32>) -> tensor<?x12xf32>
// CHECK:         nn.reshape {{.*}} : (tensor<?x3x4xf32>) -> tensor<?x12xf32>
// REMARK-NEXT: :[[# @LINE + 2]]:1: remark: func.func: dimension 1 of %x stays 3: 'nn.reshape' at {{.*}}:[[# @LINE + 3]]:3: no one dimension of [?, 12] follows from the others for all of [?, ?, 4]
// REMARK-NEXT: remark: func.func: dimension 2 of %x stays 4: 'nn.reshape' at
func.func @reshaped(%x: tensor<2x3x4xf32>) -> tensor<2x12xf32> {
  %r = nn.reshape %x : (tensor<2x3x4xf32>) -> tensor<2x12xf32>
  func.return %r : tensor<2x12xf32>
}

// Ops of other dialects insist on equal types, which a constant cannot change.
// CHECK-LABEL: @equal_types(
// CHECK-SAME:    %x: tensor<2x3xf32>) -> tensor<2x4xf32>
// CHECK:         arith.addf %x, %x : tensor<2x3xf32>
// CHECK:         arith.addf %{{.*}}, %{{.*}} : tensor<2x4xf32>
// REMARK-NEXT: remark: func.func: dimension 0 of %x stays 2: 'arith.addf' at {{.*}} expected from variable 'T'
// REMARK-NEXT: remark: func.func: dimension 1 of %x stays 3: 'nn.linear' at {{.*}}: input has 4 features, weight expects 3
func.func @equal_types(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  %a = arith.addf %x, %x : tensor<2x3xf32>
  %w = arith.constant dense<1.0> : tensor<4x3xf32>
  %y = nn.linear %a, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %c = arith.constant dense<1.0> : tensor<2x4xf32>
  %z = arith.addf %y, %c : tensor<2x4xf32>
  func.return %z : tensor<2x4xf32>
}

// CHECK-LABEL: @nested(%x: tensor<2xf32>, %p: i1)
// REMARK-NEXT: remark: func.func: dimension 0 of %x stays 2: 'nn.relu' at {{.*}} is in a nested region
func.func @nested(%x: tensor<2xf32>, %p: i1) -> tensor<2xf32> {
  %y = scf.if %p -> (tensor<2xf32>) {
    %r = nn.relu %x : tensor<2xf32>
    scf.yield %r : tensor<2xf32>
  } else {
    scf.yield %x : tensor<2xf32>
  }
  func.return %y : tensor<2xf32>
}

// CHECK-LABEL: @two_blocks(%x: tensor<2xf32>)
// REMARK-NEXT: remark: func.func: shapes stay: it has several blocks
func.func @two_blocks(%x: tensor<2xf32>) -> tensor<2xf32> {
  cf.br ^bb1(%x : tensor<2xf32>)
^bb1(%y: tensor<2xf32>):
  func.return %y : tensor<2xf32>
}

// CHECK-LABEL: @caller(%x: tensor<2xf32>)
// REMARK-NEXT: remark: func.func: dimension 0 of %x stays 2: 'func.call' at {{.*}} has a shape rule of its own
func.func @caller(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = func.call @called(%x) : (tensor<2xf32>) -> tensor<2xf32>
  func.return %y : tensor<2xf32>
}

// CHECK-LABEL: @called(%x: tensor<2xf32>)
// REMARK-NEXT: remark: func.func: shapes stay: @called is called within the module
func.func @called(%x: tensor<2xf32>) -> tensor<2xf32> {
  func.return %x : tensor<2xf32>
}
// REMARK-NOT: remark
