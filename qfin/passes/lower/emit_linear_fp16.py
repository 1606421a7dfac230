"""How `plan-buffers` turns `quant.linear_dynamic_fp16` into a kernel op."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import Operation

from qfin.dialects import kernel, quant
from qfin.dialects.kernel.linear_fp16 import BLOCK, LinearFp16Op
from qfin.errors import UnsupportedError
from qfin.interpreter.arrays import dense_to_numpy
from qfin.passes.lower.buffers import Buffer, row_major
from qfin.passes.lower.emit_plain import float_bounds

if TYPE_CHECKING:
    from qfin.passes.lower.plan_buffers import Planner


def _blocked(values: NDArray[Any]) -> NDArray[Any]:
    """One entry for each channel as whole blocks of them, zeros at the end."""
    padded = np.zeros((-(-len(values) // BLOCK) * BLOCK, *values.shape[1:]), values.dtype)
    padded[: len(values)] = values
    return padded


def _emit(planner: Planner, op: quant.LinearDynamicFp16Op) -> None:
    constant = op.packed.owner
    if not isinstance(constant, quant.PackedConstantOp):
        raise UnsupportedError("only constant weights of f16 are compiled", op)
    content = constant.value
    weight = _blocked(dense_to_numpy(content.weight))
    lanes = weight.reshape(-1, BLOCK, weight.shape[1]).transpose(0, 2, 1)
    flat = np.frombuffer(lanes.tobytes(), np.int8)
    bias = None
    if isinstance(content.bias, DenseIntOrFPElementsAttr):
        bias = planner.view(planner.constants.add(_blocked(dense_to_numpy(content.bias))))
    low, high = float_bounds(*op.activation.bounds)
    source = planner.buffer(op.input)
    if not source.is_row_major:
        copy = planner.temporary(source)
        planner.emit(kernel.CopyOp(planner.view(source), planner.view(copy)))
        source = copy
    result = planner.result(op.result)
    planner.emit(
        LinearFp16Op(
            planner.view(_as_rows(source)),
            planner.view(planner.constants.add(flat)),
            bias,
            planner.view(_as_rows(result)),
            low,
            high,
        )
    )


def _as_rows(buffer: Buffer) -> Buffer:
    """[..., K] as [M, K]."""
    shape = prod(buffer.shape[:-1]), buffer.shape[-1]
    return replace(buffer, shape=shape, strides=row_major(shape))


EMITTERS: dict[type[Operation], Callable[[Planner, Any], None]] = {quant.LinearDynamicFp16Op: _emit}
"""By the type of the op, for `buffer_ops`."""
