"""qfin: a compiler for quantized neural networks, on xDSL and llvmlite."""
