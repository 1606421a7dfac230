"""`choose-tiles`: how each contraction walks its pixels, written at its op.

The choice is what `qfin tune` found to be the fastest on this CPU, or else the cost model's
(`qfin.kernels.tiles`) for the target that the program is for. It stands in the text, where it can
be read and edited.
"""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.dialects.func import FuncOp
from xdsl.passes import ModulePass

from qfin import target as targets
from qfin.dialects.kernel import ProgramOp
from qfin.dialects.tensors import i64_attr, ints
from qfin.passes.lower.calls_dense import AnyDense, chosen_tile
from qfin.target.isa import Isa


@dataclass(frozen=True)
class ChooseTilesPass(ModulePass):
    """Choose the register tile of each contraction on buffers that has none.

        kernel.dense %x, %w, %init, %mult, %y {lanes = 32 : i64, ...}

        kernel.dense %x, %w, %init, %mult, %y {lanes = 32 : i64, tile = array<i64: 14, 1>, ...}

    `target` is the one of the functions that no `kernel.program` describes; those stay as they are
    without. Raises PassError where weights are packed for another target, Error for an unknown one.
    """

    name = "choose-tiles"

    target: str | None = None

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        wanted = {
            program.entry.string_value(): program.target.data
            for program in op.ops
            if isinstance(program, ProgramOp)
        }
        for function in op.ops:
            if not isinstance(function, FuncOp):
                continue
            if name := wanted.get(function.sym_name.data, self.target):
                isa = targets.lookup(name)
                for dense in function.walk():
                    if isinstance(dense, AnyDense) and dense.tile is None:
                        _choose(dense, isa)


def _choose(op: AnyDense, isa: Isa) -> None:
    tile = chosen_tile(op, isa)
    op.tile = ints(tile.pixels, tile.rows)
    op.pipelined = UnitAttr() if tile.pipelined else None
    op.matrix = UnitAttr() if tile.matrix else None
    op.prefetch = i64_attr(tile.prefetch) if tile.prefetch else None
