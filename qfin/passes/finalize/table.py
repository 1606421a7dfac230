"""The table of fusions: float op -> fused op, with what must hold.

The rewriting (`quant-fusion`), the remarks and the table in `docs/fusions.md` all come from here;
`test/passes/finalize/test_table.py` fails when a row has no test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from xdsl.dialects.builtin import TensorType
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter

from qfin.dialects import nn, quant
from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.uniform import UniformType
from qfin.locations import fuse
from qfin.passes.finalize.groups import (
    Output,
    element_type,
    input_of,
    output_of,
    require_filled_windows,
)
from qfin.passes.finalize.weights import packed_of

Rewrite: TypeAlias = Callable[[PatternRewriter], Operation]
"""Changes the IR around a matched float op; returns the op that took its place."""


@dataclass(frozen=True)
class Fusion:
    """One row. `match` looks at a float op, and returns how to rewrite it or raises `Refused`."""

    float_op: type[Operation]
    pattern: str
    becomes: str
    needs: str
    match: Callable[[Operation], Rewrite]


def _replace(op: Operation, output: Output, fused: Operation) -> Rewrite:
    """Puts `fused` in the place of the quantize and drops the float ops that only fed it."""
    chain = (op, *output.between, output.quantize)
    fused.location = fuse(*(part.location for part in chain))

    def rewrite(rewriter: PatternRewriter) -> Operation:
        rewriter.replace(output.quantize, fused)
        for part in reversed(chain[:-1]):
            rewriter.erase(part)
        return fused

    return rewrite


def _contraction(op: Operation) -> Rewrite:
    """On integers, sums are exact; the result may differ by one step, next to ties."""
    assert isinstance(op, nn.Conv2dOp | nn.LinearOp)
    input, element = input_of(op)
    output = output_of(op, activations=True)
    packed = packed_of(op, element)
    fused_op = quant.Conv2dOp if isinstance(op, nn.Conv2dOp) else quant.LinearOp
    fused = fused_op(input, packed, output.quantize.result.type, output.activation)
    return _replace(op, output, fused)


def _avg_pool2d(op: Operation) -> Rewrite:
    """Rounds once instead of at each float op: one step of difference, next to ties."""
    assert isinstance(op, nn.AvgPool2dOp)
    input, _ = input_of(op)
    output = output_of(op, activations=False)
    fused = quant.AvgPool2dOp(
        input,
        output.quantize.result.type,
        kernel=op.kernel,
        stride=op.stride,
        padding=op.padding,
        count_include_pad=op.count_include_pad,
    )
    return _replace(op, output, fused)


def _adaptive_avg_pool2d(op: Operation) -> Rewrite:
    """As `_avg_pool2d`."""
    assert isinstance(op, nn.AdaptiveAvgPool2dOp)
    input, _ = input_of(op)
    output = output_of(op, activations=False)
    fused = quant.AdaptiveAvgPool2dOp(input, output.quantize.result.type)
    return _replace(op, output, fused)


def _carry(op: Operation) -> Rewrite:
    """Moves the dequantize behind an op that selects or moves values; changes no bit."""
    input, element = input_of(op)
    result = op.results[0].type
    assert isinstance(result, TensorType)

    def rewrite(rewriter: PatternRewriter) -> Operation:
        carried = type(op).create(
            operands=[input],
            result_types=[TensorType(element, result.get_shape(), result.encoding)],
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        cast = DCastOp(carried.results[0], result)
        cast.location = op.location
        rewriter.replace(op, [carried, cast])
        return carried

    return rewrite


def _max_pool2d(op: Operation) -> Rewrite:
    """As `_carry`."""
    assert isinstance(op, nn.MaxPool2dOp)
    rewrite = _carry(op)
    require_filled_windows(op)
    return rewrite


_INPUT = "f32; input quantized per layer to 8 bits"
_ACTIVATION = "f32; input and output quantized per layer to 8 bits"
_WEIGHT = "weight i8 with zero points 0, per layer or along axis 0"
_BIAS = "bias absent, f32, or i32 at input scale times weight scale; sum within 32 bits"

FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.Conv2dOp,
        "qcast(conv2d(dcast x, dcast w, b)), qcast(relu(conv2d(...)))",
        "quant.conv2d",
        f"{_ACTIVATION}; {_WEIGHT}; {_BIAS}; no other use of the result",
        _contraction,
    ),
    Fusion(
        nn.LinearOp,
        "qcast(linear(dcast x, dcast w, b)), qcast(relu(linear(...)))",
        "quant.linear",
        f"{_ACTIVATION}; {_WEIGHT}; {_BIAS}; no other use of the result",
        _contraction,
    ),
    Fusion(
        nn.AvgPool2dOp,
        "qcast(avg_pool2d(dcast x))",
        "quant.avg_pool2d",
        f"{_ACTIVATION}; no other use of the result",
        _avg_pool2d,
    ),
    Fusion(
        nn.AdaptiveAvgPool2dOp,
        "qcast(adaptive_avg_pool2d(dcast x))",
        "quant.adaptive_avg_pool2d",
        f"{_ACTIVATION}; no other use of the result",
        _adaptive_avg_pool2d,
    ),
    Fusion(
        nn.MaxPool2dOp,
        "max_pool2d(dcast x)",
        "dcast(nn.max_pool2d x)",
        f"{_INPUT}; no window of padding alone",
        _max_pool2d,
    ),
    *(
        Fusion(
            op,
            f"{op.name.removeprefix('nn.')}(dcast x)",
            f"dcast({op.name} x)",
            _INPUT,
            _carry,
        )
        for op in (nn.ReluOp, nn.ReshapeOp, nn.FlattenOp)
    ),
)

_BY_FLOAT_OP: dict[type[Operation], Fusion] = {row.float_op: row for row in FUSIONS}


def row_of(op: Operation) -> Fusion | None:
    """The row of a float op; None for other ops, and for one that is on quantized values."""
    row = _BY_FLOAT_OP.get(type(op))
    if row is None or isinstance(element_type(op.results[0]), UniformType):
        return None
    return row
