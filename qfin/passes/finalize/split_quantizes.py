"""What is quantized to several types is computed for each of them, so that each fuses."""

from __future__ import annotations

from typing import TypeAlias

from typing_extensions import override
from xdsl.ir import Block, Operation, OpResult, SSAValue
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern
from xdsl.rewriter import InsertPoint

from qfin import remarks
from qfin.dialects.quant.casts import QCastOp
from qfin.passes.finalize.fusion import Fusion
from qfin.passes.finalize.groups import Activation, Refused, defining
from qfin.passes.finalize.lift_quantize import quantizes_before_clamp
from qfin.passes.finalize.table import STATIC
from qfin.passes.finalize.weights import Contraction

Path: TypeAlias = tuple[tuple[Activation, ...], QCastOp]
"""The relus and clamps from a value to a quantize, and the quantize."""


class SplitQuantizes(RewritePattern):
    """Repeats a float op for each type that its result is quantized to.

    Before:

        %y = nn.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
        %p = quant.qcast %y : tensor<2xf32> to tensor<2x!p>
        %q = quant.qcast %y : tensor<2xf32> to tensor<2x!q>

    After:

        %y = nn.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
        %p = quant.qcast %y : tensor<2xf32> to tensor<2x!p>
        %z = nn.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
        %q = quant.qcast %z : tensor<2xf32> to tensor<2x!q>

    Changes no bit. The text asks for two roundings of one value of f32, which neither result can be
    computed from: so the value is computed again, on integers, instead of once in f32. Only where
    each of the ops then fuses. A result that something else uses as floats stays, with a remark: it
    is computed in f32 in any case.
    """

    @override
    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        paths = split_paths(op)
        if paths:
            message = f"computed {len(paths)} times, for each type that its result is quantized to"
            remarks.emit("note", op, message, pass_name="quant-fusion")
        for activations, quantize in paths[1:]:
            copies = _copies((*_operands(op), op, *activations))
            rewriter.insert(copies, InsertPoint.before(quantize))
            quantize.operands = [copies[-1].results[0]]
            rewriter.handle_operation_modification(quantize)
            for part in reversed(activations):
                if not part.result.uses:
                    rewriter.erase(part)


def split_paths(op: Operation) -> list[Path]:
    """What is between a float op and each of several types that its result is quantized to, where
    it fuses with each, in the order of the text; else nothing."""
    row = STATIC.row_of(op)
    if row is None or row.carries:
        return []
    paths = _paths(op.results[0])
    types = {quantize.result.type for _, quantize in paths}
    if len(paths) < 2 or len(types) < len(paths):
        return []
    if not all(_fuses(op, row, path) for path in paths):
        return []
    block = op.parent
    assert block is not None
    return sorted(paths, key=lambda path: block.get_operation_index(path[1]))


def _paths(value: OpResult) -> list[Path]:
    """Nothing where something else than relus, clamps and quantizes of one block uses the value."""
    found: list[Path] = []
    for user in (use.operation for use in value.uses):
        if isinstance(user, QCastOp):
            behind: list[Path] = [((), user)]
        else:
            behind = _paths(user.result) if isinstance(user, Activation) else []
        if not behind or user.parent is not value.owner.parent:
            return []
        between = (user,) if isinstance(user, Activation) else ()
        found += [((*between, *activations), quantize) for activations, quantize in behind]
    return found


def _fuses(op: Operation, row: Fusion, path: Path) -> bool:
    """Whether the op would fuse with the quantize at the end of a path, were that all that uses its
    result. Tried out on copies, which read the same values."""
    activations, quantize = path
    if not row.activations and activations and not quantizes_before_clamp(op, quantize):
        return False
    parts = (*_operands(op), op, *(activations if row.activations else ()))
    block = Block(_copies(parts))
    last = block.last_op
    assert last is not None
    block.add_op(QCastOp(last.results[0], quantize.result.type))
    copy = next(each for each in block.ops if type(each) is type(op))
    try:
        # Carried out, not only matched, since fused ops that stand nowhere would use the values.
        row.match(copy)(PatternRewriter(copy))
    except Refused:
        return False
    finally:
        block.erase()
    return True


def _operands(op: Operation) -> tuple[Operation, ...]:
    """The float ops before an op that fuse with it: a contraction that a residual is added to."""
    return tuple(
        source
        for operand in op.operands
        if isinstance(source := defining(operand), Contraction) and operand.has_one_use()
    )


def _copies(parts: tuple[Operation, ...]) -> list[Operation]:
    """Copies of ops, of which each reads those before it."""
    mapped: dict[SSAValue, SSAValue] = {}
    copies = [part.clone(mapped) for part in parts]
    for part, copy in zip(parts, copies, strict=True):
        copy.location = part.location
    return copies
