"""Locations: given by the parser, kept through printing, fused, shown, carried by patterns."""

from __future__ import annotations

from io import StringIO

import pytest
from typing_extensions import override
from xdsl.context import Context
from xdsl.dialects import arith, get_all_dialects, scf
from xdsl.dialects.builtin import (
    ArrayAttr,
    FileLineColLoc,
    FusedLoc,
    IntAttr,
    ModuleOp,
    NameLoc,
    NoneAttr,
    StringAttr,
    UnknownLoc,
    i32,
)
from xdsl.ir import Block, Operation, Region
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern
from xdsl.printer import Printer

from qfin.locations import LocatedParser, fuse, inherit, is_unknown, location_text
from qfin.passes.rewriting import rewrite

TEXT = """\
func.func @main(%x: i32, %n: index) -> i32 {
  %c0, %c1 =
    "test.op"() : () -> (index, index)
  %c = arith.constant 1 : index loc(unknown)
  scf.for %i = %c to %n step %c {
    %named = arith.addi %i, %i : index loc("layer1"("a.py":3:4))
    %fused = arith.addi %i, %i : index loc(fused["a", "b.py":1:2])
    %called = arith.addi %i, %i : index loc(callsite("a" at "b"))
  }
  func.return %x : i32
}
"""


def at(line: int, column: int, file: str = "m.mlir") -> FileLineColLoc:
    return FileLineColLoc(StringAttr(file), IntAttr(line), IntAttr(column))


def named(name: str) -> NameLoc:
    return NameLoc(StringAttr(name), NoneAttr())


@pytest.fixture
def context() -> Context:
    context = Context()
    for name, getter in get_all_dialects().items():
        context.register_dialect(name, getter)
    return context


def parse(context: Context, text: str, **options: int) -> ModuleOp:
    return LocatedParser(context, text, "m.mlir", **options).parse_module()


def test_every_op_gets_the_place_where_its_text_starts(context: Context):
    shown = [(op.name, location_text(op.location)) for op in parse(context, TEXT).walk()]
    assert shown == [
        ("builtin.module", "m.mlir:1:1"),
        ("func.func", "m.mlir:1:1"),
        ("test.op", "m.mlir:2:3"),  # at its results
        ("arith.constant", "m.mlir:4:3"),  # unknown, though explicitly so
        ("scf.for", "m.mlir:5:3"),
        ("arith.addi", "layer1 (a.py:3:4)"),
        ("arith.addi", "a, b.py:1:2"),
        ("arith.addi", "a called from b"),
        ("scf.yield", "m.mlir:5:3"),  # implied by the text
        ("func.return", "m.mlir:10:3"),
    ]


def test_a_piece_of_a_file_counts_lines_from_the_start_of_the_file(context: Context):
    module = parse(context, "\n  %c = arith.constant 1 : i32", line_offset=7)
    assert location_text(module.body.block.first_op.location) == "m.mlir:9:3"  # pyright: ignore


@pytest.mark.parametrize("generic", [False, True])
def test_what_is_printed_with_locations_parses_back_the_same(context: Context, generic: bool):
    module = parse(context, TEXT)
    stream = StringIO()
    Printer(stream=stream, print_debuginfo=True, print_generic_format=generic).print_op(module)
    again = LocatedParser(context, stream.getvalue(), "other.mlir").parse_module()
    assert again.is_structurally_equivalent(module)
    assert [op.location for op in again.walk()] == [op.location for op in module.walk()]


def test_fuse_keeps_order_and_drops_what_says_nothing():
    a, b, c = at(1, 1), at(2, 2), named("c")
    assert fuse() == UnknownLoc()
    assert fuse(UnknownLoc()) == UnknownLoc()
    assert fuse(UnknownLoc(), a, a) == a
    assert fuse(b, fuse(a, c), b) == FusedLoc((b, a, c), NoneAttr())
    assert location_text(fuse(b, a, c)) == "m.mlir:2:2, m.mlir:1:1, c"


def test_is_unknown():
    assert is_unknown(UnknownLoc())
    assert is_unknown(FusedLoc(ArrayAttr([UnknownLoc()]), NoneAttr()))
    assert not is_unknown(at(1, 1))
    assert not is_unknown(named("c"))
    assert location_text(UnknownLoc()) == "<unknown>"


def test_inherit_fills_only_the_unknown():
    inner = arith.ConstantOp.from_int_and_width(1, i32)
    kept = arith.ConstantOp.from_int_and_width(2, i32)
    kept.location = at(9, 9)
    outer = scf.ExecuteRegionOp([], Region(Block([inner, kept, scf.YieldOp()])))
    inherit(outer, at(1, 2))
    assert [location_text(op.location) for op in outer.walk()] == [
        "m.mlir:1:2",
        "m.mlir:1:2",
        "m.mlir:9:9",
        "m.mlir:1:2",
    ]


class AddToMul(RewritePattern):
    """addi becomes two muli, the second of which has a location of its own."""

    @op_type_rewrite_pattern
    @override
    def match_and_rewrite(self, op: arith.AddiOp, rewriter: PatternRewriter, /):
        first = arith.MuliOp(op.lhs, op.rhs)
        second = arith.MuliOp(first.result, op.rhs)
        second.location = named("mine")
        rewriter.replace(op, [first, second])


def test_patterns_give_new_ops_the_location_of_the_op_matched(context: Context):
    module = parse(context, TEXT)
    before = [op.location for op in module.walk() if isinstance(op, arith.AddiOp)]
    assert rewrite(module, AddToMul(), dce=False)
    after = [op.location for op in module.walk() if isinstance(op, arith.MuliOp)]
    assert after[::2] == before
    assert set(after[1::2]) == {named("mine")}
    assert not rewrite(module, AddToMul(), dce=False)


def test_rewrite_without_recursion_leaves_what_it_makes(context: Context):
    class Again(RewritePattern):
        @override
        def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter, /):
            if isinstance(op, arith.ConstantOp):
                rewriter.replace(op, arith.ConstantOp(op.value))

    module = parse(context, "%c = arith.constant 1 : i32")
    assert rewrite(module, [Again()], recursive=False, dce=False)
    assert [location_text(op.location) for op in module.ops] == ["m.mlir:1:1"]
