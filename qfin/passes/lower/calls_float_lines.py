"""The functions of `kernel.float_unary`, `kernel.float_softmax` and `kernel.float_norm`."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from xdsl.ir import Operation

from qfin.dialects.kernel.buffers import memref_of
from qfin.dialects.kernel.float_lines import FloatNormOp, FloatSoftmaxOp, FloatUnaryOp
from qfin.kernels.float_lines import (
    FloatNormSpec,
    FloatSoftmaxSpec,
    FloatUnarySpec,
    build_float_norm,
    build_float_softmax,
    build_float_unary,
)
from qfin.passes.lower.call import Call
from qfin.target.isa import Isa


def _unary(op: FloatUnaryOp, isa: Isa) -> Call:
    count = prod(memref_of(op.input).get_shape())
    return Call(build_float_unary, FloatUnarySpec(count, op.function.data, op.numbers))


def _softmax(op: FloatSoftmaxOp, isa: Isa) -> Call:
    return Call(build_float_softmax, FloatSoftmaxSpec(*memref_of(op.input).get_shape()))


def _norm(op: FloatNormOp, isa: Isa) -> Call:
    rows, count = memref_of(op.input).get_shape()
    given = op.weighted is not None, op.biased is not None
    return Call(build_float_norm, FloatNormSpec(rows, count, op.eps.value.data, *given))


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {
    FloatUnaryOp: _unary,
    FloatSoftmaxOp: _softmax,
    FloatNormOp: _norm,
}
"""By the type of the op."""
