// RUN: QFIN_ROUNDTRIP

!q = !quant.uniform<u8:f32, 0.5:128>
!channels = !quant.uniform<i8:f32:1, {0.5,0.25}>

// CHECK-LABEL: @conv2d
func.func @conv2d(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<6xf32>,
                  %g: tensor<6x2x3x3xf32>) {
  // CHECK: nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  %0 = nn.conv2d %x, %w : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  // CHECK: nn.conv2d %x, %w, %b {padding = array<i64: 1, 1, 1, 1>}
  %1 = nn.conv2d %x, %w, %b {padding = array<i64: 1, 1, 1, 1>}
    : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<6xf32>) -> tensor<1x6x8x8xf32>
  // CHECK: nn.conv2d %x, %g {stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 2, 1>, dilation = array<i64: 1, 2>, groups = 2 : i64}
  %2 = nn.conv2d %x, %g {stride = array<i64: 2, 1>, padding = array<i64: 1, 0, 2, 1>, dilation = array<i64: 1, 2>, groups = 2 : i64}
    : (tensor<1x4x8x8xf32>, tensor<6x2x3x3xf32>) -> tensor<1x6x4x7xf32>
  // What has its usual value is not printed.
  // CHECK: nn.conv2d %x, %w : (
  %3 = nn.conv2d %x, %w {stride = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilation = array<i64: 1, 1>, groups = 1 : i64}
    : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x6x6xf32>
  func.return
}

// CHECK-LABEL: @conv2d_dynamic
func.func @conv2d_dynamic(%x: tensor<?x4x?x8xf32>, %w: tensor<6x4x3x3xf32>, %v: tensor<?x?x?x?xf32>,
                          %b: tensor<?xf32>) {
  // CHECK: (tensor<?x4x?x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x?x6xf32>
  %0 = nn.conv2d %x, %w : (tensor<?x4x?x8xf32>, tensor<6x4x3x3xf32>) -> tensor<?x6x?x6xf32>
  // A result may say more than the rule knows.
  // CHECK: (tensor<?x4x?x8xf32>, tensor<6x4x3x3xf32>) -> tensor<2x6x6x6xf32>
  %1 = nn.conv2d %x, %w : (tensor<?x4x?x8xf32>, tensor<6x4x3x3xf32>) -> tensor<2x6x6x6xf32>
  // CHECK: (tensor<?x4x?x8xf32>, tensor<?x?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?x?xf32>
  %2 = nn.conv2d %x, %v, %b {groups = 2 : i64} : (tensor<?x4x?x8xf32>, tensor<?x?x?x?xf32>, tensor<?xf32>) -> tensor<?x?x?x?xf32>
  func.return
}

// CHECK-LABEL: @linear
func.func @linear(%x: tensor<2x64xf32>, %w: tensor<10x64xf32>, %b: tensor<10xf32>,
                  %v: tensor<64xf32>, %t: tensor<?x3x64xf32>) {
  // CHECK: nn.linear %x, %w, %b : (tensor<2x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<2x10xf32>
  %0 = nn.linear %x, %w, %b : (tensor<2x64xf32>, tensor<10x64xf32>, tensor<10xf32>) -> tensor<2x10xf32>
  // CHECK: nn.linear %v, %w : (tensor<64xf32>, tensor<10x64xf32>) -> tensor<10xf32>
  %1 = nn.linear %v, %w : (tensor<64xf32>, tensor<10x64xf32>) -> tensor<10xf32>
  // CHECK: (tensor<?x3x64xf32>, tensor<10x64xf32>) -> tensor<?x3x10xf32>
  %2 = nn.linear %t, %w : (tensor<?x3x64xf32>, tensor<10x64xf32>) -> tensor<?x3x10xf32>
  func.return
}

// CHECK-LABEL: @other_floats
func.func @other_floats(%x: tensor<2x64xbf16>, %w: tensor<10x64xbf16>, %y: tensor<4xf64>) {
  // CHECK: -> tensor<2x10xbf16>
  %0 = nn.linear %x, %w : (tensor<2x64xbf16>, tensor<10x64xbf16>) -> tensor<2x10xbf16>
  // CHECK: nn.relu {{.*}} : tensor<4xf64>
  %1 = nn.relu %y : tensor<4xf64>
  func.return
}

