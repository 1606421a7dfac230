"""The one way in which our passes apply patterns, so that new ops never lack a location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from typing_extensions import override
from xdsl.context import Context
from xdsl.dialects.builtin import UNKNOWN_LOC, LocationAttr, ModuleOp, UnknownLoc
from xdsl.ir import Operation
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriterListener,
    PatternRewriteWalker,
    RewritePattern,
)
from xdsl.rewriter import InsertPoint

from qfin.locations import inherit


@dataclass(eq=False, repr=False)
class _Located(RewritePattern):
    """Runs a pattern, and gives what it inserts the location of the op that it matched."""

    pattern: RewritePattern
    location: LocationAttr = UNKNOWN_LOC

    @override
    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        # Taken now: a pattern may have erased `op` by the time it inserts.
        self.location = op.location
        self.pattern.match_and_rewrite(op, rewriter)

    def inserted(self, op: Operation) -> None:
        inherit(op, self.location)


def rewrite(
    module: ModuleOp,
    patterns: RewritePattern | Sequence[RewritePattern],
    *,
    recursive: bool = True,
    dce: bool = True,
    reverse: bool = False,
    fold: Context | None = None,
) -> bool:
    """
    Apply `patterns` to every op inside `module`, in place, the first that matches winning; True if
    anything changed. An op that a pattern inserts with an unknown location, and any such op inside
    it, takes the location of the op matched; set a location (`qfin.locations.fuse`) to overrule.

    `recursive`: go on, over new ops as well, until nothing changes. `dce`: erase ops without uses
    and effects on the way. `reverse`: last op first. `fold`: a context to materialise constants
    in; also runs the ops' own folders.
    """
    chosen = [patterns] if isinstance(patterns, RewritePattern) else list(patterns)
    located = _Located(
        GreedyRewritePatternApplier(
            chosen, ctx=fold, folding_enabled=fold is not None, dce_enabled=dce
        )
    )
    walker = PatternRewriteWalker(
        located,
        apply_recursively=recursive,
        walk_reverse=reverse,
        listener=PatternRewriterListener(operation_insertion_handler=[located.inserted]),
    )
    return walker.rewrite_module(module)


def rewrite_kinds(module: ModuleOp, patterns: Mapping[type[Operation], RewritePattern]) -> None:
    """
    Apply to each op inside `module`, in place, outer ops first, the pattern of its class, if there
    is one; then to what patterns inserted. An op that is inserted with an unknown location takes
    that of the op matched; what lies inside it keeps its own.

    For lowerings of large functions: one walk, and no pattern is asked about ops of other classes.
    """
    work: list[Operation] = []
    location: LocationAttr = UNKNOWN_LOC

    # Not `Operation.walk`, whose generators inside each other take longer than all else here.
    def gather(around: Operation) -> None:
        for region in around.regions:
            for block in region.blocks:
                for op in block.ops:
                    if type(op) in patterns:
                        work.append(op)
                    if op.regions:
                        gather(op)

    def inserted(op: Operation) -> None:
        if isinstance(op.location, UnknownLoc):
            op.location = location
        if type(op) in patterns:
            work.append(op)

    gather(module)
    rewriter = PatternRewriter(InsertPoint.at_end(module.body.block))
    rewriter.operation_insertion_handler = [inserted]
    for op in work:  # which grows
        if op.parent is not None:  # else a pattern before erased it
            location = op.location
            rewriter.insertion_point = InsertPoint.before(op)
            patterns[type(op)].match_and_rewrite(op, rewriter)
