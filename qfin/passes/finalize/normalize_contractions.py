"""`normalize-contractions`: what is a linear or a convolution in other words becomes one.

Exporters write a linear as a product with a constant, and an addition behind it. Only what fuses
then changes: a weight must be fit to be packed, and a bias stand before a quantize.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import ModuleOp, TensorType, f32, i8
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.rewriter import InsertPoint

from qfin.dialects import nn
from qfin.dialects.quant.casts import DCastOp, SCastOp
from qfin.dialects.quant.dynamic import DequantizeOp
from qfin.dialects.shapes import DYNAMIC
from qfin.dialects.tensors import shape_of
from qfin.dialects.uniform import UniformType
from qfin.interpreter.arrays import dense_to_numpy, numpy_to_dense
from qfin.locations import fuse
from qfin.passes.finalize.dynamic_weights import quantized_input, run_time_constants_of
from qfin.passes.finalize.groups import (
    Refused,
    constant_of,
    defining,
    dequantized,
    input_of,
    only_use,
    output_of,
    require_activation,
)
from qfin.passes.finalize.quant_fusion import table_of
from qfin.passes.finalize.table import STATIC, Table
from qfin.passes.finalize.weights import Contraction, constants_of, require_weight
from qfin.passes.rewriting import rewrite


def _transposed(element: UniformType) -> UniformType:
    """The type of a weight [N, K], for that of one [K, N], per layer or along axis 1."""
    if element.is_per_layer:
        return element
    low, high = element.storage_min, element.storage_max
    parameters = element.scales, element.zero_points
    return UniformType.per_axis(element.storage, element.expressed, 0, *parameters, low, high)


def _is_quantized(value: SSAValue) -> bool:
    """Whether a float value was dequantized, perhaps before ops that only move values."""
    op = defining(value)
    while op is not None and (row := STATIC.row_of(op)) is not None and row.carries:
        op = defining(op.operands[0])
    return isinstance(op, DCastOp | DequantizeOp)


@dataclass(frozen=True)
class MatmulToLinear(RewritePattern):
    """A product of a quantized value and a constant that `quant.prepack` can hold is a linear;
    changes no bit.

    Before:

        %w = quant.dcast %wq : tensor<64x10x!qw> to tensor<64x10xf32>
        %y = nn.matmul %x, %w : (tensor<1x64xf32>, tensor<64x10xf32>) -> tensor<1x10xf32>

    After, with a transposed constant:

        %w = quant.dcast %wq : tensor<10x64x!qw> to tensor<10x64xf32>
        %y = nn.linear %x, %w : (tensor<1x64xf32>, tensor<10x64xf32>) -> tensor<1x10xf32>
    """

    floats: bool = False
    """Whether the one of a value that is not quantized is as well."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: nn.MatmulOp, rewriter: PatternRewriter, /) -> None:
        try:
            weight, element = dequantized(op.rhs, "weight")
            require_weight(element, axis=1)
        except Refused:
            return  # it may fuse as a product of two tensors
        constant = constant_of(weight)
        if constant is None or len(shape_of(weight)) != 2:
            return
        if not self.floats and not _is_quantized(op.lhs):
            return  # it would not fuse as a linear either
        values = np.ascontiguousarray(dense_to_numpy(constant).T)
        stored = arith.ConstantOp(numpy_to_dense(values, i8))
        packed = SCastOp(stored.result, TensorType(_transposed(element), values.shape))
        floats = DCastOp(packed.result, TensorType(f32, values.shape))
        linear = nn.LinearOp(op.lhs, floats.result, None, op.result.type)
        linear.location = op.location
        linear.result.name_hint = op.result.name_hint
        # Inserted before: the new ops of `replace` are all named after what they replace.
        rewriter.insert([stored, packed, floats, linear])
        rewriter.replace(op, [], [linear.result])


