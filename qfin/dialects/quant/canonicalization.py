"""Folds of casts. None touches a dcast of a qcast: upstream's does, and loses the rounding."""

from __future__ import annotations

import numpy as np
from typing_extensions import override
from xdsl.dialects.builtin import BFloat16Type, Float16Type, Float32Type
from xdsl.ir import Attribute
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.quant.casts import DCastOp, QCastOp, SCastOp
from qfin.dialects.uniform import UniformType
from qfin.dialects.uniform.containers import element_of
from qfin.dialects.uniform.floats import positive_range

# Bits of the significand, the implied one included. Not f64: we compute such casts in f32.
_PRECISION: dict[type[Attribute], int] = {BFloat16Type: 8, Float16Type: 11, Float32Type: 24}


class RequantizeSame(RewritePattern):
    """
    Dequantized and quantized again to the same type, where floats are wide enough for it.

        %x = quant.dcast %q : !t to f32
        %r = quant.qcast %x : f32 to !t        // %r becomes %q

    Values outside the storage range, which a type does not have, would have been clamped.
    """

    @override
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: QCastOp, rewriter: PatternRewriter) -> None:
        source = op.input.owner
        if not isinstance(source, DCastOp) or source.input.type != op.result.type:
            return
        if _survives_floats(element_of(op.result.type)):
            rewriter.replace(op, [], [source.input])


class StorageThereAndBack(RewritePattern):
    """
    To the storage and back, or from it and back.

        %i = quant.scast %q : !t to i8
        %r = quant.scast %i : i8 to !t         // %r becomes %q
    """

    @override
    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: SCastOp, rewriter: PatternRewriter) -> None:
        source = op.input.owner
        if isinstance(source, SCastOp) and source.input.type == op.result.type:
            rewriter.replace(op, [], [source.input])


def _survives_floats(element: Attribute) -> bool:
    """
    Whether `round(((q - zp) * scale) / scale) + zp` is q for every stored q. Product and quotient
    are each off by at most half a unit in the last place, so that with p bits of precision
    integers below 2**(p - 2) come back, if no product comes near overflow.
    """
    if not isinstance(element, UniformType):
        return False
    precision = _PRECISION.get(type(element.expressed))
    if precision is None:
        return False
    reach = max(
        np.abs(element.zero_points.astype(object) - end).max()
        for end in (element.storage_min, element.storage_max)
    )
    largest = positive_range(element.expressed)[1]
    return reach < 1 << (precision - 2) and float(reach) * float(element.scales.max()) < largest / 2
