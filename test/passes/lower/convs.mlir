// RUN: qfin-opt %s -p 'assign-layout{target=avx2}' | filecheck %s
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers' | filecheck %s --check-prefix=BUFFERS

!q = !quant.uniform<u8:f32, 0.5:3>
!one = !quant.packed<conv1d, tensor<2x2x3xi8>, stride = [2], padding = [1, 2]>
!back = !quant.packed<conv_transpose1d, tensor<2x2x2xi8>, stride = [2]>
!apart = !quant.packed<conv_transpose2d, tensor<2x1x3x1xi8>, stride = [2, 3], padding = [1, 0, 1, 0], output_padding = [1, 0]>
!row = !quant.packed<conv2d, tensor<2x2x2x3xi8>, stride = [1, 2], padding = [0, 0, 0, 1]>
!groups = !quant.packed<conv2d, tensor<12x1x1x1xi8>, groups = 6>
!deep = !quant.packed<conv3d, tensor<2x2x2x3x1xi8>, stride = [1, 2, 1], padding = [1, 0, 0, 2, 0, 0]>
!deeper = !quant.packed<conv_transpose3d, tensor<2x1x2x1x3xi8>, stride = [2, 1, 1], padding = [0, 0, 0, 0, 1, 1]>
!dense = !quant.packed<conv_transpose2d, tensor<1x2x3x1xi8>, padding = [1, 3, 0, 0]>

// A line is an image of height 1, the 3 taps of its 2 channels one tap of 6.

