"""The `quant` dialect: upstream MLIR's types and casts, and what qfin adds to them."""

from xdsl.ir import Dialect

from qfin.dialects.quant.activation import ActivationAttr
from qfin.dialects.quant.batch_norm import BatchNormOp
from qfin.dialects.quant.binary import AddOp, MulOp, SubOp
from qfin.dialects.quant.casts import DCastOp, QCastOp, SCastOp
from qfin.dialects.quant.contraction import (
    Conv,
    Conv1dOp,
    Conv2dOp,
    Conv3dOp,
    ConvTranspose,
    ConvTranspose1dOp,
    ConvTranspose2dOp,
    ConvTranspose3dOp,
    LinearOp,
)
from qfin.dialects.quant.dynamic import ChooseQParamsOp, DequantizeOp, QuantizeOp
from qfin.dialects.quant.dynamic_contraction import (
    Conv1dDynamicOp,
    Conv2dDynamicOp,
    Conv3dDynamicOp,
    DynamicContraction,
    FloatContraction,
    LinearDynamicFp16Op,
    LinearDynamicOp,
)
from qfin.dialects.quant.joining import CatOp
from qfin.dialects.quant.matmul import MatmulOp
from qfin.dialects.quant.mean import MeanOp
from qfin.dialects.quant.norm import GroupNormOp, InstanceNormOp, LayerNormOp
from qfin.dialects.quant.packed import PackedConstantOp, PrepackOp, UnpackOp
from qfin.dialects.quant.packed_attr import PackedAttr
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp, UnpackDynamicOp
from qfin.dialects.quant.packed_geometry import ConvGeometry
from qfin.dialects.quant.packed_type import PackedType
from qfin.dialects.quant.pooling import (
    POOLING_OPS,
    AdaptiveAvgPool1dOp,
    AdaptiveAvgPool2dOp,
    AdaptiveAvgPool3dOp,
    AvgPool1dOp,
    AvgPool2dOp,
    AvgPool3dOp,
)
from qfin.dialects.quant.prelu import PreluOp
from qfin.dialects.quant.scalar import SCALAR_OPS, AddScalarOp, MulScalarOp, RsubScalarOp
from qfin.dialects.quant.softmax import SoftmaxOp
from qfin.dialects.quant.types import AnyQuantizedType, CalibratedType, QuantizedType
from qfin.dialects.quant.unary import (
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
from qfin.dialects.quant.upsample import (
    UPSAMPLE_OPS,
    UpsampleBicubic2dOp,
    UpsampleBilinear2dOp,
    UpsampleLinear1dOp,
    UpsampleTrilinear3dOp,
)
from qfin.dialects.uniform import UniformType

Quant = Dialect(
    "quant",
    [
        # Upstream's.
        QCastOp,
        DCastOp,
        SCastOp,
        # Ours: packed weights, fused ops.
        PrepackOp,
        UnpackOp,
        PackedConstantOp,
        ChooseQParamsOp,
        QuantizeOp,
        DequantizeOp,
        PrepackDynamicOp,
        UnpackDynamicOp,
        LinearDynamicOp,
        LinearDynamicFp16Op,
        Conv1dDynamicOp,
        Conv2dDynamicOp,
        Conv3dDynamicOp,
        LinearOp,
        Conv1dOp,
        Conv2dOp,
        Conv3dOp,
        ConvTranspose1dOp,
        ConvTranspose2dOp,
        ConvTranspose3dOp,
        *POOLING_OPS,
        *UPSAMPLE_OPS,
        MeanOp,
        MatmulOp,
        AddOp,
        SubOp,
        MulOp,
        BatchNormOp,
        PreluOp,
        CatOp,
        GroupNormOp,
        InstanceNormOp,
        LayerNormOp,
        SoftmaxOp,
        *UNARY_OPS,
        *SCALAR_OPS,
    ],
    [
        AnyQuantizedType,
        CalibratedType,
        UniformType,
        PackedType,
        PackedAttr,
        ActivationAttr,
    ],
)

__all__ = [
    "POOLING_OPS",
    "SCALAR_OPS",
    "UNARY_OPS",
    "UPSAMPLE_OPS",
    "ActivationAttr",
    "AdaptiveAvgPool1dOp",
    "AdaptiveAvgPool2dOp",
    "AdaptiveAvgPool3dOp",
    "AddOp",
    "AddScalarOp",
    "AnyQuantizedType",
    "AvgPool1dOp",
    "AvgPool2dOp",
    "AvgPool3dOp",
    "BatchNormOp",
    "CalibratedType",
    "CatOp",
    "CeluOp",
    "ChooseQParamsOp",
    "ClampOp",
    "Conv",
    "Conv1dDynamicOp",
    "Conv1dOp",
    "Conv2dDynamicOp",
    "Conv2dOp",
    "Conv3dDynamicOp",
    "Conv3dOp",
    "ConvGeometry",
    "ConvTranspose",
    "ConvTranspose1dOp",
    "ConvTranspose2dOp",
    "ConvTranspose3dOp",
    "DCastOp",
    "DequantizeOp",
    "DynamicContraction",
    "EluOp",
    "FloatContraction",
    "GeluOp",
    "GroupNormOp",
    "HardsigmoidOp",
    "HardswishOp",
    "InstanceNormOp",
    "LayerNormOp",
    "LeakyReluOp",
    "LinearDynamicFp16Op",
    "LinearDynamicOp",
    "LinearOp",
    "MatmulOp",
    "MeanOp",
    "MulOp",
    "MulScalarOp",
    "PackedAttr",
    "PackedConstantOp",
    "PackedType",
    "PreluOp",
    "PrepackDynamicOp",
    "PrepackOp",
    "QCastOp",
    "Quant",
    "QuantizeOp",
    "QuantizedType",
    "RsubScalarOp",
    "SCastOp",
    "SigmoidOp",
    "SiluOp",
    "SoftmaxOp",
    "SubOp",
    "TanhOp",
    "UniformType",
    "UnpackDynamicOp",
    "UnpackOp",
    "UpsampleBicubic2dOp",
    "UpsampleBilinear2dOp",
    "UpsampleLinear1dOp",
    "UpsampleTrilinear3dOp",
]
