"""Fusions of poolings."""

from __future__ import annotations

from xdsl.ir import Operation
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import nn, quant
from qfin.passes.finalize.fusion import (
    NEEDS_ACTIVATIONS,
    NEEDS_INPUT,
    Fusion,
    Rewrite,
    carry,
    replace_group,
)
from qfin.passes.finalize.groups import Refused, input_of, output_of, require_filled_windows


def _require_sum(fused: quant.AvgPool2dOp | quant.AdaptiveAvgPool2dOp) -> None:
    """The fused op sums integers, and its verifier knows how many fit into 32 bits."""
    try:
        fused.verify_()
    except VerifyException as error:
        raise Refused(f"{error}") from error


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
    _require_sum(fused)
    return replace_group(op, output, fused)


def _adaptive_avg_pool2d(op: Operation) -> Rewrite:
    """As `_avg_pool2d`."""
    assert isinstance(op, nn.AdaptiveAvgPool2dOp)
    input, _ = input_of(op)
    output = output_of(op, activations=False)
    fused = quant.AdaptiveAvgPool2dOp(input, output.quantize.result.type)
    _require_sum(fused)
    return replace_group(op, output, fused)


def _max_pool2d(op: Operation) -> Rewrite:
    """As `carry`."""
    assert isinstance(op, nn.MaxPool2dOp)
    rewrite = carry(op)
    require_filled_windows(op)
    return rewrite


FUSIONS: tuple[Fusion, ...] = (
    Fusion(
        nn.AvgPool2dOp,
        "qcast(avg_pool2d(dcast x))",
        "quant.avg_pool2d",
        f"{NEEDS_ACTIVATIONS}; sum within 32 bits; no other use of the result",
        _avg_pool2d,
    ),
    Fusion(
        nn.AdaptiveAvgPool2dOp,
        "qcast(adaptive_avg_pool2d(dcast x))",
        "quant.adaptive_avg_pool2d",
        f"{NEEDS_ACTIVATIONS}; sum within 32 bits; no other use of the result",
        _adaptive_avg_pool2d,
    ),
    Fusion(
        nn.MaxPool2dOp,
        "max_pool2d(dcast x)",
        "dcast(nn.max_pool2d x)",
        f"{NEEDS_INPUT}; no window of padding alone",
        _max_pool2d,
    ),
)
