"""`move-constants`: what moves a quantized constant is done at compile time.

Exporters transpose, reshape and split weights behind their dequantize. A weight is packed only if
its dequantize is what the layer reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType, i8, i32
from xdsl.interpreter import Interpreter
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.utils.exceptions import InterpretationError

from qfin.dialects import nn
from qfin.dialects.global_values import constant_ops
from qfin.dialects.nn.canonicalization import DropIdentity
from qfin.dialects.nn.extrema import AmaxOp, AminOp
from qfin.dialects.nn.padding import PadOp
from qfin.dialects.quant.canonicalization import RequantizeSame
from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.uniform import UniformType
from qfin.errors import Error
from qfin.interpreter import register_implementations
from qfin.interpreter.arrays import dense_to_numpy, numpy_to_dense
from qfin.passes.finalize.groups import constant_of, defining, element_type
from qfin.passes.rewriting import rewrite

_MOVES: tuple[type[Operation], ...] = (
    nn.ReshapeOp,
    nn.FlattenOp,
    *(op for op in nn.MOVE_OPS if not issubclass(op, PadOp | AmaxOp | AminOp)),
)
"""Each element of a result is one of the input, whatever the elements are."""


@dataclass(frozen=True)
class MoveConstant(RewritePattern):
    """Moves the stored numbers, and the scales of an axis with them; changes no bit.

    Before:

        %w = quant.scast %c : tensor<64x30xi8> to tensor<64x30x!qw>
        %f = quant.dcast %w : tensor<64x30x!qw> to tensor<64x30xf32>
        %t = nn.transpose %f {dim0 = 0 : i64, dim1 = 1 : i64}
          : (tensor<64x30xf32>) -> tensor<30x64xf32>

    After, with the constant `%d`, which is `%c` transposed; `!qt` has along axis 0 what `!qw` has
    along axis 1:

        %v = quant.scast %d : tensor<30x64xi8> to tensor<30x64x!qt>
        %t = quant.dcast %v : tensor<30x64x!qt> to tensor<30x64xf32>

    Likewise without the dequantize. What makes more elements than it takes stays.
    """

    interpreter: Interpreter

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, _MOVES):
            return
        dequantize = defining(op.operands[0])
        if not isinstance(dequantize, DCastOp):
            dequantize = None
        source = op.operands[0] if dequantize is None else dequantize.input
        element, constant = element_type(source), constant_of(source)
        if constant is None or not isinstance(element, UniformType) or element.is_sub_channel:
            return
        if element.signless_storage not in (i8, i32):
            return
        stored = dense_to_numpy(constant)
        made: list[Operation] = []
        results: list[Operation] = []
        try:
            arrays = self.interpreter.run_op(op, (stored,))
            channels = self._channels(op, element, stored.shape)
        except (InterpretationError, Error):
            return  # it has no meaning here, and stays
        if sum(array.size for array in arrays) > stored.size:
            return
        for array, of, result in zip(arrays, channels, op.results, strict=True):
            moved = _of_channels(element, of)
            if moved is None:
                return
            value = numpy_to_dense(np.ascontiguousarray(array), element.signless_storage)
            made += constant_ops(value, TensorType(moved, array.shape))
            if dequantize is not None:
                made.append(DCastOp(made[-1].results[0], result.type))
            results.append(made[-1])
            results[-1].results[0].name_hint = result.name_hint
        # Inserted before: the new ops of `replace` are all named after what they replace.
        rewriter.insert(made)
        rewriter.replace(op, [], [last.results[0] for last in results])

    def _channels(
        self, op: Operation, element: UniformType, shape: tuple[int, ...]
    ) -> list[NDArray[Any] | None]:
        """For each result the place of each of its elements along the quantized axis of the input
        of `shape`; None where it is quantized per layer. Source: the op itself, on these places."""
        if element.is_per_layer:
            return [None] * len(op.results)
        line = np.arange(shape[element.axis], dtype=np.int32)
        along = line.reshape([-1 if dim == element.axis else 1 for dim in range(len(shape))])
        return list(self.interpreter.run_op(op, (np.broadcast_to(along, shape),)))


def _of_channels(element: UniformType, channels: NDArray[Any] | None) -> UniformType | None:
    """The type of elements that were at the places `channels` along the axis of `element`; None
    where they are no slices along one axis."""
    if channels is None:
        return element
    if channels.size == 0:
        return None
    ends = element.storage_min, element.storage_max
    if (channels == (first := channels.flat[0])).all():
        scale, zero_point = float(element.scales[first]), int(element.zero_points[first])
        return UniformType.per_layer(element.storage, element.expressed, scale, zero_point, *ends)
    for axis in range(channels.ndim):
        line = np.moveaxis(channels, axis, -1)
        places = line[(0,) * (channels.ndim - 1)]
        if (line == places).all():
            parameters = element.scales[places], element.zero_points[places]
            return UniformType.per_axis(
                element.storage, element.expressed, axis, *parameters, *ends
            )
    return None


class MoveConstantsPass(ModulePass):
    """Move quantized constants where ops move them or what they are dequantized to."""

    name = "move-constants"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        interpreter = Interpreter(op)
        register_implementations(interpreter)
        # What quant-fusion would drop, too late, hides moves.
        rewrite(op, [DropIdentity(), RequantizeSame(), MoveConstant(interpreter)])
