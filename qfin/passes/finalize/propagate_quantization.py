"""`propagate-quantization`: float ops between quantized ones get parameters of their own.

What to quantize is tried out on a copy, where every op that could be is, from first to last; then
those are taken back, from last to first, of which nothing is gained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Operation, OpResult
from xdsl.passes import ModulePass

from qfin import remarks
from qfin.dialects.quant.casts import DCastOp, QCastOp
from qfin.dialects.uniform import UniformType
from qfin.locations import inherit
from qfin.passes.finalize.groups import Refused, behind_activations, element_type, input_of
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.lift_quantize import LIFTS
from qfin.passes.finalize.output_types import TYPED_OPS, factored_type, output_type
from qfin.passes.finalize.rules.scalar import scalar_form
from qfin.passes.finalize.split_quantizes import split_paths
from qfin.passes.finalize.table import STATIC
from qfin.passes.rewriting import rewrite


def _may_need_a_pair(op: Operation) -> bool:
    """Whether the op could have one, and something else than a quantize uses its result, or it is
    a product with a number, which decides on the type before it."""
    return isinstance(op, TYPED_OPS) and (
        scalar_form(op) is not None
        or any(not isinstance(use.operation, QCastOp) for use in op.results[0].uses)
    )


def _fuses(op: Operation) -> bool:
    """Whether `quant-fusion` has something for the op as it stands."""
    row = STATIC.row_of(op)
    if row is None:
        return False
    try:
        row.match(op)
    except Refused:
        return bool(split_paths(op))
    return True


def _carries(op: Operation) -> bool:
    """Whether the op moves or selects values, so that its dequantize moves behind it."""
    row = STATIC.row_of(op)
    return row is not None and row.carries


@dataclass(frozen=True)
class Pair:
    """A quantize behind a float op, and the dequantize that all other uses of its result read."""

    op: Operation
    quantize: QCastOp
    dequantize: DCastOp
    written: bool
    """Whether the quantize is one of the text."""

    reason: str
    """Why this type, in words."""

    @property
    def element(self) -> UniformType:
        """The type that is quantized to."""
        element = element_type(self.quantize.result)
        assert isinstance(element, UniformType)
        return element

    @staticmethod
    def insert(
        op: Operation, value: OpResult, quantize: QCastOp | UniformType, reason: str
    ) -> Pair:
        """Puts the pair behind `value`, which `op` computes; of a type, or with a quantize of
        `value` that the text has."""
        written = isinstance(quantize, QCastOp)
        if isinstance(quantize, QCastOp):
            quantize.detach()
        else:
            assert isinstance(value.type, TensorType)
            shape, encoding = value.type.get_shape(), value.type.encoding
            quantize = QCastOp(value, TensorType(quantize, shape, encoding))
        dequantize = DCastOp(quantize.result, value.type)
        for cast in (quantize, dequantize):
            inherit(cast, op.location)
        block = value.owner.parent
        assert block is not None
        block.insert_ops_after([quantize, dequantize], value.owner)
        value.replace_uses_with_if(dequantize.result, lambda use: use.operation is not quantize)
        return Pair(op, quantize, dequantize, written, reason)

    def remove(self) -> None:
        """As it was before, but for the place of a quantize of the text."""
        self.dequantize.result.replace_all_uses_with(self.quantize.input)
        self.dequantize.detach()
        self.dequantize.erase()
        if not self.written:
            self.quantize.detach()
            self.quantize.erase(safe_erase=False)  # of what `_fuses` looked at, fused ops are left


def _try_carried(op: Operation) -> Iterator[Pair]:
    """Values that an op moves keep their type. `quant-fusion` moves the dequantize behind the op;
    here it seems to be there already."""
    _, element = input_of(op)
    for result in op.results:
        yield Pair.insert(op, result, element, "as its input is")


def _try_value(op: Operation) -> Iterator[Pair]:
    """Where the text does not quantize the result so that the op fuses as it is. What is quantized
    is behind the relus and clamps that fuse with the op."""
    row = STATIC.row_of(op)
    if row is None or row.carries or _fuses(op):
        return
    value = behind_activations(op.results[0]) if row.activations else op.results[0]
    if (chosen := factored_type(value) or output_type(op)) is None:
        return
    written = [use.operation for use in value.uses if isinstance(use.operation, QCastOp)]
    if len(written) > 1:
        return  # the text has several types for it
    if written:
        pair = Pair.insert(op, value, written[0], "as for another use")
    else:
        pair = Pair.insert(op, value, *chosen)
    if _fuses(op):
        yield pair
    else:
        pair.remove()


def _tried(module: ModuleOp) -> dict[Operation, list[Pair]]:
    """The pairs behind each op that could be quantized if its input and its users were."""
    tried: dict[Operation, list[Pair]] = {}
    for op in list(module.walk()):
        attempt: Callable[[Operation], Iterator[Pair]]
        attempt = _try_carried if _carries(op) and _fuses(op) else _try_value
        try:
            if pairs := list(attempt(op)):
                tried[op] = pairs
        except Refused:
            continue  # quant-fusion says why
    return tried


def _gainful(module: ModuleOp) -> list[Pair]:
    """The pairs of `_tried` that make a quantized op read what would be floats; others are undone.
    In the order of the ops."""
    tried = _tried(module)
    for pairs in reversed(tried.values()):
        for pair in list(pairs):
            users = {use.operation for use in pair.dequantize.result.uses}
            if any(tried[u] if u in tried else _fuses(u) for u in users):
                continue
            pair.remove()
            pairs.remove(pair)
    return [pair for op, pairs in tried.items() if not _carries(op) for pair in pairs]


class PropagateQuantizationPass(ModulePass):
    """Quantize the results of float ops between quantized ones, where the text does not.

    Before:

        %d = quant.dcast %x : tensor<1x8x6x6x!qx> to tensor<1x8x6x6xf32>
        %p = nn.avg_pool2d %d {...} : (tensor<1x8x6x6xf32>) -> tensor<1x8x3x3xf32>
        %y = nn.conv2d %p, %w : (...) -> tensor<1x8x3x3xf32>
        %q = quant.qcast %y : tensor<1x8x3x3xf32> to tensor<1x8x3x3x!qy>

    After:

        %d = quant.dcast %x : tensor<1x8x6x6x!qx> to tensor<1x8x6x6xf32>
        %p = nn.avg_pool2d %d {...} : (tensor<1x8x6x6xf32>) -> tensor<1x8x3x3xf32>
        %s = quant.qcast %p : tensor<1x8x3x3xf32> to tensor<1x8x3x3x!qx>
        %t = quant.dcast %s : tensor<1x8x3x3x!qx> to tensor<1x8x3x3xf32>
        %y = nn.conv2d %t, %w : (...) -> tensor<1x8x3x3xf32>
        %q = quant.qcast %y : tensor<1x8x3x3xf32> to tensor<1x8x3x3x!qy>

    `qfin.passes.finalize.output_types` says for which ops, and of which type the result is. There
    is a pair only where both the op then fuses and a user of its result does, perhaps behind ops
    that move values or get a pair as well. So results that only leave the function stay floats, and
    nothing is rounded in vain; one that is used inside as well is rounded for all its uses.

    Before, quantizes of the text move up as far as they change no bit (`lift_quantize`); over a
    product with a number they go as well, with another type (`factored_type`).

    This is the one step of finalize that adds roundings: each pair one, of at most half a step of
    the type that the remark says, and clamped to its range. Source: PyTorch's
    `insert_quant_dequant`, which does so for all such ops (`helper.cpp`), whatever is behind them.
    """

    name = "propagate-quantization"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        rewrite(op, LIFTS)  # a type that the text has is better than one chosen here
        if not any(map(_may_need_a_pair, op.walk())):
            return
        copy = op.clone()
        originals = dict(zip(copy.walk(), op.walk(), strict=True))
        InsertPrepackUnpackPass(constants_only=True).apply(ctx, copy)  # for contractions to fuse
        for found in _gainful(copy):
            source = found.quantize.input
            assert isinstance(source, OpResult)
            value = originals[source.owner].results[source.index]
            written = originals.get(found.quantize)
            quantize = written if isinstance(written, QCastOp) else found.element
            pair = Pair.insert(originals[found.op], value, quantize, found.reason)
            message = f"result quantized to {pair.element}, {pair.reason}"
            remarks.emit("note", pair.op, message, pass_name=self.name)
