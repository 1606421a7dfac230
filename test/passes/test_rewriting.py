"""Patterns by class of op: what they are asked about, and where new ops are from."""

from __future__ import annotations

from xdsl.dialects import arith, func, scf, test
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from qfin.ir import parse
from qfin.locations import location_text
from qfin.passes.rewriting import rewrite_kinds

TEXT = """\
func.func @f(%n: i64) {
  %0 = arith.addi %n, %n : i64
  scf.for %i = %n to %0 step %n : i64 {
    %1 = arith.muli %i, %n : i64
    %2 = arith.subi %1, %n : i64
    scf.yield
  }
  func.return
}
"""


class Note(RewritePattern):
    """Puts a test op before each op, and a product too before a sum."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        self.seen.append(op.name)
        rewriter.insert(test.TestOp())
        if isinstance(op, arith.AddiOp):
            rewriter.insert(arith.MuliOp(op.lhs, op.rhs))


class EraseBody(RewritePattern):
    """Leaves out all of a loop but what ends it."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /) -> None:
        for inner in list(reversed(op.regions[0].block.ops))[1:]:
            rewriter.erase(inner)


def noted(module: ModuleOp) -> list[tuple[str, str]]:
    """What was put in, and the line and column that it is from."""
    return [
        (op.name, location_text(op.location).partition(":")[2])
        for op in module.walk()
        if isinstance(op, test.TestOp | arith.MuliOp)
    ]


def test_each_op_of_a_class_and_what_is_inserted():
    """Outer ops first, then what patterns put in; new ops are from where the matched ones are."""
    module, note = parse(TEXT), Note()
    rewrite_kinds(module, dict.fromkeys((arith.AddiOp, arith.MuliOp, scf.ForOp), note))
    assert note.seen == ["arith.addi", "scf.for", "arith.muli", "arith.muli"]
    assert noted(module) == [
        ("test.op", "2:3"),
        ("test.op", "2:3"),
        ("arith.muli", "2:3"),
        ("test.op", "3:3"),
        ("test.op", "4:5"),
        ("arith.muli", "4:5"),
    ]


def test_what_a_pattern_erased_is_not_asked_about():
    """An op within one that was matched before it."""
    module, note = parse(TEXT), Note()
    rewrite_kinds(module, {scf.ForOp: EraseBody(), arith.SubiOp: note, func.ReturnOp: note})
    assert note.seen == ["func.return"]
