"""The functions of `kernel.widen` and `kernel.matmul`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.kernels.elementwise import WidenSpec, build_widen
from qfin.kernels.matmul import MatmulSpec, build_matmul
from qfin.passes.lower.call import Call, elementwise, shape_and_strides
from qfin.target.isa import Isa


def _widen(op: kernel.WidenOp, isa: Isa) -> Call:
    spec = WidenSpec(*elementwise(op.input, op.output), zero_point=op.zero_point.value.data)
    return Call(build_widen, spec)


def _matmul(op: kernel.MatmulOp, isa: Isa) -> Call:
    (*_, depth), a_strides = shape_and_strides(op.lhs)
    _, b_strides = shape_and_strides(op.rhs)
    (*batch, rows, columns), (*y_strides, y_row, _) = shape_and_strides(op.output)
    spec = MatmulSpec(
        batch=tuple(batch),
        rows=rows,
        columns=columns,
        pairs=depth // 2,
        a_strides=a_strides[: len(batch)],
        b_strides=b_strides[: len(batch)],
        y_strides=tuple(y_strides),
        y_row=y_row,
        mult=op.mult.value.data,
        zero_point=op.zero_point.value.data,
        qmin=op.qmin.value.data,
        qmax=op.qmax.value.data,
    )
    return Call(build_matmul, spec)


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    kernel.WidenOp: _widen,
    kernel.MatmulOp: _matmul,
}
"""By the type of the op."""
