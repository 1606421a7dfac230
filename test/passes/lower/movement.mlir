// RUN: qfin-opt %s -p 'assign-layout{target=avx2}' | filecheck %s --check-prefix=LAYOUT
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers' | filecheck %s

!x = !quant.uniform<u8:f32, 0.5:3>
!y = !quant.uniform<u8:f32, 0.25:3>

// What takes any strides reads a view; nothing is copied, and a view may go backwards.
// CHECK-LABEL: func.func @views(
// CHECK-NEXT:    %0 = kernel.view %x {offset = 17 : i64} : memref<4x6xi8> -> memref<6x2xi8, strided<[-1, -6]>>
// CHECK:         kernel.lut %0,
// CHECK-NOT:     kernel.copy
// CHECK:         func.return
func.func @views(%x: tensor<4x6x!x>) -> tensor<6x2x!x> {
  %0 = nn.slice %x {start = 1 : i64, end = 3 : i64} : (tensor<4x6x!x>) -> tensor<2x6x!x>
  %1 = nn.transpose %0 {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<2x6x!x>) -> tensor<6x2x!x>
  %2 = nn.flip %1 {dims = array<i64: 0, 1>} : (tensor<6x2x!x>) -> tensor<6x2x!x>
  %3 = quant.silu %2 : (tensor<6x2x!x>) -> tensor<6x2x!x>
  func.return %3 : tensor<6x2x!x>
}

// A reshape wants its values behind each other.
// CHECK-LABEL: func.func @copied(
// CHECK-NEXT:    %[[V:.*]] = kernel.view %x : memref<4x6xi8> -> memref<6x4xi8, strided<[1, 6]>>
// CHECK-NEXT:    %[[Y:.*]] = kernel.view %out0 : memref<24xi8> -> memref<6x4xi8, strided<[4, 1]>>
// CHECK-NEXT:    kernel.copy %[[V]], %[[Y]] :
// CHECK-NEXT:    func.return
func.func @copied(%x: tensor<4x6x!x>) -> tensor<24x!x> {
  %0 = nn.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64} : (tensor<4x6x!x>) -> tensor<6x4x!x>
  %1 = nn.reshape %0 : (tensor<6x4x!x>) -> tensor<24x!x>
  func.return %1 : tensor<24x!x>
}

// An argument that is returned is copied into the caller's result.
// CHECK-LABEL: func.func @returned(
// CHECK:         kernel.copy
// CHECK-NEXT:    func.return
func.func @returned(%x: tensor<4x6xf32>) -> tensor<6xf32> {
  %0 = nn.select %x {dim = 0 : i64, index = 2 : i64} : (tensor<4x6xf32>) -> tensor<6xf32>
  func.return %0 : tensor<6xf32>
}

// The border is filled with what stands for 0, and only there.
// CHECK-LABEL: func.func @pad(
// CHECK:         kernel.copy
// CHECK:         kernel.fill {{.*}} {value = 3 : i64} : memref<2x1xi8, strided<[6, 1]>>
// CHECK:         kernel.fill {{.*}} {value = 3 : i64} : memref<2x2xi8, strided<[6, 1]>>
// CHECK-NEXT:    func.return
func.func @pad(%x: tensor<2x3x!x>) -> tensor<2x6x!x> {
  %0 = nn.pad %x {pad = array<i64: 1, 2>} : (tensor<2x3x!x>) -> tensor<2x6x!x>
  func.return %0 : tensor<2x6x!x>
}

// Each into its part of the result: copied where the numbers are the same.
// CHECK-LABEL: func.func @cat(
// CHECK:         kernel.copy {{.*}} memref<2x3xi8, strided<[8, 1]>>
// CHECK:         kernel.lut {{.*}} memref<2x5xi8, strided<[8, 1]>>
// CHECK-NEXT:    func.return
func.func @cat(%x: tensor<2x3x!x>, %y: tensor<2x5x!y>) -> tensor<2x8x!x> {
  %0 = quant.cat %x, %y {dim = 1 : i64} : (tensor<2x3x!x>, tensor<2x5x!y>) -> tensor<2x8x!x>
  func.return %0 : tensor<2x8x!x>
}

// CHECK-LABEL: func.func @amax(
// CHECK:         kernel.extremum {{.*}} {function = "max"} : memref<2x3x4xi8, strided<[12, 4, 1]>>, memref<2x1x4xi8, strided<[4, 0, 1]>>
func.func @amax(%x: tensor<2x3x4x!x>) -> tensor<2x4x!x> {
  %0 = nn.amax %x {dim = array<i64: 1>} : (tensor<2x3x4x!x>) -> tensor<2x4x!x>
  func.return %0 : tensor<2x4x!x>
}

// Between pools these ops stay on channels innermost; of the rest each value has the layout that
// is asked for.
// LAYOUT-LABEL: func.func @between_pools(
// LAYOUT-NEXT:    %0 = layout.to_nhwc %x
// LAYOUT-NEXT:    %1 = nn.max_pool2d %0
// LAYOUT-NEXT:    %2 = nn.slice %1 {{.*}} -> tensor<1x4x7x7x{{.*}}, #layout.nhwc>
// LAYOUT-NEXT:    %3 = quant.cat %2, %z {{.*}} : (tensor<1x4x7x7x{{.*}}, #layout.nhwc>, tensor<1x2x7x7x{{[^#]*}}) -> tensor<1x6x7x7x{{.*}}, #layout.nhwc>
// LAYOUT-NEXT:    %4 = nn.max_pool2d %3
// LAYOUT-NEXT:    %5 = nn.permute %4 {{.*}} : (tensor<1x6x6x6x{{.*}}, #layout.nhwc>) -> tensor<1x6x6x6x{{[^#]*$}}
// LAYOUT-NEXT:    func.return %5
func.func @between_pools(%x: tensor<1x8x8x8x!x>, %z: tensor<1x2x7x7x!y>) -> tensor<1x6x6x6x!x> {
  %0 = nn.max_pool2d %x {kernel = array<i64: 2, 2>} : (tensor<1x8x8x8x!x>) -> tensor<1x8x7x7x!x>
  %1 = nn.slice %0 {dim = 1 : i64, end = 4 : i64} : (tensor<1x8x7x7x!x>) -> tensor<1x4x7x7x!x>
  %2 = quant.cat %1, %z {dim = 1 : i64} : (tensor<1x4x7x7x!x>, tensor<1x2x7x7x!y>) -> tensor<1x6x7x7x!x>
  %3 = nn.max_pool2d %2 {kernel = array<i64: 2, 2>} : (tensor<1x6x7x7x!x>) -> tensor<1x6x6x6x!x>
  %4 = nn.permute %3 {dims = array<i64: 0, 2, 3, 1>} : (tensor<1x6x6x6x!x>) -> tensor<1x6x6x6x!x>
  func.return %4 : tensor<1x6x6x6x!x>
}
