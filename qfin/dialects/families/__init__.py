"""What the ops of one family share in `nn` and in `quant`: a base class with attributes, and the
rules for them, on floats and on quantized values alike. The ops themselves, with their types, are
in `qfin.dialects.nn` and `qfin.dialects.quant`, in files of the same names."""
