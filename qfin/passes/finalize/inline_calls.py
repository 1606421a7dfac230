"""`inline-calls`: what PyTorch's callers of `Finalize` have done before it.

Fusions look within one function, and at constants; so a function is made whole first, and what it
loads is marked as constant. Nothing is frozen yet: each parameter is still a global, and a load.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern, op_type_rewrite_pattern

from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, global_of
from qfin.passes.finalize.freeze_module import methods_of, public_names
from qfin.passes.finalize.inlining import inline_calls
from qfin.passes.finalize.symbols import keep_only
from qfin.passes.rewriting import rewrite


@dataclass(frozen=True)
class LoadConst(RewritePattern):
    """A load of a global that never changes says so; not of those named `kept`.

    Before:

        ml_program.global private @w(dense<1.0> : tensor<2xf32>) : tensor<2xf32>
        %w = ml_program.global_load @w : tensor<2xf32>

    After:

        %w = ml_program.global_load_const @w : tensor<2xf32>
    """

    kept: Container[str] = ()

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: GlobalLoadOp, rewriter: PatternRewriter, /) -> None:
        found = global_of(op, op.symbol)
        if found is None or found.is_mutable is not None or found.sym_name.data in self.kept:
            return
        rewriter.replace(op, GlobalLoadConstOp(op.symbol, op.result.type))


@dataclass(frozen=True)
class InlineCallsPass(ModulePass):
    """Inline calls in the functions that stay, and mark loads of what never changes.

    The functions that stay are those of `freeze-module` where `preserved_attrs` names anything,
    else all public ones; what is not needed for them goes. Loads of immutable globals become
    `global_load_const`, which other passes read as the constants that freezing makes of them; not
    those of a preserved global, which may be another when it is loaded, as in PyTorch. Raises as
    `freeze-module` does, and PassError where no function would stay, as all are private.
    """

    name = "inline-calls"

    preserved_attrs: tuple[str, ...] = ()

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        kept: set[str] = set()
        if self.preserved_attrs:
            methods, kept = methods_of(op, self.preserved_attrs)
        else:
            methods = public_names(op)
        inline_calls(op, methods)
        keep_only(op, [*methods, *sorted(kept)], self.name)
        rewrite(op, LoadConst(kept), dce=False)
