"""The parameters that results take where the text gives none: those of PyTorch's ops.

An op that averages or clamps has its input's, one whose results have bounds has those of the
bounds, and one that adds or multiplies a number moves its input's by it.
"""

from __future__ import annotations

from math import isfinite

import numpy as np
from xdsl.dialects.builtin import f32
from xdsl.ir import Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import nn, quant
from qfin.dialects.nn.joining import JoinOp
from qfin.dialects.nn.pooling import MaxPoolOp
from qfin.dialects.nn.upsample import UpsampleNearestOp
from qfin.dialects.quant.casts import QCastOp
from qfin.dialects.quant.scalar import QuantScalarOp
from qfin.dialects.uniform import UniformType
from qfin.dialects.uniform.storage import natural_range
from qfin.passes.finalize.groups import (
    Refused,
    behind_activations,
    dequantized,
    element_type,
    only_use,
    require_activation,
)
from qfin.passes.finalize.rules.parameters import can_be_infinite
from qfin.passes.finalize.rules.scalar import scalar_form

_KEEP: tuple[type[Operation], ...] = (
    *(op for op in nn.POOLING_OPS if not issubclass(op, MaxPoolOp)),
    *(op for op in nn.UPSAMPLE_OPS if not issubclass(op, UpsampleNearestOp)),
    nn.MeanOp,
    nn.ClampOp,
    nn.LeakyReluOp,
)
"""Ops whose results stay within the range of their inputs, or hardly leave it."""

_BOUNDED: dict[type[Operation], tuple[int, int]] = {
    nn.SigmoidOp: (0, 1),
    nn.HardsigmoidOp: (0, 1),
    nn.SoftmaxOp: (0, 1),
    nn.TanhOp: (-1, 1),
}
"""Ops whose results lie between two numbers."""

TYPED_OPS: tuple[type[Operation], ...] = (
    *_KEEP,
    *_BOUNDED,
    JoinOp,
    nn.AddOp,
    nn.SubOp,
    nn.MulOp,
)
"""The ops of which `output_type` may know something."""


def scalar_output_type(input: UniformType, op: type[QuantScalarOp], other: float) -> UniformType:
    """The type of `add_scalar`, `rsub_scalar` or `mul_scalar` of a tensor of `input`, per layer.

    With s, z and [low, high] the scale, zero point and storage range of the input, in f64:

    - `x + c`, with `n = rint(c / s)`: the numbers stay, and the zero point becomes `z - n`, if that
      is in the storage range. Else it is the end of the range on its side, and the scale
      `s * (high - (z - n)) / (high - low)`, or `s * ((z - n) - low) / (high - low)`, such that the
      whole range of the results is held.
    - `x * c`: the numbers stay, and the scale becomes `s * c`; for a negative c they are reflected,
      with the scale `s * abs(c)` and the zero point `low + high - z`. For 0, scale 1 and zero
      point 0, or what of the range is next to that.
    - `c - x`: that of `x * -1`, and then of `+ c`.

    Source: PyTorch's `quantized::add_scalar` and `quantized::mul_scalar` (aten, qadd.cpp and
    qmul.cpp), which have no `c - x`. Raises VerifyException for a number that is not finite, and
    where the scale is none of an f32.
    """
    if not isfinite(other):
        raise VerifyException(f"other must be finite, got {other}")
    if op is quant.RsubScalarOp:
        return _moved(_stretched(input, -1.0), other)
    return _moved(input, other) if op is quant.AddScalarOp else _stretched(input, other)


def _moved(input: UniformType, other: float) -> UniformType:
    low, high, scale = input.storage_min, input.storage_max, input.scale
    zero_point = input.zero_point - round(other / scale)  # ties to even, as nearbyint
    if zero_point < low:
        return _like(input, (high - zero_point) / (high - low) * scale, low)
    if zero_point > high:
        return _like(input, (zero_point - low) / (high - low) * scale, high)
    return _like(input, scale, zero_point)


def _stretched(input: UniformType, other: float) -> UniformType:
    low, high = input.storage_min, input.storage_max
    if other == 0:
        return _like(input, 1.0, min(max(0, low), high))
    zero_point = input.zero_point if other > 0 else low + high - input.zero_point
    return _like(input, abs(other) * input.scale, zero_point)


