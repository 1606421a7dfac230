// RUN: qfin-opt -p 'assign-layout{target=avx2}' %s | filecheck %s

!q = !quant.uniform<u8:f32, 5.000000e-01:128>

// Lines are images of height 1, and nothing stands between them.
// CHECK-LABEL: func.func @lines
// CHECK-NEXT:    %[[I:[0-9]+]] = nn.reshape %x
// CHECK-NEXT:    %[[X:[0-9]+]] = layout.to_nhwc %[[I]]
// CHECK-NEXT:    %[[A:[0-9]+]] = nn.max_pool2d %[[X]] {{{.*}}kernel = array<i64: 1, 2>{{.*}}} : {{.*}} -> tensor<1x8x1x8x!quant.uniform<u8:f32, 5.000000e-01:128>, #layout.nhwc>
// CHECK-NEXT:    %[[B:[0-9]+]] = quant.avg_pool2d %[[A]] {{{.*}}kernel = array<i64: 1, 3>{{.*}}}
// CHECK-NEXT:    %[[C:[0-9]+]] = quant.upsample_bilinear2d %[[B]] {{{.*}}scales = array<f64: 1.000000e+00, 2.000000e+00>{{.*}}}
// CHECK-NEXT:    %[[D:[0-9]+]] = quant.adaptive_avg_pool2d %[[C]]
// CHECK-NEXT:    %[[Y:[0-9]+]] = layout.to_nchw %[[D]]
// CHECK-NEXT:    %[[L:[0-9]+]] = nn.reshape %[[Y]]
// CHECK-NEXT:    func.return %[[L]]
func.func @lines(%x: tensor<1x8x9x!q>) -> tensor<1x8x4x!q> {
  %0 = nn.max_pool1d %x {kernel = array<i64: 2>} : (tensor<1x8x9x!q>) -> tensor<1x8x8x!q>
  %1 = quant.avg_pool1d %0 {kernel = array<i64: 3>, padding = array<i64: 0, 1>} : (tensor<1x8x8x!q>) -> tensor<1x8x7x!q>
  %2 = quant.upsample_linear1d %1 {scales = array<f64: 2.0>} : (tensor<1x8x7x!q>) -> tensor<1x8x14x!q>
  %3 = quant.adaptive_avg_pool1d %2 : (tensor<1x8x14x!q>) -> tensor<1x8x4x!q>
  func.return %3 : tensor<1x8x4x!q>
}

// A mean reads any layout.
// CHECK-LABEL: func.func @means
// CHECK-NEXT:    %[[X:[0-9]+]] = layout.to_nhwc %x
// CHECK-NEXT:    %[[P:[0-9]+]] = nn.max_pool3d %[[X]]
// CHECK-NEXT:    %[[A:[0-9]+]] = quant.mean %[[P]] {{.*}} -> tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK-NEXT:    %[[B:[0-9]+]] = quant.mean %[[P]] {{.*}} -> tensor<2x8x1x1x1x!quant.uniform<u8:f32, 5.000000e-01:128>, #layout.nhwc>
// CHECK-NEXT:    %[[C:[0-9]+]] = nn.upsample_nearest3d %[[B]]
// CHECK-NEXT:    %[[Y:[0-9]+]] = layout.to_nchw %[[C]]
// CHECK-NEXT:    func.return %[[A]], %[[Y]]
func.func @means(%x: tensor<2x8x4x4x4x!q>) -> (tensor<2x8x!q>, tensor<2x8x2x2x2x!q>) {
  %0 = nn.max_pool3d %x {kernel = array<i64: 2, 2, 2>} : (tensor<2x8x4x4x4x!q>) -> tensor<2x8x3x3x3x!q>
  %1 = quant.mean %0 {dim = array<i64: 2, 3, 4>} : (tensor<2x8x3x3x3x!q>) -> tensor<2x8x!q>
  %2 = quant.mean %0 {dim = array<i64: 2, 3, 4>, keepdim = true} : (tensor<2x8x3x3x3x!q>) -> tensor<2x8x1x1x1x!q>
  %3 = nn.upsample_nearest3d %2 : (tensor<2x8x1x1x1x!q>) -> tensor<2x8x2x2x2x!q>
  func.return %1, %3 : tensor<2x8x!q>, tensor<2x8x2x2x2x!q>
}