// CHECK-LABEL: @relu
func.func @relu(%x: tensor<2x?xf32>, %s: tensor<f32>, %q: tensor<2x8x!q>, %c: tensor<1x2x4x4x!channels>) {
  // CHECK: nn.relu %x : tensor<2x?xf32>
  %0 = nn.relu %x : tensor<2x?xf32>
  // CHECK: nn.relu %s : tensor<f32>
  %1 = nn.relu %s : tensor<f32>
  // CHECK: nn.relu %q : tensor<2x8x!quant.uniform<u8:f32, 5.000000e-01:128>>
  %2 = nn.relu %q : tensor<2x8x!q>
  // CHECK: nn.relu %c : tensor<1x2x4x4x!quant.uniform<i8:f32:1, {5.000000e-01,2.500000e-01}>>
  %3 = nn.relu %c : tensor<1x2x4x4x!channels>
  func.return
}

// CHECK-LABEL: @add
func.func @add(%x: tensor<2x8xf32>, %y: tensor<8xf32>, %s: tensor<f32>, %d: tensor<?x8xf32>, %c: tensor<2x1xf32>) {
  // CHECK: nn.add %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %0 = nn.add %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  // CHECK: nn.add %y, %x : (tensor<8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = nn.add %y, %x : (tensor<8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  // CHECK: nn.add %x, %s : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %2 = nn.add %x, %s : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  // CHECK: nn.add %y, %c : (tensor<8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %3 = nn.add %y, %c : (tensor<8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  // CHECK: nn.add %d, %y : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %4 = nn.add %d, %y : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  // CHECK: nn.add %d, %x : (tensor<?x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %5 = nn.add %d, %x : (tensor<?x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  func.return
}

// CHECK-LABEL: @pools
func.func @pools(%x: tensor<1x2x8x8xf32>, %q: tensor<1x2x8x8x!q>, %c: tensor<1x2x8x8x!channels>, %d: tensor<?x2x?x8xf32>) {
  // CHECK: nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x7x7xf32>
  // CHECK: nn.max_pool2d %q {kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 0, 0, 1>, dilation = array<i64: 2, 1>}
  %1 = nn.max_pool2d %q {kernel = array<i64: 3, 2>, stride = array<i64: 2, 3>, padding = array<i64: 1, 0, 0, 1>, dilation = array<i64: 2, 1>}
    : (tensor<1x2x8x8x!q>) -> tensor<1x2x3x3x!q>
  // CHECK: nn.max_pool2d %c
  %2 = nn.max_pool2d %c {kernel = array<i64: 2, 2>} : (tensor<1x2x8x8x!channels>) -> tensor<1x2x7x7x!channels>
  // CHECK: nn.max_pool2d %d {{.*}} : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x7xf32>
  %3 = nn.max_pool2d %d {kernel = array<i64: 2, 2>} : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x7xf32>
  // CHECK: nn.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x2x8x8xf32>) -> tensor<1x2x4x4xf32>
  %4 = nn.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, count_include_pad = true} : (tensor<1x2x8x8xf32>) -> tensor<1x2x4x4xf32>
  // CHECK: nn.avg_pool2d %x {kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, count_include_pad = false}
  %5 = nn.avg_pool2d %x {kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>, count_include_pad = false} : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  // CHECK: nn.avg_pool2d %d {{.*}} : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x7xf32>
  %6 = nn.avg_pool2d %d {kernel = array<i64: 2, 2>} : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x7xf32>
  // CHECK: nn.adaptive_avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x3x5xf32>
  %7 = nn.adaptive_avg_pool2d %x : (tensor<1x2x8x8xf32>) -> tensor<1x2x3x5xf32>
  // CHECK: nn.adaptive_avg_pool2d %d : (tensor<?x2x?x8xf32>) -> tensor<?x2x1x1xf32>
  %8 = nn.adaptive_avg_pool2d %d : (tensor<?x2x?x8xf32>) -> tensor<?x2x1x1xf32>
  func.return
}