def _like(input: UniformType, scale: float, zero_point: int) -> UniformType:
    """Of the same storage and range."""
    low, high = input.storage_min, input.storage_max
    return UniformType.per_layer(input.storage, f32, scale, zero_point, low, high)


def bounded_type(input: UniformType, low: int, high: int) -> UniformType:
    """From `low` up to one step below `high`, with all of the storage of `input`.

    Source: PyTorch's fixed parameters, 1/256 and 0 for sigmoid, hardsigmoid and softmax, 2/256 and
    128 for tanh, on u8.
    """
    first, last = natural_range(input.storage)
    scale = (high - low) / (last - first + 1)
    return UniformType.per_layer(input.storage, f32, scale, first - round(low / scale))


def output_type(op: Operation) -> tuple[UniformType, str] | None:
    """The type that the result of a float op on dequantized values takes, with the reason in words;
    None for an op that has no such type. Raises Refused where an input is unfit for it."""
    if isinstance(op, JoinOp):
        return _joined(op)
    form = scalar_form(op)
    if form is None and type(op) not in _KEEP and type(op) not in _BOUNDED:
        return None
    _, input = dequantized(op.operands[0] if form is None else form.input, "input")
    require_activation(input, "input")
    if form is not None:
        try:
            chosen = scalar_output_type(input, form.becomes, form.other)
        except VerifyException:
            return None
        return chosen, "as its input is, changed by the number"
    if (bounds := _BOUNDED.get(type(op))) is not None:
        return bounded_type(input, *bounds), f"for results from {bounds[0]} to {bounds[1]}"
    return input, "as its input is"


def _joined(op: JoinOp) -> tuple[UniformType, str] | None:
    """Operands of one type keep it, which rounds nothing."""
    elements = [dequantized(value, "operand")[1] for value in op.operands]
    require_activation(elements[0], "operand")
    return (elements[0], "as its operands are") if len(set(elements)) == 1 else None


def factored_type(value: SSAValue) -> tuple[UniformType, str] | None:
    """The type to which a value is quantized whose product with a number alone uses it, and is
    quantized, with the reason in words; None for all others.

    Before:

        %y = nn.matmul %a, %b : (...) -> tensor<4x4xf32>
        %s = nn.mul %y, %c : (tensor<4x4xf32>, tensor<f32>) -> tensor<4x4xf32>
        %q = quant.qcast %s : tensor<4x4xf32> to tensor<4x4x!quant.uniform<u8:f32, 0.5:128>>

    With c = 0.125, %y is of `!quant.uniform<u8:f32, 4.0:128>`: of the scale by `abs(c)`, and the
    same zero point, or for a negative c that of the reflected range. So each product has its
    factor's stored number, or the reflected one, since what f32 rounds is far below half a step of
    256: nothing is rounded but what was, `y / (s / c)` in the place of `y * c / s`. The result
    may be one step off where that lies next to a tie. None for a number of 0, which leaves nothing
    of the value, and where a scale or a number would leave f32.
    """
    try:
        user = only_use(value, "op")
        form = scalar_form(user)
        if form is None or form.becomes is not quant.MulScalarOp or form.input is not value:
            return None
        product = _wanted_type(behind_activations(user.results[0]))
    except Refused:
        return None
    if product is None or form.other == 0:
        return None
    try:
        factor = scalar_output_type(product, quant.MulScalarOp, 1 / form.other)
    except VerifyException:
        return None
    if factor.scale < np.finfo(np.float32).tiny or can_be_infinite(factor):
        return None
    return factor, "so that the number behind it changes nothing but the scale"


def _wanted_type(value: SSAValue) -> UniformType | None:
    """The type that the text quantizes a value to, or that another product behind it asks for."""
    user = only_use(value, "op")
    if not isinstance(user, QCastOp):
        return found[0] if (found := factored_type(value)) is not None else None
    element = element_type(user.result)
    if not isinstance(element, UniformType):
        return None
    require_activation(element, "output")
    return element
