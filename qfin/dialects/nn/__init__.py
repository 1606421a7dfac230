"""The `nn` dialect: float ops with PyTorch's meaning and names, on logical NCHW shapes."""

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
from qfin.dialects.nn.contraction import Conv2dOp, LinearOp
from qfin.dialects.nn.conv1d import Conv1dOp
from qfin.dialects.nn.conv_transpose import ConvTranspose1dOp, ConvTranspose2dOp
from qfin.dialects.nn.conversion import SaturateToFp16Op, ToOp
from qfin.dialects.nn.elementwise import AddOp, MulOp, ReluOp, SubOp
from qfin.dialects.nn.movement import FlattenOp, ReshapeOp
from qfin.dialects.nn.pooling import AdaptiveAvgPool2dOp, AvgPool2dOp, MaxPool2dOp

NN = Dialect(
    "nn",
    [
        Conv1dOp,
        Conv2dOp,
        ConvTranspose1dOp,
        ConvTranspose2dOp,
        LinearOp,
        ReluOp,
        AddOp,
        SubOp,
        MulOp,
        MaxPool2dOp,
        AvgPool2dOp,
        AdaptiveAvgPool2dOp,
        ReshapeOp,
        FlattenOp,
        ToOp,
        SaturateToFp16Op,
        *UNARY_OPS,
    ],
    [],
)

__all__ = [
    "NN",
    "UNARY_OPS",
    "AdaptiveAvgPool2dOp",
    "AddOp",
    "AvgPool2dOp",
    "CeluOp",
    "ClampOp",
    "Conv1dOp",
    "Conv2dOp",
    "ConvTranspose1dOp",
    "ConvTranspose2dOp",
    "EluOp",
    "FlattenOp",
    "GeluOp",
    "HardsigmoidOp",
    "HardswishOp",
    "LeakyReluOp",
    "LinearOp",
    "MaxPool2dOp",
    "MulOp",
    "ReluOp",
    "ReshapeOp",
    "SaturateToFp16Op",
    "SigmoidOp",
    "SiluOp",
    "SubOp",
    "TanhOp",
    "ToOp",
]
