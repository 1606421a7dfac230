// RUN: qfin-opt %s --parsing-diagnostics --split-input-file | filecheck %s

// CHECK: expect symbol visibility keyword
ml_program.global mutable @x : tensor<2xf32>
