"""How `plan-buffers` turns functions of one byte into lookups: the interpreter fills the table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import Operation, SSAValue

from qfin.dialects import kernel, quant
from qfin.dialects.quant.unary import QuantUnaryOp
from qfin.interpreter.scalar import evaluate_scalar
from qfin.interpreter.unary import evaluate_quantized
from qfin.passes.lower.activations import shift_of, uniform_of
from qfin.passes.lower.buffers import Buffer

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def byte_table(
    input: SSAValue, result: SSAValue, function: Callable[[NDArray[Any]], NDArray[Any]]
) -> NDArray[np.int8]:
    """The bytes of the 256 results of a function of stored values, in the order of the input's
    unsigned form; unsigned too."""
    x, y = uniform_of(input), uniform_of(result)
    stored = (np.arange(256) - shift_of(x)).astype(x.storage_dtype)
    results = function(stored).astype(np.int64) + shift_of(y)
    return results.astype(np.uint8).view(np.int8)


def emit_lookup(planner: Planner, source: Buffer, table: NDArray[np.int8], result: Buffer) -> None:
    """One lookup for each element, in any layout. The `table` is of unsigned bytes; it is turned
    into one of what lies in either buffer."""
    if source.is_signed:
        table = np.roll(table, 128)
    if result.is_signed:
        table = table ^ np.int8(-128)
    entries = planner.constants.add(table)
    planner.emit(kernel.LutOp(planner.view(source), planner.view(entries), planner.view(result)))


Evaluate: TypeAlias = Callable[[Any, NDArray[Any]], NDArray[Any]]
"""The stored results of an op for stored values of its input."""


def _emit(planner: Planner, op: QuantUnaryOp, evaluate: Evaluate) -> None:
    """One lookup for each element, in any layout."""
    source = planner.buffer(op.input, signed=True)
    result = planner.result(op.result, signed=True)
    emit_lookup(planner, source, byte_table(op.input, op.result, partial(evaluate, op)), result)


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {
    **dict.fromkeys(quant.UNARY_OPS, partial(_emit, evaluate=evaluate_quantized)),
    **dict.fromkeys(quant.SCALAR_OPS, partial(_emit, evaluate=evaluate_scalar)),
}
"""By the type of the op."""
