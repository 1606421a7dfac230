"""The `kernel` dialect: a program over buffers, one op for each piece of machine code.

Tensors have become memrefs: logical dimensions (NCHW), strides that say the layout, plain integer
elements, quantization parameters as attributes. Each op reads its first operands and writes its
last (destination-passing style). Activations between ops are unsigned: i8 quantized values are
kept with 128 added. Memory that others see has them signed; a view of it holds `si8`, which some
ops read and write, and others have copied. Zero points and clamps here are always those of the
unsigned values.

A buffer is a view of the arena, of the constants, or of an argument:

    %v = kernel.view %arena {offset = 4096 : i64, halo = array<i64: 1, 1, 1, 1>, slack = 64 : i64}
      : memref<8192xi8> -> memref<1x16x8x8xi8, strided<[1600, 1, 160, 16]>>

`offset` is the byte offset of the element (0, 0, 0, 0). `halo` rows and columns around
each image ([top, bottom, left, right]; in general [before, after] for each spatial dimension)
belong to the buffer, and `slack` bytes behind it may be read. Both are part of the contract with
the kernels, which read them without a branch.
"""

from xdsl.ir import Dialect

from qfin.dialects.kernel.binary import BinaryOp
from qfin.dialects.kernel.buffers import KernelOp
from qfin.dialects.kernel.channelwise import ChannelwiseOp
from qfin.dialects.kernel.contraction import ContractionOp
from qfin.dialects.kernel.dense import Centre, DenseAddOp, DenseFloatOp, DenseOp
from qfin.dialects.kernel.depthwise import DepthwiseOp
from qfin.dialects.kernel.dynamic import (
    ChooseQParamsOp,
    ColumnSumsOp,
    DequantizeDynamicOp,
    QuantizeDynamicOp,
)
from qfin.dialects.kernel.elementwise import ClampOp, CopyOp, DequantizeOp, FillHaloOp, QuantizeOp
from qfin.dialects.kernel.extremum import ExtremumOp
from qfin.dialects.kernel.fill import FillOp
from qfin.dialects.kernel.float_lines import FloatNormOp, FloatSoftmaxOp, FloatUnaryOp
from qfin.dialects.kernel.linear_fp16 import LinearFp16Op
from qfin.dialects.kernel.lut import LutOp
from qfin.dialects.kernel.matmul import MatmulOp, WidenOp
from qfin.dialects.kernel.memory import ProgramOp, ViewOp
from qfin.dialects.kernel.norm import NormOp
from qfin.dialects.kernel.plain import FloatClampOp, PlainBinaryOp
from qfin.dialects.kernel.pooling import AvgPoolOp, FloatAvgPoolOp, MaxPoolOp
from qfin.dialects.kernel.softmax import SoftmaxOp
from qfin.dialects.kernel.state import StateOp
from qfin.dialects.kernel.sums import ChannelSumsOp, WindowSumsOp
from qfin.dialects.kernel.upsample import FloatUpsampleOp, UpsampleOp

Kernel = Dialect(
    "kernel",
    [
        ProgramOp,
        StateOp,
        ViewOp,
        FillHaloOp,
        FillOp,
        CopyOp,
        ClampOp,
        QuantizeOp,
        DequantizeOp,
        DenseOp,
        DenseAddOp,
        DenseFloatOp,
        ChannelSumsOp,
        WindowSumsOp,
        DepthwiseOp,
        ChooseQParamsOp,
        QuantizeDynamicOp,
        DequantizeDynamicOp,
        ColumnSumsOp,
        PlainBinaryOp,
        FloatClampOp,
        LinearFp16Op,
        MaxPoolOp,
        AvgPoolOp,
        FloatAvgPoolOp,
        UpsampleOp,
        FloatUpsampleOp,
        BinaryOp,
        ExtremumOp,
        ChannelwiseOp,
        NormOp,
        SoftmaxOp,
        WidenOp,
        MatmulOp,
        ContractionOp,
        FloatUnaryOp,
        FloatSoftmaxOp,
        FloatNormOp,
        LutOp,
    ],
    [],
)

__all__ = [
    "AvgPoolOp",
    "BinaryOp",
    "Centre",
    "ChannelSumsOp",
    "ChannelwiseOp",
    "ChooseQParamsOp",
    "ClampOp",
    "ColumnSumsOp",
    "ContractionOp",
    "CopyOp",
    "DenseAddOp",
    "DenseFloatOp",
    "DenseOp",
    "DepthwiseOp",
    "DequantizeDynamicOp",
    "DequantizeOp",
    "ExtremumOp",
    "FillHaloOp",
    "FillOp",
    "FloatAvgPoolOp",
    "FloatClampOp",
    "FloatNormOp",
    "FloatSoftmaxOp",
    "FloatUnaryOp",
    "FloatUpsampleOp",
    "Kernel",
    "KernelOp",
    "LinearFp16Op",
    "LutOp",
    "MatmulOp",
    "MaxPoolOp",
    "NormOp",
    "PlainBinaryOp",
    "ProgramOp",
    "QuantizeDynamicOp",
    "QuantizeOp",
    "SoftmaxOp",
    "StateOp",
    "UpsampleOp",
    "ViewOp",
    "WidenOp",
    "WindowSumsOp",
]
