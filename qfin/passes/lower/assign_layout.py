"""`assign-layout`: gives each tensor a layout, and packed weights the one of a target.

Convolutions and poolings run on channels innermost; everything else on row-major tensors.
Conversions appear around the former and cancel between them, so that they stay only where a
row-major tensor comes in or goes out. Casts convert on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects import func
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    ModuleOp,
    NoneAttr,
    StringAttr,
    TensorType,
    i8,
)
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.transforms.common_subexpression_elimination import CommonSubexpressionElimination
from xdsl.transforms.dead_code_elimination import DeadCodeElimination

from qfin import target as targets
from qfin.dialects import nn, quant
from qfin.dialects.families.pooling import Pooling
from qfin.dialects.families.upsample import Upsample
from qfin.dialects.layout import NHWC, BlockedAttr, ToNchwOp, ToNhwcOp, is_nhwc, with_layout
from qfin.dialects.nn.canonicalization import ReshapeOfReshape, SameShape
from qfin.dialects.quant.canonicalization import RequantizeSame
from qfin.dialects.quant.casts import DCastOp, QCastOp
from qfin.dialects.quant.contraction import Contraction
from qfin.dialects.quant.packed import PackedConstantOp
from qfin.dialects.quant.packed_type import LINEAR, LINEAR_FP16
from qfin.dialects.quant.unary import QuantUnaryOp
from qfin.dialects.tensors import shape_of
from qfin.errors import PassError
from qfin.interpreter.arrays import dense_to_numpy
from qfin.interpreter.blocked import block
from qfin.interpreter.transposed import to_convolution
from qfin.kernels.dense import weight_block
from qfin.passes.finalize.groups import defining
from qfin.passes.lower.fold_dequantize import FoldDequantize
from qfin.passes.lower.layout_boundary import CancelConversions, convert_at_the_edges
from qfin.passes.lower.layout_depthwise import RepackDepthwise
from qfin.passes.lower.layout_dynamic import PackForTarget, QuantizeAnyLayout
from qfin.passes.lower.layout_matmul import MatmulFromNhwc
from qfin.passes.lower.layout_moves import MoveFromNhwc, MoveThenConvert
from qfin.passes.lower.layout_reshape import UnitDimensionOnNhwc
from qfin.passes.lower.mean_from_nhwc import MeanFromNhwc
from qfin.passes.lower.state import lay_out_packed_globals
from qfin.passes.lower.unit_dimension import AddUnitDimension, PackWithUnitDimension
from qfin.passes.lower.unit_dimension_windows import WindowsWithUnitDimension
from qfin.passes.rewriting import rewrite
from qfin.target.isa import Isa

TARGET_ATTR = "layout.target"
"""The attribute of a module that names the target its layouts were chosen for."""

DOT_DEPTH = 4
"""Bytes that one dot product instruction sums: the same on every target we have."""

_ON_NHWC = (
    quant.Conv2dOp,
    quant.Conv3dOp,
    quant.ConvTranspose2dOp,
    quant.ConvTranspose3dOp,
    quant.Conv2dDynamicOp,
    quant.Conv3dDynamicOp,
    Pooling,
    Upsample,
)

_AS_THEY_COME = (
    nn.ReluOp,
    nn.ClampOp,
    QuantUnaryOp,
    quant.BatchNormOp,
    quant.PreluOp,
    nn.PreluOp,
    quant.GroupNormOp,
    quant.InstanceNormOp,
)
"""What runs on the layout that its first operand has."""


class RunOnNhwc(RewritePattern):
    """Puts conversions around an op that runs on channels innermost, a residual's included.

    Before:

        %y = quant.conv2d %x, %p : (tensor<1x3x8x8x!q>, ...) -> tensor<1x8x8x8x!q>

    After:

        %0 = layout.to_nhwc %x : tensor<1x3x8x8x!q> to tensor<1x3x8x8x!q, #layout.nhwc>
        %1 = quant.conv2d %0, %p
          : (tensor<1x3x8x8x!q, #layout.nhwc>, ...) -> tensor<1x8x8x8x!q, #layout.nhwc>
        %y = layout.to_nchw %1 : tensor<1x8x8x8x!q, #layout.nhwc> to tensor<1x8x8x8x!q>
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, _ON_NHWC) or is_nhwc(op.results[0].type):
            return
        result = op.results[0].type
        assert isinstance(result, TensorType)
        images = [op.operands[0]]
        if isinstance(op, Contraction) and op.residual is not None and op.residual != images[0]:
            images.append(op.residual)
        converted = {image: ToNhwcOp(image) for image in images}
        moved = type(op).create(
            operands=[
                converted[operand].result if operand in converted else operand
                for operand in op.operands
            ],
            result_types=[with_layout(result, NHWC)],
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, [*converted.values(), moved, ToNchwOp(moved.results[0])])


