"""The table of fusions: float op -> fused op, with what must hold.

The rewriting (`quant-fusion`), the remarks and the table in `docs/fusions.md` all come from here;
`test/passes/finalize/test_table.py` fails when a row has no test.
"""

from __future__ import annotations

from xdsl.ir import Operation

from qfin.dialects.uniform import UniformType
from qfin.passes.finalize.fusion import Fusion
from qfin.passes.finalize.groups import element_type
from qfin.passes.finalize.rules import (
    batch_norm,
    binary,
    contraction,
    conv_transpose,
    dynamic,
    joining,
    matmul,
    mean,
    moves,
    norm,
    pooling,
    prelu,
    residual,
    scalar,
    softmax,
    unary,
    upsample,
)

FUSIONS: tuple[Fusion, ...] = (
    *contraction.FUSIONS,
    *conv_transpose.FUSIONS,
    *matmul.FUSIONS,
    *pooling.FUSIONS,
    *mean.FUSIONS,
    *upsample.FUSIONS,
    *moves.FUSIONS,
    *joining.FUSIONS,
    *scalar.FUSIONS,
    *residual.FUSIONS,
    *binary.FUSIONS,
    *unary.FUSIONS,
    *batch_norm.FUSIONS,
    *prelu.FUSIONS,
    *norm.FUSIONS,
    *softmax.FUSIONS,
)


class Table:
    """The rows of one type of quantization, found by float op."""

    def __init__(self, rows: tuple[Fusion, ...]):
        self.rows = rows
        self._by_float_op: dict[type[Operation], tuple[Fusion, ...]] = {
            row.float_op: tuple(other for other in rows if other.float_op is row.float_op)
            for row in rows
        }

    def row_of(self, op: Operation) -> Fusion | None:
        """The row of a float op; None for other ops, and for one that is on quantized values."""
        rows = self._by_float_op.get(type(op), ())
        if not rows or isinstance(element_type(op.results[0]), UniformType):
            return None
        return next((row for row in rows if row.when(op)), None)


STATIC = Table(FUSIONS)
"""Activations with constant quantization parameters: `quant.qcast`, `quant.dcast`."""


DYNAMIC = Table(dynamic.FUSIONS)
"""Inputs whose parameters are chosen at run time: `quant.choose_qparams`."""

ON_DEVICE = Table((*dynamic.ON_DEVICE, *dynamic.FUSIONS))
"""The same, and inputs that are not quantized so far, of ops whose weights are."""


def row_of(op: Operation) -> Fusion | None:
    """The row of the static table."""
    return STATIC.row_of(op)