@dataclass(frozen=True)
class AddToBias(RewritePattern):
    """A constant that is added to a contraction without a bias, one number or one for each channel,
    is its bias, where the sum is quantized, or added to a residual and then quantized. With a
    `table` of run-time quantization also where that fuses the contraction, which rounds the product
    and the bias once.

    Before:

        %0 = nn.linear %x, %w : (...) -> tensor<1x10xf32>
        %y = nn.add %0, %b : (tensor<1x10xf32>, tensor<10xf32>) -> tensor<1x10xf32>

    After:

        %y = nn.linear %x, %w, %b : (...) -> tensor<1x10xf32>
    """

    table: Table = STATIC

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: nn.AddOp, rewriter: PatternRewriter, /) -> None:
        for value, other in ((op.lhs, op.rhs), (op.rhs, op.lhs)):
            producer = defining(value)
            if not isinstance(producer, Contraction):
                continue
            bias = _bias(producer, other)
            if bias is None or shape_of(value) != shape_of(op.result):
                continue
            if not _fits(producer, op) and not _fits_at_run_time(producer, op, self.table):
                continue
            constant = arith.ConstantOp(numpy_to_dense(bias, f32))
            constant.location = op.location
            rewriter.insert(constant, InsertPoint.before(producer))
            producer.operands = [*producer.operands, constant.result]
            producer.location = fuse(producer.location, op.location)
            rewriter.handle_operation_modification(producer)
            rewriter.replace(op, [], [value])
            return


def _bias(op: Contraction, value: SSAValue) -> NDArray[np.float32] | None:
    """A constant as one value for each channel of the result; None for all others. One number is
    that of all channels."""
    constant, shape = constant_of(value), shape_of(op.result)
    if constant is None or constant.get_element_type() != f32:
        return None
    values = dense_to_numpy(constant)
    axis = len(shape) - 1 if isinstance(op, nn.LinearOp) else 1
    if values.size == 1:
        return None if shape[axis] == DYNAMIC else np.full(shape[axis], values.item(), np.float32)
    missing = len(shape) - values.ndim
    wanted = [size if i == axis else 1 for i, size in enumerate(shape)]
    if (1,) * missing + values.shape != tuple(wanted):
        return None
    return values.reshape(-1)


def _residual_add(add: Operation) -> Operation | None:
    """The addition of a quantized value of the same shape that alone uses the result of `add`, if
    there is one."""
    user = only_use(add.results[0], add.name)
    if not isinstance(user, nn.AddOp) or user.lhs is user.rhs:
        return None
    other = user.rhs if user.lhs is add.results[0] else user.lhs
    _, residual = dequantized(other, "residual")
    require_activation(residual, "residual")
    return user if shape_of(other) == shape_of(add.results[0]) else None


def _fits(op: Contraction, add: Operation) -> bool:
    """Whether the contraction has no bias, and is fused with one."""
    try:
        input_of(op)
        constants_of(op)
        output_of(_residual_add(add) or add, activations=True)
        return op.bias is None and only_use(op.result, op.name) is add
    except Refused:
        return False


def _fits_at_run_time(op: Contraction, add: Operation, table: Table) -> bool:
    """As `_fits`, for a contraction whose input is quantized at run time."""
    row = None if table is STATIC else table.row_of(op)
    try:
        if row is None or row.variant == "dynamic_fp16":
            return False
        if row.variant == "dynamic":
            quantized_input(op)
        if isinstance(defining(op.weight), DCastOp):
            constants_of(op)
        else:
            run_time_constants_of(op)
        return op.bias is None and only_use(op.result, op.name) is add
    except Refused:
        return False


@dataclass(frozen=True)
class NormalizeContractionsPass(ModulePass):
    """Turn products with constant weights into linears, and what is added to them into biases."""

    name = "normalize-contractions"

    quant_type: str = "static"
    """As in `quant-fusion`: with dynamic, sums that are not quantized have biases, too."""

    on_device: bool = False
    """As in `quant-fusion`: products of floats are linears, too, for their inputs are quantized."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        table = table_of(self.quant_type, self.on_device)
        rewrite(op, [MatmulToLinear(self.on_device), AddToBias(table)])
