// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers' %s | filecheck %s

// Pools and interpolations run on channels innermost; means read any layout.
// CHECK-LABEL: func.func @windows
// CHECK:         kernel.copy {{.*}} : memref<1x8x6x6xf32, {{.*}}>, memref<1x8x6x6xf32, strided<[288, 1, 48, 8]>>
// CHECK:         kernel.max_pool {{.*}} : memref<1x8x6x6xf32, strided<[288, 1, 48, 8]>>, {{.*}}, memref<1x8x5x5xf32, strided<[200, 1, 40, 8]>>
// CHECK:         kernel.float_avg_pool {{.*}} memref<4x4xi32, {{.*}}>, memref<1x8x4x4xf32, strided<[128, 1, 32, 8]>>
// CHECK:         kernel.float_upsample {{.*}} memref<8x2xf32, {{.*}}>, memref<1x8x8x8xf32, strided<[512, 1, 64, 8]>>
// CHECK-NOT:     kernel.copy
// CHECK:         kernel.float_avg_pool {{.*}} memref<1x1xi32, {{.*}}>, memref<1x8x1x1xf32, {{.*}}>
// CHECK-NEXT:    func.return
func.func @windows(%x: tensor<1x8x6x6xf32>) -> tensor<1x8xf32> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x8x6x6xf32>) -> tensor<1x8x5x5xf32>
  %1 = nn.avg_pool2d %0 {kernel = array<i64: 2, 2>} : (tensor<1x8x5x5xf32>) -> tensor<1x8x4x4xf32>
  %2 = nn.upsample_bilinear2d %1 : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
  %3 = nn.mean %2 {dim = array<i64: 2, 3>} : (tensor<1x8x8x8xf32>) -> tensor<1x8xf32>
  func.return %3 : tensor<1x8xf32>
}

// A slope for each channel has stride 1 there and 0 elsewhere.
// CHECK-LABEL: func.func @prelu
// CHECK:         kernel.plain_binary {{.*}} {function = "prelu"} : memref<2x3x4xf32, {{.*}}>, memref<2x3x4xf32, strided<[0, 1, 0]>>, memref<2x3x4xf32, {{.*}}>
func.func @prelu(%x: tensor<2x3x4xf32>, %w: tensor<3xf32>) -> tensor<2x3x4xf32> {
  %0 = nn.prelu %x weight(%w : tensor<3xf32>) : tensor<2x3x4xf32>
  func.return %0 : tensor<2x3x4xf32>
}

// A weight that is known lies in blocks of 32 columns among the constants, and nowhere else; one
// that is not is copied.
// CHECK:         kernel.program {entry = @linear, {{.*}} : tensor<1088xi8>}
// CHECK-LABEL: func.func @linear
// CHECK:         %[[W:.*]] = kernel.view %constants {{.*}} -> memref<1x8x32xf32, strided<[256, 32, 1]>>
// CHECK:         kernel.contraction %{{.*}}, %[[W]], %{{.*}} {{{.*}}blocked}
func.func @linear(%x: tensor<5x8xf32>) -> tensor<5x20xf32> {
  %w = arith.constant dense<0.5> : tensor<20x8xf32>
  %0 = nn.linear %x, %w : (tensor<5x8xf32>, tensor<20x8xf32>) -> tensor<5x20xf32>
  func.return %0 : tensor<5x20xf32>
}

// CHECK-LABEL: func.func @matmul
// CHECK-NOT:     kernel.copy
// CHECK:         kernel.contraction
func.func @matmul(%x: tensor<5x8xf32>, %w: tensor<8x20xf32>) -> tensor<5x20xf32> {
  %0 = nn.matmul %x, %w : (tensor<5x8xf32>, tensor<8x20xf32>) -> tensor<5x20xf32>
  func.return %0 : tensor<5x20xf32>
}

