// RUN: qfin-opt %s -p plan-buffers --split-input-file --verify-diagnostics | filecheck %s

!q = !quant.uniform<u8:f32, 0.5:3>
!p = !quant.packed<conv1d, tensor<2x2x3xi8>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x2x5x!q>) -> tensor<1x2x3x!q> {
    %p = quant.packed_constant <dense<1> : tensor<2x2x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !p
    // CHECK: 'quant.conv1d' at {{.*}}convs-invalid.mlir:[[# @LINE + 1]]:5: runs as a 2-D convolution only: run assign-layout
    %y = quant.conv1d %x, %p : (tensor<1x2x5x!q>, !p) -> tensor<1x2x3x!q>
    func.return %y : tensor<1x2x3x!q>
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
!p = !quant.packed<conv_transpose2d, tensor<2x2x1x3xi8>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x2x1x5x!q>) -> tensor<1x2x1x7x!q> {
    %p = quant.packed_constant <dense<1> : tensor<2x2x1x3xi8>, scales = dense<0.5> : tensor<1xf32>> : !p
    // CHECK: 'quant.conv_transpose2d' at {{.*}}convs-invalid.mlir:[[# @LINE + 1]]:5: runs on channels innermost only: run assign-layout
    %y = quant.conv_transpose2d %x, %p : (tensor<1x2x1x5x!q>, !p) -> tensor<1x2x1x7x!q>
    func.return %y : tensor<1x2x1x7x!q>
  }
}

// -----

!q = !quant.uniform<u8:f32, 0.5:3>
!w = !quant.uniform<i8:f32, 0.5>
!p = !quant.packed<conv_transpose1d, tensor<2x2x3xi8>>
builtin.module attributes {layout.target = "avx2"} {
  func.func @main(%x: tensor<1x2x5x!q>) -> tensor<1x2x7x!q> {
    %c = arith.constant dense<1> : tensor<2x2x3xi8>
    %w = quant.scast %c : tensor<2x2x3xi8> to tensor<2x2x3x!w>
    // CHECK: 'quant.prepack' at {{.*}}convs-invalid.mlir:[[# @LINE + 1]]:5: no native lowering for this op
    %p = quant.prepack %w : (tensor<2x2x3x!w>) -> !p
    %y = quant.conv_transpose1d %x, %p : (tensor<1x2x5x!q>, !p) -> tensor<1x2x7x!q>
    func.return %y : tensor<1x2x7x!q>
  }
}
