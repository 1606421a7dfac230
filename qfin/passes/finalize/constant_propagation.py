"""`constant-propagation`: what is computed of constants is computed once, at compile time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import (
    AnyFloat,
    IntegerType,
    ModuleOp,
    Signedness,
    TensorType,
)
from xdsl.interpreter import Interpreter
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.traits import Pure
from xdsl.utils.exceptions import InterpretationError

from qfin.dialects import nn
from qfin.dialects.global_values import constant_ops, stored_element
from qfin.dialects.ml_program import GlobalLoadConstOp
from qfin.dialects.quant.casts import DCastOp, SCastOp
from qfin.dialects.quant.dynamic import DequantizeOp
from qfin.dialects.uniform import UniformType
from qfin.errors import Error
from qfin.interpreter import register_implementations
from qfin.interpreter.arrays import dtype_of, numpy_to_dense
from qfin.passes.finalize.groups import constant_of, defining
from qfin.passes.rewriting import rewrite

Array: TypeAlias = NDArray[Any]

_KEPT = (SCastOp, DCastOp, DequantizeOp, nn.ToOp)


@dataclass(frozen=True)
class EvaluateConstant(RewritePattern):
    """Runs a pure op on constants, in the interpreter.

    Before:

        %w = arith.constant dense<[1.0, -2.0]> : tensor<2xf32>
        %s, %z = quant.choose_qparams %w {symmetric, storage = i8} : (...)
        %q = quant.quantize %w, %s, %z : (...) -> tensor<2xi8>

    After:

        %q = arith.constant dense<[64, -127]> : tensor<2xi8>

    Casts to floats stay, since weights are small as long as they are quantized, and fusions look
    for that; so does what makes more bytes than it takes.
    """

    interpreter: Interpreter
    floats_only: bool = False
    read_globals: bool = True

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not op.operands or not op.has_trait(Pure) or op.regions or isinstance(op, _KEPT):
            return
        if self.floats_only and any(is_quantized(value.type) for value in op.operands):
            return
        try:
            arguments = [a for value in op.operands if (a := self._array_of(value)) is not None]
            if len(arguments) < len(op.operands):
                return
            results = self.interpreter.run_op(op, tuple(arguments))
        except (InterpretationError, Error):
            return  # it has no meaning here, and stays
        made = [_constant(array, value) for array, value in zip(results, op.results, strict=True)]
        grows = _bytes(results) > _bytes(arguments)
        if grows or not all(made):
            return
        constants = [ops[-1].results[0] for ops in made]
        for constant, result in zip(constants, op.results, strict=True):
            constant.name_hint = result.name_hint
        rewriter.replace(op, [constant for ops in made for constant in ops], constants)

    def _array_of(self, value: SSAValue) -> Array | None:
        """The elements of a constant tensor, or of a global that never changes, in its storage
        where it is quantized."""
        op = defining(value)
        if isinstance(op, SCastOp):
            array = self._array_of(op.input)
            return None if array is None else self.interpreter.run_op(op, (array,))[0]
        if constant_of(value) is None:
            return None
        assert isinstance(op, arith.ConstantOp | GlobalLoadConstOp)
        if isinstance(op, GlobalLoadConstOp) and not self.read_globals:
            return None
        return self.interpreter.run_op(op, ())[0]


def is_quantized(type: Attribute) -> bool:
    """Whether `type` is a tensor of quantized elements."""
    return isinstance(type, TensorType) and isinstance(type.element_type, UniformType)


def _bytes(arrays: Iterable[Any]) -> int:
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))


def _constant(array: Any, result: SSAValue) -> list[Operation]:
    """The ops whose last makes `array` as a value of the type of `result`; none where no constant
    is of that type: a scalar, packed weights, a tensor of unsigned integers."""
    type = result.type
    if not isinstance(array, np.ndarray) or not isinstance(type, TensorType):
        return []
    element = stored_element(type)
    if not isinstance(element, AnyFloat | IntegerType) or array.shape != type.get_shape():
        return []
    if isinstance(element, IntegerType) and element.signedness.data != Signedness.SIGNLESS:
        return []
    return constant_ops(numpy_to_dense(array.view(dtype_of(element)), element), type)


@dataclass(frozen=True)
class ConstantPropagationPass(ModulePass):
    """Evaluate what is computed of constants, but for dequantizes and what would grow."""

    name = "constant-propagation"

    floats_only: bool = False
    """Leave what is computed of quantized constants."""

    read_globals: bool = True
    """Take globals that never change for constants."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        interpreter = Interpreter(op)
        register_implementations(interpreter)
        rewrite(op, EvaluateConstant(interpreter, self.floats_only, self.read_globals))
