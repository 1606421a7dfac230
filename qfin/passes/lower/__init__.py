"""From kernels in scf and llvm ops to the llvm dialect alone."""