// CHECK-LABEL: @reshapes
func.func @reshapes(%x: tensor<2x8xf32>, %i: tensor<2x8xi8>, %q: tensor<2x8x!q>, %s: tensor<f32>, %d: tensor<?x8x2xf32>) {
  // CHECK: nn.reshape %x : (tensor<2x8xf32>) -> tensor<4x4xf32>
  %0 = nn.reshape %x : (tensor<2x8xf32>) -> tensor<4x4xf32>
  // CHECK: nn.reshape %q
  %1 = nn.reshape %q : (tensor<2x8x!q>) -> tensor<16x!q>
  // CHECK: nn.reshape %i : (tensor<2x8xi8>) -> tensor<2x1x8xi8>
  %i8 = nn.reshape %i : (tensor<2x8xi8>) -> tensor<2x1x8xi8>
  // CHECK: nn.reshape %s : (tensor<f32>) -> tensor<1x1xf32>
  %2 = nn.reshape %s : (tensor<f32>) -> tensor<1x1xf32>
  // CHECK: nn.reshape %x : (tensor<2x8xf32>) -> tensor<?x4xf32>
  %3 = nn.reshape %x : (tensor<2x8xf32>) -> tensor<?x4xf32>
  // CHECK: nn.reshape %d : (tensor<?x8x2xf32>) -> tensor<?x16xf32>
  %4 = nn.reshape %d : (tensor<?x8x2xf32>) -> tensor<?x16xf32>
  // CHECK: nn.flatten %d {start_dim = 1 : i64} : (tensor<?x8x2xf32>) -> tensor<?x16xf32>
  %5 = nn.flatten %d {start_dim = 1 : i64} : (tensor<?x8x2xf32>) -> tensor<?x16xf32>
  // CHECK: nn.flatten %d {end_dim = 1 : i64} : (tensor<?x8x2xf32>) -> tensor<?x2xf32>
  %6 = nn.flatten %d {start_dim = 0 : i64, end_dim = 1 : i64} : (tensor<?x8x2xf32>) -> tensor<?x2xf32>
  // CHECK: nn.flatten %q {start_dim = -2 : i64}
  %7 = nn.flatten %q {start_dim = -2 : i64, end_dim = -1 : i64} : (tensor<2x8x!q>) -> tensor<16x!q>
  // CHECK: nn.flatten %s : (tensor<f32>) -> tensor<1xf32>
  %8 = nn.flatten %s : (tensor<f32>) -> tensor<1xf32>
  func.return
}

// Tensors without elements are legal.
// CHECK-LABEL: @empty
func.func @empty(%x: tensor<0x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %k: tensor<2x0xf32>, %v: tensor<3x0xf32>,
                 %c: tensor<1x0x8x8xf32>, %u: tensor<6x0x3x3xf32>) {
  // CHECK: -> tensor<0x6x6x6xf32>
  %0 = nn.conv2d %x, %w : (tensor<0x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<0x6x6x6xf32>
  // CHECK: -> tensor<1x6x6x6xf32>
  %1 = nn.conv2d %c, %u : (tensor<1x0x8x8xf32>, tensor<6x0x3x3xf32>) -> tensor<1x6x6x6xf32>
  // CHECK: -> tensor<2x3xf32>
  %2 = nn.linear %k, %v : (tensor<2x0xf32>, tensor<3x0xf32>) -> tensor<2x3xf32>
  // CHECK: -> tensor<0x4x7x7xf32>
  %3 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<0x4x8x8xf32>) -> tensor<0x4x7x7xf32>
  // CHECK: -> tensor<0x5xf32>
  %4 = nn.reshape %k : (tensor<2x0xf32>) -> tensor<0x5xf32>
  // CHECK: -> tensor<0x256xf32>
  %5 = nn.flatten %x {start_dim = 1 : i64} : (tensor<0x4x8x8xf32>) -> tensor<0x256xf32>
  func.return
}

// Attributes of another dialect's name are kept.
// CHECK-LABEL: @attributes
func.func @attributes(%x: tensor<2xf32>) {
  // CHECK: nn.relu %x {my.origin = "layer1"} : tensor<2xf32>
  %0 = nn.relu %x {my.origin = "layer1"} : tensor<2xf32>
  func.return
}
