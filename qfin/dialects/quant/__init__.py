"""The `quant` dialect: upstream MLIR's types and casts, and what qfin adds to them."""

from xdsl.ir import Dialect

from qfin.dialects.quant.casts import DCastOp, QCastOp, SCastOp
from qfin.dialects.quant.types import AnyQuantizedType, CalibratedType, QuantizedType
from qfin.dialects.quant.uniform import UniformType

Quant = Dialect(
    "quant",
    [
        QCastOp,
        DCastOp,
        SCastOp,
    ],
    [
        AnyQuantizedType,
        CalibratedType,
        UniformType,
    ],
)

__all__ = [
    "AnyQuantizedType",
    "CalibratedType",
    "DCastOp",
    "QCastOp",
    "Quant",
    "QuantizedType",
    "SCastOp",
    "UniformType",
]
