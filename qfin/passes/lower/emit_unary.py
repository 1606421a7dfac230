"""How `plan-buffers` turns activations into lookups: it asks the interpreter for all 256 results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.dialects.quant.unary import QuantUnaryOp
from qfin.interpreter.unary import evaluate_quantized
from qfin.passes.lower.activations import shift_of, uniform_of

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def table_of(op: QuantUnaryOp) -> NDArray[np.int8]:
    """The bytes of the 256 results, in the order of the input's unsigned form; unsigned too."""
    x, y = uniform_of(op.input), uniform_of(op.result)
    stored = (np.arange(256) - shift_of(x)).astype(x.storage_dtype)
    result = evaluate_quantized(op, stored).astype(np.int64) + shift_of(y)
    return result.astype(np.uint8).view(np.int8)


def emit_unary(planner: Planner, op: QuantUnaryOp) -> None:
    """One lookup for each element, in any layout."""
    source, result = planner.buffer(op.input), planner.result(op.result)
    table = planner.constants.add(table_of(op))
    planner.emit(kernel.LutOp(planner.view(source), planner.view(table), planner.view(result)))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = dict.fromkeys(
    quant.UNARY_OPS, emit_unary
)
"""By the type of the op."""
