// Products of matrices in the IR of buffers.
//
// RUN: qfin-opt -p 'assign-layout{target=avx2},plan-buffers' %s | filecheck %s

!a = !quant.uniform<i8:f32, 0.5:3>
!b = !quant.uniform<u8:f32, 0.25:7>

// Whole pairs and blocks: nothing to fill. All rows meet the same columns, in one product.
// CHECK-LABEL: func.func @shared(
// CHECK-NOT:     kernel.fill
// CHECK:         kernel.widen {{.*}} {zero_point = 131 : i64} : memref<2x3x4xi8{{.*}}>, memref<2x3x4xi16{{.*}}>
// CHECK:         kernel.widen {{.*}} {zero_point = 7 : i64} : memref<1x2x16x2xi8, strided<[16, 32, 1, 16]>>, memref<1x2x16x2xi16{{.*}}>
// CHECK:         kernel.matmul {{.*}} {mult = 5.000000e-01 : f32, zero_point = 7 : i64, qmin = 7 : i64, qmax = 255 : i64} : memref<6x4xi16{{.*}}>, memref<1x2x16x2xi16{{.*}}>, memref<6x16xi8{{.*}}>
func.func @shared(%a: tensor<2x3x4x!a>, %b: tensor<4x16x!b>) -> tensor<2x3x16x!b> {
  %y = quant.matmul %a, %b {activation = #quant<activation relu>} : (tensor<2x3x4x!a>, tensor<4x16x!b>) -> tensor<2x3x16x!b>
  func.return %y : tensor<2x3x16x!b>
}

// A transposed operand is read where it lies; one that broadcasts has stride 0.
// CHECK-LABEL: func.func @views(
// CHECK-NOT:     kernel.copy
// CHECK:         kernel.fill
// CHECK:         kernel.matmul {{.*}} : memref<5x3x4xi16, strided<[0, 4, 1]>>, memref<5x1x2x16x2xi16{{.*}}>, memref<5x3x2xi8{{.*}}>
func.func @views(%a: tensor<1x3x3x!b>, %b: tensor<5x2x3x!b>) -> tensor<5x3x2x!b> {
  %t = nn.transpose %b {dim0 = 1 : i64, dim1 = 2 : i64} : (tensor<5x2x3x!b>) -> tensor<5x3x2x!b>
  %y = quant.matmul %a, %t : (tensor<1x3x3x!b>, tensor<5x3x2x!b>) -> tensor<5x3x2x!b>
  func.return %y : tensor<5x3x2x!b>
}

// Where it comes with a halo, which another op reads, that is left out.
// CHECK-LABEL: func.func @behind_halo(
// CHECK:         kernel.widen {{.*}} : memref<1x2x1x3x3x2xi8, strided<[{{.*}}]>>, memref<1x2x1x3x3x2xi16{{.*}}>
func.func @behind_halo(%a: tensor<1x2x3x6x!b>, %x: tensor<1x2x6x3x!b>) -> (tensor<1x2x3x3x!b>, tensor<1x2x6x3x!b>) {
  %p = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x2x6x3x!b>) -> tensor<1x2x6x3x!b>
  %q = quant.avg_pool2d %p {kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>} : (tensor<1x2x6x3x!b>) -> tensor<1x2x6x3x!b>
  %y = quant.matmul %a, %p : (tensor<1x2x3x6x!b>, tensor<1x2x6x3x!b>) -> tensor<1x2x3x3x!b>
  func.return %y, %q : tensor<1x2x3x3x!b>, tensor<1x2x6x3x!b>
}

// What comes with channels innermost is read so; the result is row-major.
// CHECK-LABEL: func.func @behind_pooling(
// CHECK:         kernel.max_pool
// CHECK-NOT:     kernel.copy
// CHECK:         kernel.matmul {{.*}} : memref<1x4x3x6xi16, strided<[72, 18, 6, 1]>>, memref<1x4x1x3x16x2xi16{{.*}}>, memref<1x4x3x3xi8, strided<[36, 9, 3, 1]>>
func.func @behind_pooling(%x: tensor<1x4x3x6x!b>) -> tensor<1x4x3x3x!b> {
  %p = nn.max_pool2d %x {kernel = array<i64: 1, 1>} : (tensor<1x4x3x6x!b>) -> tensor<1x4x3x6x!b>
  %t = nn.transpose %p {dim0 = 2 : i64, dim1 = 3 : i64} : (tensor<1x4x3x6x!b>) -> tensor<1x4x6x3x!b>
  %y = quant.matmul %p, %t : (tensor<1x4x3x6x!b>, tensor<1x4x6x3x!b>) -> tensor<1x4x3x3x!b>
  func.return %y : tensor<1x4x3x3x!b>
}
