"""The `nn` dialect: float ops with PyTorch's meaning and names, on logical NCHW shapes.

Ops that move values and compute nothing have the base of `move.py`, and a file that says how they
move them: `axes`, `indexing`, `repetition`, `padding`, `identity` (not at all), `extrema` (one of
many). `reshape` and `joining` have bases of their own. `canonicalization.py` is about all of these.
"""

from xdsl.ir import Dialect

from qfin.dialects.nn.activation import (
    UNARY_OPS,
    CeluOp,
    ClampOp,
    EluOp,
    GeluOp,
    HardsigmoidOp,
    HardswishOp,
    LeakyReluOp,
    SigmoidOp,
    SiluOp,
    TanhOp,
)
from qfin.dialects.nn.axes import FlipOp, PermuteOp, SqueezeOp, TransposeOp, UnsqueezeOp
from qfin.dialects.nn.batch_norm import BatchNormOp
from qfin.dialects.nn.contraction import LinearOp
from qfin.dialects.nn.conv_transpose import (
    ConvTranspose,
    ConvTranspose1dOp,
    ConvTranspose2dOp,
    ConvTranspose3dOp,
)
from qfin.dialects.nn.conversion import SaturateToFp16Op, ToOp
from qfin.dialects.nn.convolution import Conv, Conv1dOp, Conv2dOp, Conv3dOp, Convolution
from qfin.dialects.nn.elementwise import AddOp, MulOp, ReluOp, SubOp
from qfin.dialects.nn.extrema import AmaxOp, AminOp
from qfin.dialects.nn.identity import ContiguousOp, DetachOp, DropoutOp
from qfin.dialects.nn.indexing import ChunkOp, SelectOp, SliceOp, SplitOp
from qfin.dialects.nn.joining import CatOp, JoinOp, StackOp
from qfin.dialects.nn.matmul import MatmulOp
from qfin.dialects.nn.mean import MeanOp
from qfin.dialects.nn.move import MoveOp
from qfin.dialects.nn.norm import GroupNormOp, InstanceNormOp, LayerNormOp
from qfin.dialects.nn.padding import PadOp
from qfin.dialects.nn.pooling import (
    POOLING_OPS,
    AdaptiveAvgPool1dOp,
    AdaptiveAvgPool2dOp,
    AdaptiveAvgPool3dOp,
    AvgPool1dOp,
    AvgPool2dOp,
    AvgPool3dOp,
    MaxPool1dOp,
    MaxPool2dOp,
    MaxPool3dOp,
)
from qfin.dialects.nn.prelu import PreluOp
from qfin.dialects.nn.repetition import ExpandOp, RepeatInterleaveOp, RepeatOp
from qfin.dialects.nn.reshape import FlattenOp, ReshapeOp
from qfin.dialects.nn.softmax import SoftmaxOp
from qfin.dialects.nn.upsample import (
    UPSAMPLE_OPS,
    UpsampleBicubic2dOp,
    UpsampleBilinear2dOp,
    UpsampleLinear1dOp,
    UpsampleNearest1dOp,
    UpsampleNearest2dOp,
    UpsampleNearest3dOp,
    UpsampleTrilinear3dOp,
)

VIEW_OPS: tuple[type[MoveOp], ...] = (
    TransposeOp,
    PermuteOp,
    SqueezeOp,
    UnsqueezeOp,
    FlipOp,
    SliceOp,
    SelectOp,
    SplitOp,
    ChunkOp,
    ExpandOp,
    ContiguousOp,
    DetachOp,
    DropoutOp,
)
"""Ops whose results are other strides on their input's memory."""

MOVE_OPS: tuple[type[MoveOp], ...] = (
    *VIEW_OPS,
    RepeatOp,
    RepeatInterleaveOp,
    PadOp,
    AmaxOp,
    AminOp,
)
JOIN_OPS: tuple[type[JoinOp], ...] = (CatOp, StackOp)

NN = Dialect(
    "nn",
    [
        Conv1dOp,
        Conv2dOp,
        Conv3dOp,
        ConvTranspose1dOp,
        ConvTranspose2dOp,
        ConvTranspose3dOp,
        LinearOp,
        MatmulOp,
        ReluOp,
        AddOp,
        SubOp,
        MulOp,
        *POOLING_OPS,
        *UPSAMPLE_OPS,
        MeanOp,
        ReshapeOp,
        FlattenOp,
        ToOp,
        SaturateToFp16Op,
        BatchNormOp,
        PreluOp,
        GroupNormOp,
        InstanceNormOp,
        LayerNormOp,
        SoftmaxOp,
        *UNARY_OPS,
        *MOVE_OPS,
        *JOIN_OPS,
    ],
    [],
)

__all__ = [
    "JOIN_OPS",
    "MOVE_OPS",
    "NN",
    "POOLING_OPS",
    "UNARY_OPS",
    "UPSAMPLE_OPS",
    "VIEW_OPS",
    "AdaptiveAvgPool1dOp",
    "AdaptiveAvgPool2dOp",
    "AdaptiveAvgPool3dOp",
    "AddOp",
    "AvgPool1dOp",
    "AvgPool2dOp",
    "AvgPool3dOp",
    "BatchNormOp",
    "CeluOp",
    "ClampOp",
    "Conv",
    "Conv1dOp",
    "Conv2dOp",
    "Conv3dOp",
    "ConvTranspose",
    "ConvTranspose1dOp",
    "ConvTranspose2dOp",
    "ConvTranspose3dOp",
    "Convolution",
    "EluOp",
    "FlattenOp",
    "GeluOp",
    "GroupNormOp",
    "HardsigmoidOp",
    "HardswishOp",
    "InstanceNormOp",
    "LayerNormOp",
    "LeakyReluOp",
    "LinearOp",
    "MatmulOp",
    "MaxPool1dOp",
    "MaxPool2dOp",
    "MaxPool3dOp",
    "MeanOp",
    "MulOp",
    "PreluOp",
    "ReluOp",
    "ReshapeOp",
    "SaturateToFp16Op",
    "SigmoidOp",
    "SiluOp",
    "SoftmaxOp",
    "SubOp",
    "TanhOp",
    "ToOp",
    "UpsampleBicubic2dOp",
    "UpsampleBilinear2dOp",
    "UpsampleLinear1dOp",
    "UpsampleNearest1dOp",
    "UpsampleNearest2dOp",
    "UpsampleNearest3dOp",
    "UpsampleTrilinear3dOp",
]
