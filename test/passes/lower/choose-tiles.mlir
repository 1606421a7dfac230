// RUN: qfin-opt %s -p 'assign-layout{target=avx512-vnni},plan-buffers,choose-tiles' | filecheck %s
// RUN: qfin-opt %s -p 'assign-layout{target=avx2},plan-buffers,choose-tiles' | filecheck %s --check-prefix=NARROW
// RUN: qfin-opt %s -p 'assign-layout{target=amx-int8},plan-buffers,choose-tiles' | filecheck %s --check-prefix=MATRIX
// RUN: qfin-opt %s -p 'assign-layout{target=avx512-vnni},plan-buffers,choose-tiles' | sed 's/tile = array<i64: 7, 1>, pipelined/tile = array<i64: 7, 2>/' | qfin-opt -p 'choose-tiles' | filecheck %s --check-prefix=EDITED

!q = !quant.uniform<u8:f32, 0.5:3>
!three = !quant.packed<conv2d, tensor<64x64x3x3xi8>, padding = [1, 1, 1, 1]>
!one = !quant.packed<conv2d, tensor<64x64x1x1xi8>>
!few = !quant.packed<conv2d, tensor<64x16x1x1xi8>>
!linear = !quant.packed<linear, tensor<768x768xi8>>

// Two tiles' sums fit into the registers, so each ends during the next one.
// CHECK-LABEL:  func.func @three(
// CHECK:          kernel.dense {{.*}}lanes = 32 : i64, {{.*}}tile = array<i64: 7, 1>, pipelined} :
// NARROW-LABEL: func.func @three(
// NARROW:         kernel.dense {{.*}}lanes = 16 : i64, {{.*}}tile = array<i64: 4, 1>} :
// MATRIX-LABEL: func.func @three(
// MATRIX:         kernel.dense {{.*}}lanes = 32 : i64, {{.*}}tile = array<i64: 28, 1>, matrix} :
// EDITED-LABEL: func.func @three(
// EDITED:         kernel.dense {{.*}}lanes = 32 : i64, {{.*}}tile = array<i64: 7, 2>} :
func.func @three(%x: tensor<1x64x56x56x!q>) -> tensor<1x64x56x56x!q> {
  %p = quant.packed_constant <dense<1> : tensor<64x64x3x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !three
  %y = quant.conv2d %x, %p : (tensor<1x64x56x56x!q>, !three) -> tensor<1x64x56x56x!q>
  func.return %y : tensor<1x64x56x56x!q>
}

// CHECK-LABEL:  func.func @one(
// CHECK:          kernel.dense {{.*}}tile = array<i64: 7, 1>, pipelined} :
// NARROW-LABEL: func.func @one(
// NARROW:         kernel.dense {{.*}}tile = array<i64: 4, 1>} :
func.func @one(%x: tensor<1x64x56x56x!q>) -> tensor<1x64x56x56x!q> {
  %p = quant.packed_constant <dense<1> : tensor<64x64x1x1xi8>, scales = dense<0.5> : tensor<1xf32>> : !one
  %y = quant.conv2d %x, %p : (tensor<1x64x56x56x!q>, !one) -> tensor<1x64x56x56x!q>
  func.return %y : tensor<1x64x56x56x!q>
}

// Too few products for matrices.
// MATRIX-LABEL: func.func @few(
// MATRIX:         kernel.dense {{.*}}tile = array<i64: 7, 1>, pipelined} :
func.func @few(%x: tensor<1x16x56x56x!q>) -> tensor<1x64x56x56x!q> {
  %p = quant.packed_constant <dense<1> : tensor<64x16x1x1xi8>, scales = dense<0.5> : tensor<1xf32>> : !few
  %y = quant.conv2d %x, %p : (tensor<1x16x56x56x!q>, !few) -> tensor<1x64x56x56x!q>
  func.return %y : tensor<1x64x56x56x!q>
}

// Weights that stay in no near cache are asked for ahead.
// CHECK-LABEL:  func.func @linear(
// CHECK:          kernel.dense {{.*}}lanes = 48 : i64, {{.*}}tile = array<i64: 8, 1>, prefetch = 16384 : i64} :
// MATRIX-LABEL: func.func @linear(
// MATRIX:         kernel.dense {{.*}}tile = array<i64: 32, 1>, matrix} :
func.func @linear(%x: tensor<128x768x!q>) -> tensor<128x768x!q> {
  %p = quant.packed_constant <dense<1> : tensor<768x768xi8>, scales = dense<0.5> : tensor<1xf32>> : !linear
  %y = quant.linear %x, %p : (tensor<128x768x!q>, !linear) -> tensor<128x768x!q>
  func.return %y : tensor<128x768x!q>
}
