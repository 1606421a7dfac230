"""`insert-prepack-unpack`: packs each quantized weight with its bias, and unpacks it again.

The round trip changes no value, so the module stays executable; `quant-fusion` then takes the
packed value and leaves the unpack behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, f32
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects import nn
from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.quant.dynamic import DequantizeOp, axis_of
from qfin.dialects.quant.packed import PrepackOp, UnpackOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp, UnpackDynamicOp
from qfin.dialects.quant.packed_type import PackedType
from qfin.passes.finalize.dynamic_weights import half_constants_of, run_time_constants_of
from qfin.passes.finalize.groups import Refused, defining
from qfin.passes.finalize.weights import Contraction, constants_of, packed_type, require_known
from qfin.passes.rewriting import rewrite

_Floats: TypeAlias = Callable[[UnpackOp | UnpackDynamicOp], Operation]


@dataclass(frozen=True)
class Packing:
    """What is packed of an op, and what makes floats of the weight when it is unpacked. A `scale`
    is that of a weight that is quantized at run time."""

    type: PackedType
    weight: SSAValue
    scale: SSAValue | None
    bias: SSAValue | None
    floats: _Floats

    def insert(self) -> tuple[Operation, UnpackOp | UnpackDynamicOp]:
        """The prepack and the unpack."""
        bias = self.bias and self.bias.type
        if self.scale is None:
            prepack = PrepackOp(self.weight, self.bias, self.type)
            return prepack, UnpackOp(prepack.result, self.weight.type, bias)
        prepack = PrepackDynamicOp(self.weight, self.scale, self.bias, self.type)
        return prepack, UnpackDynamicOp(prepack.result, self.weight.type, self.scale.type, bias)


def _static(op: Contraction) -> Packing:
    """`quant.dcast` of the weight; of an i32 bias as well, which is packed as it is."""
    found = constants_of(op)

    def floats(unpack: UnpackOp | UnpackDynamicOp) -> Operation:
        return DCastOp(unpack.weight, op.weight.type)

    return Packing(packed_type(op, found.bias), found.weight, None, found.bias, floats)


def _run_time(op: Contraction) -> Packing:
    """`quant.dequantize` of the weight."""
    found = run_time_constants_of(op)
    before = defining(op.weight)
    assert isinstance(before, DequantizeOp)
    axis = axis_of(before.axis)

    def floats(unpack: UnpackOp | UnpackDynamicOp) -> Operation:
        assert isinstance(unpack, UnpackDynamicOp)
        return DequantizeOp(unpack.weight, unpack.scale, found.zero_point, f32, axis)

    return Packing(packed_type(op, found.bias), found.weight, found.scale, found.bias, floats)


def _half(op: Contraction) -> Packing:
    """`nn.to` of a weight of f16."""
    if not isinstance(op, nn.LinearOp):
        raise Refused("weight is not a dequantized value")
    weight, packed = half_constants_of(op)

    def floats(unpack: UnpackOp | UnpackDynamicOp) -> Operation:
        return nn.ToOp(unpack.weight, op.weight.type)

    return Packing(packed, weight, None, op.bias, floats)


_FORMS = (_static, _run_time, _half)


@dataclass(frozen=True)
class InsertPrepackUnpack(RewritePattern):
    """Packs the weight and the bias of a convolution or a linear.

    Before:

        %w = quant.dcast %wq : tensor<10x64x!qw> to tensor<10x64xf32>
        %y = nn.linear %x, %w, %b : (...) -> tensor<1x10xf32>

    After:

        %p = quant.prepack %wq, %b : (...) -> !quant.packed<linear, ...>
        %wq2, %b2 = quant.unpack %p : (!quant.packed<linear, ...>) -> (...)
        %w = quant.dcast %wq2 : tensor<10x64x!qw> to tensor<10x64xf32>
        %y = nn.linear %x, %w, %b2 : (...) -> tensor<1x10xf32>

    An i32 bias is packed as it is, and its dcast comes behind the unpack. A weight that is
    quantized at run time is packed with its scale, by `quant.prepack_dynamic`, and dequantized
    again; for one of f16, `nn.to` stands in the place of the dcast.
    """

    constants_only: bool = False

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: Contraction, rewriter: PatternRewriter, /) -> None:
        if (found := self._packing_of(op)) is None:
            return
        prepack, unpack = found.insert()
        weight = found.floats(unpack)
        rewriter.insert([prepack, unpack])
        operands = [op.input, _in_place_of(op.weight, weight, rewriter)]
        if op.bias is not None and unpack.bias is not None:
            is_stored = unpack.bias.type == op.bias.type
            again = None if is_stored else DCastOp(unpack.bias, op.bias.type)
            operands.append(
                unpack.bias if again is None else _in_place_of(op.bias, again, rewriter)
            )
        op.operands = operands
        rewriter.handle_operation_modification(op)

    def _packing_of(self, op: Contraction) -> Packing | None:
        """What is to be packed of an op; None where nothing is, for which quant-fusion says why."""
        for form in _FORMS:
            try:
                found = form(op)
                if isinstance(defining(found.weight), UnpackOp | UnpackDynamicOp):
                    return None
                if self.constants_only and found.scale is None:
                    require_known(found.weight, "weight")
                    require_known(found.bias, "bias")
                return found
            except Refused:
                continue
        return None


def _in_place_of(before: SSAValue, cast: Operation, rewriter: PatternRewriter) -> SSAValue:
    """The result of `cast`, which is inserted, named as `before`."""
    cast.results[0].name_hint = before.name_hint
    rewriter.insert(cast)
    return cast.results[0]


@dataclass(frozen=True)
class InsertPrepackUnpackPass(ModulePass):
    """Pack each quantized weight, and unpack it again: values stay, packed values appear."""

    name = "insert-prepack-unpack"

    constants_only: bool = False
    """Leave weights of constant parameters that are no constants themselves, nor will be when the
    module is compiled: they would be packed at each call, for which there is no machine code.
    Those that are quantized at run time have it."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite(op, InsertPrepackUnpack(self.constants_only))