class QuantizeToNhwc(RewritePattern):
    """`to_nhwc(qcast x)` is a qcast that writes channels innermost.

    Before:

        %0 = quant.qcast %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8x!q>
        %y = layout.to_nhwc %0 : tensor<1x3x8x8x!q> to tensor<1x3x8x8x!q, #layout.nhwc>

    After:

        %y = quant.qcast %x : tensor<1x3x8x8xf32> to tensor<1x3x8x8x!q, #layout.nhwc>
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ToNhwcOp, rewriter: PatternRewriter, /) -> None:
        producer = defining(op.input)
        if isinstance(producer, QCastOp):
            rewriter.replace(op, QCastOp(producer.input, op.result.type))


class DequantizeFromNhwc(RewritePattern):
    """`dcast(to_nchw x)` is a dcast that reads channels innermost."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: DCastOp, rewriter: PatternRewriter, /) -> None:
        producer = defining(op.input)
        if isinstance(producer, ToNchwOp):
            rewriter.replace(op, DCastOp(producer.input, op.result.type))


class UnaryOnNhwc(RewritePattern):
    """`f(to_nchw x)` is `to_nchw(f x)`: relu and other functions of one element, and of the
    parameters or the statistics of its channel, run on any layout."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, _AS_THEY_COME):
            return
        producer = defining(op.operands[0])
        if not isinstance(producer, ToNchwOp):
            return
        result = op.results[0].type
        assert isinstance(result, TensorType)
        # A relu gives what it takes, halo and all.
        same = isinstance(op, nn.ReluOp)
        moved = type(op).create(
            operands=[producer.input, *op.operands[1:]],
            result_types=[producer.input.type if same else with_layout(result, NHWC)],
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, [moved, ToNchwOp(moved.results[0])])


_BINARY = (quant.AddOp, quant.SubOp, quant.MulOp, nn.AddOp, nn.SubOp, nn.MulOp)


class BinaryOnNhwc(RewritePattern):
    """An op on two tensors runs on channels innermost where an operand comes so; the other operand
    is converted, too, unless it lies the same either way.

    Before:

        %0 = layout.to_nchw %x : tensor<1x8x4x4x!q, #layout.nhwc> to tensor<1x8x4x4x!q>
        %z = quant.add %0, %y : (tensor<1x8x4x4x!q>, tensor<1x8x4x4x!q>) -> tensor<1x8x4x4x!q>

    After:

        %0 = layout.to_nhwc %y : tensor<1x8x4x4x!q> to tensor<1x8x4x4x!q, #layout.nhwc>
        %1 = quant.add %x, %0 : (tensor<1x8x4x4x!q, #layout.nhwc>, ...)
          -> tensor<1x8x4x4x!q, #layout.nhwc>
        %z = layout.to_nchw %1 : tensor<1x8x4x4x!q, #layout.nhwc> to tensor<1x8x4x4x!q>
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, _BINARY) or is_nhwc(op.result.type):
            return
        result = op.result.type
        rank = len(result.get_shape())
        if not any(
            isinstance(defining(operand), ToNchwOp) and len(shape_of(operand)) == rank
            for operand in op.operands
        ):
            return
        operands = {operand: self._innermost(operand, rank, rewriter) for operand in op.operands}
        moved = type(op).create(
            operands=[operands[operand] for operand in op.operands],
            result_types=[with_layout(result, NHWC)],
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, [moved, ToNchwOp(moved.result)])

    @staticmethod
    def _innermost(operand: SSAValue, rank: int, rewriter: PatternRewriter) -> SSAValue:
        producer = defining(operand)
        if isinstance(producer, ToNchwOp):
            return producer.input
        shape = shape_of(operand)
        if len(shape) != rank or shape[1] == 1 or set(shape[2:]) == {1}:
            return operand
        return rewriter.insert(ToNhwcOp(operand)).result


