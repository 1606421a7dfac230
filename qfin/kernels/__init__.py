"""Kernels: one file a family. Each builds a `func.func` of scf and llvm ops, specialised to its
shapes."""
