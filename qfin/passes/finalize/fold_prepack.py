"""`fold-quantized-prepacking-ops`: prepack of constants becomes a packed constant.

What is still unpacked, since its op did not fuse, becomes the weight and bias that it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import (
    ModuleOp,
    f16,
    f32,
    i8,
    i32,
)
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.transforms.dead_code_elimination import DeadCodeElimination

from qfin import remarks
from qfin.dialects import nn
from qfin.dialects.ml_program import GlobalStoreOp
from qfin.dialects.quant.packed import PackedAttr, PackedConstantOp, PrepackOp
from qfin.dialects.quant.packed_dynamic import PrepackDynamicOp
from qfin.dialects.quant.packed_patterns import ROUND_TRIPS
from qfin.dialects.quant.packed_type import PackedType
from qfin.dialects.uniform import UniformType
from qfin.interpreter.arrays import dense_to_numpy, numpy_to_dense
from qfin.interpreter.dynamic import saturate_to_fp16
from qfin.interpreter.packed import dynamic_scales, packed_scales, packed_weight
from qfin.passes.finalize.groups import constant_of, element_type, kept_global, text_of_source
from qfin.passes.finalize.packed_globals import packed_constants_to_globals
from qfin.passes.rewriting import rewrite


class FoldPrepack(RewritePattern):
    """Packs at compile time.

    Before:

        %c = arith.constant dense<...> : tensor<10x64xi8>
        %w = quant.scast %c : tensor<10x64xi8> to tensor<10x64x!qw>
        %b = arith.constant dense<...> : tensor<10xf32>
        %p = quant.prepack %w, %b : (...) -> !quant.packed<linear, ...>

    After:

        %p = quant.packed_constant <dense<...> : tensor<10x64xi8>,
          scales = dense<...> : tensor<10xf32>, bias = dense<...> : tensor<10xf32>>
          : !quant.packed<linear, ...>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: PrepackOp, rewriter: PatternRewriter, /) -> None:
        weight, bias = constant_of(op.weight), constant_of(op.bias)
        if weight is None or (bias is None) != (op.bias is None):
            return
        packed, element = op.result.type, element_type(op.weight)
        assert isinstance(packed, PackedType)
        scales, zero_points = numpy_to_dense(packed_scales(packed, element), f32), None
        if isinstance(element, UniformType):
            stored = dense_to_numpy(weight).view(element.storage_dtype)
            centred, points = packed_weight(packed, element, stored)
            if centred is not stored:
                weight = numpy_to_dense(centred, i8)
            zero_points = None if points is None else numpy_to_dense(points, i32)
        value = PackedAttr(weight, scales, bias, zero_points)
        rewriter.replace(op, PackedConstantOp(value, packed))


class FoldPrepackDynamic(RewritePattern):
    """Packs at compile time what `constant-propagation` has quantized.

    Before:

        %w = arith.constant dense<...> : tensor<10x64xi8>
        %s = arith.constant dense<...> : tensor<10xf32>
        %p = quant.prepack_dynamic %w, %s : (...) -> !quant.packed<linear, ...>

    After:

        %p = quant.packed_constant <dense<...> : tensor<10x64xi8>,
          scales = dense<...> : tensor<10xf32>> : !quant.packed<linear, ...>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: PrepackDynamicOp, rewriter: PatternRewriter, /) -> None:
        weight, scale, bias = (constant_of(value) for value in (op.weight, op.scale, op.bias))
        if weight is None or scale is None or (bias is None) != (op.bias is None):
            return
        scales = dynamic_scales(op.result.type, dense_to_numpy(scale))
        value = PackedAttr(weight, numpy_to_dense(scales, f32), bias)
        rewriter.replace(op, PackedConstantOp(value, op.result.type))


class FoldSaturateToFp16(RewritePattern):
    """Makes a constant of f16.

    Before:

        %c = arith.constant dense<...> : tensor<10x64xf32>
        %h = nn.saturate_to_fp16 %c : tensor<10x64xf32> to tensor<10x64xf16>

    After:

        %h = arith.constant dense<...> : tensor<10x64xf16>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: nn.SaturateToFp16Op, rewriter: PatternRewriter, /) -> None:
        if (known := constant_of(op.input)) is None:
            return
        values = saturate_to_fp16(dense_to_numpy(known))
        constant = arith.ConstantOp(numpy_to_dense(values, f16))
        constant.result.name_hint = op.result.name_hint
        rewriter.replace(op, constant)


@dataclass(frozen=True)
class FoldQuantizedPrepackingOpsPass(ModulePass):
    """Turn each prepack of constants into a packed constant; equal ones become one.

    With `globals` each packed constant is a global of the module, one for equal weights of several
    functions, too. A remark tells why a prepack stays, which packs anew at each call.
    """

    name = "fold-quantized-prepacking-ops"

    globals: bool = False

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        # All of them, before a prepack is gone.
        rewrite(op, [*ROUND_TRIPS, FoldSaturateToFp16()])
        rewrite(op, [FoldPrepack(), FoldPrepackDynamic()])
        for left in op.walk():
            if isinstance(left, PrepackOp | PrepackDynamicOp) and not _is_stored(left):
                remarks.emit("missed", left, _why_left(left), pass_name=self.name)
        CommonSubexpressionElimination().apply(ctx, op)
        DeadCodeElimination().apply(ctx, op)
        if self.globals:
            packed_constants_to_globals(op)


def _is_stored(prepack: PrepackOp | PrepackDynamicOp) -> bool:
    """Whether a variable keeps what is packed, as `finalize-on-device-ptq` wants it."""
    return any(isinstance(use.operation, GlobalStoreOp) for use in prepack.result.uses)


def _why_left(prepack: PrepackOp | PrepackDynamicOp) -> str:
    """Why a prepack did not fold."""
    if isinstance(prepack, PrepackDynamicOp):
        return "packs at each call: the weight is quantized at run time"
    weight_known = constant_of(prepack.weight) is not None
    what, value = ("bias", prepack.bias) if weight_known else ("weight", prepack.weight)
    assert value is not None
    if (kept := kept_global(value)) is not None:  # preserved: compile folds it
        name = kept.sym_name.data
        return f"packs when it is compiled: its {what} is the global @{name}, which stays"
    return f"packs at each call: its {what} is not a constant, but {text_of_source(value)}"