@dataclass(frozen=True)
class RepackWeights(RewritePattern):
    """Rearranges a packed constant as the target's kernels read it.

    Before:

        %p = quant.packed_constant ... : !quant.packed<linear, tensor<10x64xi8>>

    After, for 16 lanes:

        %p = quant.packed_constant ...
          : !quant.packed<linear, tensor<10x64xi8>, layout = #layout.blocked<lanes = 16, depth = 4>>
    """

    isa: Isa

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: PackedConstantOp, rewriter: PatternRewriter, /) -> None:
        packed = op.result.type
        if packed.layout != NoneAttr() or packed.op.data == LINEAR_FP16:
            return
        groups = packed.groups
        linear = packed.op.data == LINEAR
        lanes = weight_block(packed.out_channels // groups, self.isa, linear=linear)
        logical = dense_to_numpy(op.value.weight)
        dense = to_convolution(logical, groups) if packed.is_transposed else logical
        flat = block(dense, groups, lanes, DOT_DEPTH)
        weight = DenseIntOrFPElementsAttr(TensorType(i8, [flat.size]), BytesAttr(flat.tobytes()))
        layout = BlockedAttr(lanes, DOT_DEPTH)
        content = op.value.with_weight(weight)
        rewriter.replace(op, PackedConstantOp(content, packed.with_layout(layout)))


@dataclass(frozen=True)
class AssignLayoutPass(ModulePass):
    """Choose memory layouts for a target: channels innermost where convolutions run, packed
    weights as its kernels read them.

    `target` need not be one that this host can run, unless it is "native": its best.
    """

    name = "assign-layout"

    target: str = "native"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if (chosen := op.attributes.get(TARGET_ATTR)) is not None:
            raise PassError(f"the module has layouts already: {TARGET_ATTR} is {chosen}")
        native = self.target == "native"
        isa = targets.resolve(self.target) if native else targets.lookup(self.target)
        lay_out_packed_globals(op, isa)
        for function in op.walk():
            if isinstance(function, func.FuncOp):
                convert_at_the_edges(function)
        rewrite(op, [FoldDequantize(), RequantizeSame(), PackWithUnitDimension()])
        rewrite(op, [AddUnitDimension(), WindowsWithUnitDimension()])
        rewrite(op, [ReshapeOfReshape(), SameShape()])  # between two 1-D ops
        rewrite(op, [RepackDepthwise(isa)])
        rewrite(op, [RunOnNhwc(), RepackWeights(isa), PackForTarget(isa)])
        rewrite(
            op,
            [
                CancelConversions(),
                QuantizeToNhwc(),
                DequantizeFromNhwc(),
                UnaryOnNhwc(),
                BinaryOnNhwc(),
                MoveFromNhwc(),
                MeanFromNhwc(),
                MatmulFromNhwc(),
                UnitDimensionOnNhwc(),
            ],
        )
        rewrite(op, [MoveThenConvert(), QuantizeAnyLayout()])
        CommonSubexpressionElimination().apply(ctx, op)  # one conversion for several consumers
        DeadCodeElimination().apply(ctx, op)
        op.attributes[TARGET_ATTR] = StringAttr(isa.name)