// With stride 1 pixels are columns; the two places between rows of the result are left out after.
// CHECK-LABEL: func.func @conv
// CHECK:         kernel.contraction {{.*}} {batch = 2 : i64, rows = 1 : i64} : memref<1x1x8x4x3x3xf32, {{.*}}>, memref<1x1x4x3x3x22xf32, {{.*}}>, memref<1x1x8x22xf32, {{.*}}>
// CHECK:         kernel.copy {{.*}} : memref<1x8x4x4xf32, strided<[176, 22, 6, 1]>>, memref<1x8x4x4xf32, {{.*}}>
func.func @conv(%x: tensor<1x4x6x6xf32>, %w: tensor<8x4x3x3xf32>) -> tensor<1x8x4x4xf32> {
  %0 = nn.conv2d %x, %w : (tensor<1x4x6x6xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x4x4xf32>
  func.return %0 : tensor<1x8x4x4xf32>
}

// With others channels are columns.
// CHECK-LABEL: func.func @strided
// CHECK:         kernel.contraction {{.*}} {batch = 2 : i64, rows = 2 : i64, blocked} : memref<1x1x2x2x4x3x3xf32, {{.*}}>, memref<1x1x1x4x3x3x32xf32, {{.*}}>, memref<1x1x2x2x8xf32, {{.*}}>
// CHECK:         kernel.copy
func.func @strided(%x: tensor<1x4x6x6xf32>, %w: tensor<8x4x3x3xf32>) -> tensor<1x8x2x2xf32> {
  %0 = nn.conv2d %x, %w {stride = array<i64: 2, 2>} : (tensor<1x4x6x6xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x2x2xf32>
  func.return %0 : tensor<1x8x2x2xf32>
}

// And of a constant weight where vectors of pixels would waste more; only the halo is cleared.
// CHECK-LABEL: func.func @channels
// CHECK:         kernel.fill_halo {{.*}} : memref<4x4x4x4xi8, {{.*}}>
// CHECK:         kernel.copy {{.*}} : memref<1x4x4x4xf32, {{.*}}>, memref<1x4x4x4xf32, {{.*}}>
// CHECK-NEXT:    kernel.view
// CHECK:         kernel.contraction {{.*}} {batch = 2 : i64, rows = 2 : i64, blocked} : memref<1x1x4x4x4x3x3xf32, {{.*}}>, memref<1x1x1x4x3x3x32xf32, {{.*}}>, memref<1x1x4x4x32xf32, {{.*}}>
// CHECK:         kernel.copy
func.func @channels(%x: tensor<1x4x4x4xf32>) -> tensor<1x32x4x4xf32> {
  %w = arith.constant dense<0.5> : tensor<32x4x3x3xf32>
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (tensor<1x4x4x4xf32>, tensor<32x4x3x3xf32>) -> tensor<1x32x4x4xf32>
  func.return %0 : tensor<1x32x4x4xf32>
}

// Depthwise, channels are columns of both operands: the input is turned, as the result is.
// CHECK-LABEL: func.func @depthwise
// CHECK:         kernel.fill_halo {{.*}} : memref<1x64x6x6xi8, strided<[4096, 1, 512, 64]>>
// CHECK:         kernel.copy {{.*}} : memref<1x16x6x6xf32, {{.*}}>, memref<1x16x6x6xf32, strided<[1024, 1, 128, 16]>>
// CHECK:         kernel.contraction {{.*}} {batch = 1 : i64, rows = 2 : i64, blocked, depthwise} : memref<1x3x3x3x3x16xf32, strided<[1024, 256, 32, 128, 16, 1]>>, memref<1x1x3x3x32xf32, {{.*}}>, memref<1x3x3x16xf32, {{.*}}>
// CHECK:         kernel.copy {{.*}} : memref<1x16x3x3xf32, strided<[144, 1, 48, 16]>>, memref<1x16x3x3xf32, {{.*}}>
func.func @depthwise(%x: tensor<1x16x6x6xf32>) -> tensor<1x16x3x3xf32> {
  %w = arith.constant dense<0.5> : tensor<16x1x3x3xf32>
  %0 = nn.conv2d %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, groups = 16 : i64} : (tensor<1x16x6x6xf32>, tensor<16x1x3x3xf32>) -> tensor<1x16x3x3xf32>
  func.return %0 : tensor<1x16x3x3xf32>
}

// Transposed, every second output along each dimension is a convolution of the input by some taps.
// CHECK-LABEL: func.func @transposed
// CHECK-COUNT-4: kernel.contraction {{.*}} : memref<1x1x4x4x8x2x2xf32, {{.*}}>, memref<1x1x1x8x2x2x32xf32, {{.*}}>, memref<1x1x4x4x16xf32, strided<[1024, 16, 256, 32, 1]>>
// CHECK-NOT:     kernel.contraction
// CHECK:         kernel.copy
func.func @transposed(%x: tensor<1x8x4x4xf32>) -> tensor<1x16x8x8xf32> {
  %w = arith.constant dense<0.5> : tensor<8x16x4x4xf32>
  %0 = nn.conv_transpose2d %x, %w {stride = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>} : (tensor<1x8x4x4xf32>, tensor<8x16x4x4xf32>) -> tensor<1x16x8x8xf32>
  func.return %0 : tensor<1x16x8x8xf32>
}

// A product that normalisation does not know itself comes after it.
// CHECK-LABEL: func.func @lines
// CHECK:         kernel.float_unary {{.*}} {function = "gelu"{{.*}}} : memref<2x4x6xf32, {{.*}}>, memref<2x4x6xf32, {{.*}}>
// CHECK:         kernel.float_norm {{.*}} : memref<4x12xf32, {{.*}}>, memref<4x12xf32, {{.*}}>
// CHECK:         kernel.plain_binary {{.*}} {function = "mul"}
// CHECK:         kernel.copy
// CHECK:         kernel.float_softmax {{.*}} : memref<12x4xf32, {{.*}}>, memref<12x4xf32, {{.*}}>
func.func @lines(%x: tensor<2x4x6xf32>, %w: tensor<4xf32>) -> tensor<2x4x6xf32> {
  %0 = nn.gelu %x : tensor<2x4x6xf32>
  %1 = nn.group_norm %0 weight(%w : tensor<4xf32>) {num_groups = 2 : i64} : tensor<2x4x6xf32>
  %2 = nn.softmax %1 {dim = 1 : i64} : tensor<2x4x6xf32>
  func.return %2 : tensor<2x4x6xf32>
}