// CHECK-LABEL: @conv1d(
// CHECK:         quant.packed_constant {{.*}} : !quant.packed<conv2d, tensor<2x2x1x3xi8>, stride = [1, 2], padding = [0, 0, 1, 2], layout = #layout.blocked<lanes = 8, depth = 4>>
// CHECK-NEXT:    nn.reshape %x : {{.*}} -> tensor<1x2x1x5x!quant
// CHECK-NEXT:    layout.to_nhwc
// CHECK-NEXT:    quant.conv2d {{.*}} {activation = #quant<activation relu>}
// CHECK-NEXT:    layout.to_nchw
// CHECK-NEXT:    nn.reshape {{.*}} -> tensor<1x2x3x!quant
// CHECK-NEXT:    func.return
// BUFFERS-LABEL: func.func @conv1d(
// BUFFERS:         kernel.fill_halo {{.*}} {halo = array<i64: 0, 0, 1, 2>, value = 3 : i64}
// BUFFERS:         kernel.dense {{.*}} : memref<1x6x1x3xi8, strided<[16, 1, 16, 4]>>
func.func @conv1d(%x: tensor<1x2x5x!q>) -> tensor<1x2x3x!q> {
  %p = quant.packed_constant <dense<1> : tensor<2x2x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !one
  %y = quant.conv1d %x, %p {activation = #quant<activation relu>} : (tensor<1x2x5x!q>, !one) -> tensor<1x2x3x!q>
  func.return %y : tensor<1x2x3x!q>
}

// Nothing stays between two of them. Blocked, the taps of a transposed convolution are in reverse
// order: 2, 6, 4, 8 come first.

// CHECK-LABEL: @there_and_back(
// CHECK:         quant.conv2d
// CHECK-NEXT:    quant.packed_constant <dense<[2, 6, 0, 0, 4, 8, 0, 0,{{.*}} 0, 1, 5, 0, 0, 3, 7, 0, 0, {{.*}}> : tensor<64xi8>, {{.*}} : !quant.packed<conv_transpose2d, tensor<2x2x1x2xi8>, stride = [1, 2], layout = #layout.blocked<lanes = 8, depth = 4>>
// CHECK-NEXT:    quant.conv_transpose2d
// CHECK-NEXT:    layout.to_nchw
func.func @there_and_back(%x: tensor<1x2x5x!q>) -> tensor<1x2x6x!q> {
  %p = quant.packed_constant <dense<1> : tensor<2x2x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !one
  %0 = quant.conv1d %x, %p : (tensor<1x2x5x!q>, !one) -> tensor<1x2x3x!q>
  %b = quant.packed_constant <dense<[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]> : tensor<2x2x2xi8>, scales = dense<0.5> : tensor<2xf32>> : !back
  %y = quant.conv_transpose1d %0, %b : (tensor<1x2x3x!q>, !back) -> tensor<1x2x6x!q>
  func.return %y : tensor<1x2x6x!q>
}

// Every second row and every third column of the result is a convolution of the input, with one row
// of halo below: even rows by the middle tap, odd ones by the two others. Columns 0 and 1 see none
// of the input, and read it times 0; column 2 sees its second.

// CHECK-LABEL: @strided(
// CHECK:         quant.conv_transpose2d {{.*}}#layout.nhwc
// BUFFERS-LABEL: func.func @strided(
// BUFFERS:         kernel.fill_halo {{.*}} {halo = array<i64: 0, 1, 0, 0>, value = 3 : i64}
// BUFFERS:         %[[FIRST:[0-9]+]] = kernel.view %arena {offset = 128 : i64} : memref<?xi8> -> memref<1x1x4x1xi8, strided<[21, 1, 6, 3]>>
// BUFFERS-NEXT:    kernel.dense {{.*}}, %[[FIRST]] {lanes
// BUFFERS:         %[[BELOW:[0-9]+]] = kernel.view %arena {offset = 131 : i64} : memref<?xi8> -> memref<1x1x3x1xi8, strided<[21, 1, 6, 3]>>
// BUFFERS-NEXT:    kernel.dense {{.*}}, %[[BELOW]] {kernel = array<i64: 2, 1>, lanes
func.func @strided(%x: tensor<1x2x3x2x!q>) -> tensor<1x1x7x3x!q> {
  %p = quant.packed_constant <dense<1> : tensor<2x1x3x1xi8>, scales = dense<0.5> : tensor<1xf32>> : !apart
  %y = quant.conv_transpose2d %x, %p : (tensor<1x2x3x2x!q>, !apart) -> tensor<1x1x7x3x!q>
  func.return %y : tensor<1x1x7x3x!q>
}

// Of stride 1, it reads the input where it lies: with one row of halo above, less one row below.

// CHECK-LABEL: @not_spread(
// CHECK:         quant.conv_transpose2d
// BUFFERS-LABEL: func.func @not_spread(
// BUFFERS:         kernel.fill_halo {{.*}} {halo = array<i64: 1, 0, 0, 0>, value = 3 : i64}
// BUFFERS:         kernel.dense %{{[0-9]+}}, {{.*}} {kernel = array<i64: 3, 1>, {{.*}} : memref<1x1x3x2xi8, strided<[8, 1, 2, 1]>>
func.func @not_spread(%x: tensor<1x1x3x2x!q>) -> tensor<1x2x1x2x!q> {
  %p = quant.packed_constant <dense<1> : tensor<1x2x3x1xi8>, scales = dense<0.5> : tensor<1xf32>> : !dense
  %y = quant.conv_transpose2d %x, %p : (tensor<1x1x3x2x!q>, !dense) -> tensor<1x2x1x2x!q>
  func.return %y : tensor<1x2x1x2x!q>
}

// The 3 taps of a row of 2 channels lie behind each other: one tap of 6 channels.

// BUFFERS-LABEL: func.func @row_of_taps(
// BUFFERS:         kernel.view %arena {slack = 64 : i64} : memref<?xi8> -> memref<1x6x4x2xi8, strided<[48, 1, 12, 4]>>
// BUFFERS:         kernel.dense {{.*}} {kernel = array<i64: 2, 1>, lanes
func.func @row_of_taps(%x: tensor<1x2x4x5x!q>) -> tensor<1x2x3x2x!q> {
  %p = quant.packed_constant <dense<1> : tensor<2x2x2x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !row
  %y = quant.conv2d %x, %p : (tensor<1x2x4x5x!q>, !row) -> tensor<1x2x3x2x!q>
  func.return %y : tensor<1x2x3x2x!q>
}

// 6 groups of 2 outputs are two of 6, which fit into 8 lanes, with zeros (the weights' zero points)
// where an output does not read.

// BUFFERS-LABEL: kernel.program {entry = @groups, {{.*}} constants = dense<"0x01000000010000000001000000010000000001000000010000000000
// BUFFERS:         kernel.dense {{.*}} {groups = 2 : i64, lanes = 8 : i64, {{.*}} : memref<1x6x1x1xi8, strided<[6, 1, 6, 6]>>, memref<64xi8, strided<[1]>>,
func.func @groups(%x: tensor<1x6x1x1x!q>) -> tensor<1x12x1x1x!q> {
  %p = quant.packed_constant <dense<1> : tensor<12x1x1x1xi8>, scales = dense<0.5> : tensor<1xf32>> : !groups
  %y = quant.conv2d %x, %p : (tensor<1x6x1x1x!q>, !groups) -> tensor<1x12x1x1x!q>
  func.return %y : tensor<1x12x1x1x!q>
}

// Over a depth: channels innermost, a halo with two entries for each dimension. Nothing stays
// between the two, and the second makes every other plane of its result, by one tap each.

// CHECK-LABEL: @volumes(
// CHECK:         layout.to_nhwc %x : tensor<1x2x3x4x5x!quant{{.*}} to tensor<1x2x3x4x5x!quant{{.*}}, #layout.nhwc>
// CHECK:         quant.conv3d {{.*}} -> tensor<1x2x3x2x5x!quant{{.*}}, #layout.nhwc>
// CHECK-NEXT:    quant.packed_constant {{.*}} : !quant.packed<conv_transpose3d, {{.*}}, layout = #layout.blocked<lanes = 8, depth = 4>>
// CHECK-NEXT:    quant.conv_transpose3d
// CHECK-NEXT:    layout.to_nchw
// BUFFERS-LABEL: func.func @volumes(
// BUFFERS:         kernel.view %arena {offset = 60 : i64, halo = array<i64: 1, 0, 0, 2, 0, 0>, slack = 64 : i64} : memref<?xi8> -> memref<1x2x3x4x5xi8, strided<[240, 1, 60, 10, 2]>>
// BUFFERS-NEXT:    kernel.fill_halo {{.*}} {halo = array<i64: 1, 0, 0, 2, 0, 0>, value = 3 : i64}
// BUFFERS:         kernel.dense {{.*}} {kernel = array<i64: 2, 3, 1>, stride = array<i64: 1, 2, 1>, dilation = array<i64: 1, 1, 1>, {{.*}} : memref<1x2x4x6x5xi8, strided<[240, 1, 60, 10, 2]>>
// BUFFERS:         kernel.dense %[[IN:[0-9]+]], %[[W:[0-9]+]], {{.*}} {kernel = array<i64: 1, 1, 1>, stride = array<i64: 1, 1, 1>, dilation = array<i64: 1, 1, 1>, {{.*}} : memref<1x6x3x2x5xi8, strided<[84, 1, 28, 14, 2]>>
// BUFFERS:         %[[ODD:[0-9]+]] = kernel.view %arena {offset = 10 : i64} : memref<?xi8> -> memref<1x1x3x2x5xi8, strided<[60, 1, 20, 5, 1]>>
// BUFFERS-NEXT:    kernel.dense %[[IN]], %[[W]], {{.*}}, %[[ODD]] {kernel = array<i64: 1, 1, 1>
func.func @volumes(%x: tensor<1x2x3x4x5x!q>) -> tensor<1x1x6x2x5x!q> {
  %p = quant.packed_constant <dense<1> : tensor<2x2x2x3x1xi8>, scales = dense<0.5> : tensor<1xf32>> : !deep
  %0 = quant.conv3d %x, %p : (tensor<1x2x3x4x5x!q>, !deep) -> tensor<1x2x3x2x5x!q>
  %b = quant.packed_constant <dense<1> : tensor<2x1x2x1x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !deeper
  %y = quant.conv_transpose3d %0, %b : (tensor<1x2x3x2x5x!q>, !deeper) -> tensor<1x1x6x2x5x!q>
  func.return %y : tensor<1x1x6x2x5x!q>
}
