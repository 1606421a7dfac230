// RUN: qfin-opt %s --split-input-file --verify-diagnostics 2>&1 | filecheck %s

// What PyTorch finds out when a prepack fails at run time, or never: see docs/traps.md.

// CHECK: expected padding as array<i64: ...>, two numbers for each spatial dimension, got "same"
func.func @padding_same(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x3x3xf32>) {
  %y = nn.conv2d %x, %w {padding = "same"} : (tensor<1x1x4x4xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x4x4xf32>
  func.return
}

// -----

// CHECK: Redefinition of symbol "fc.weight"
ml_program.global private @fc.weight(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
ml_program.global private @fc.weight(dense<2.0> : tensor<2xf32>) : tensor<2xf32>

// -----

// CHECK: 'nn.add': has no attribute 'alpha'; PyTorch's alpha: multiply the right operand by it (nn.mul)
func.func @alpha(%x: tensor<2xf32>) {
  %y = nn.add %x, %x {alpha = 2 : i64} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  func.return
}
