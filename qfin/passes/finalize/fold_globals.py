"""`fold-globals`: one function for each public one, without calls and loads of constants."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import PatternRewriter, RewritePattern

from qfin.dialects.global_values import constant_ops
from qfin.dialects.ml_program import GlobalLoadConstOp, GlobalLoadOp, global_of
from qfin.functions import public_functions
from qfin.locations import fuse
from qfin.passes.finalize.inlining import inline_calls
from qfin.passes.finalize.symbols import keep_only
from qfin.passes.rewriting import rewrite


@dataclass(frozen=True)
class FoldGlobalLoad(RewritePattern):
    """A load of a global that never changes is a constant; not of those named `kept`.

    Before:

        ml_program.global private @w(dense<[1, 2]> : tensor<2xi8>) : tensor<2x!qw>
        %w = ml_program.global_load_const @w : tensor<2x!qw>

    After:

        %c = arith.constant dense<[1, 2]> : tensor<2xi8>
        %w = quant.scast %c : tensor<2xi8> to tensor<2x!qw>

    A `!quant.packed` becomes a `quant.packed_constant`.
    """

    kept: Container[str] = ()

    def match_and_rewrite(self, op: object, rewriter: PatternRewriter, /) -> None:
        if not isinstance(op, GlobalLoadOp | GlobalLoadConstOp):
            return
        found = global_of(op, op.symbol)
        if found is None or found.is_mutable is not None or found.sym_name.data in self.kept:
            return
        if constants := constant_ops(found.value, found.type):
            for constant in constants:
                constant.location = fuse(found.location, op.location)
            rewriter.replace(op, constants)


def fold_globals(
    module: ModuleOp, roots: Iterable[str], pass_name: str, kept: Container[str] = ()
) -> None:
    """Inlines calls in the functions called `roots`, folds loads of constants but of those named
    `kept`, and erases what the roots do not need.

    Raises PassError and UnsupportedError for calls that cannot be inlined.
    """
    roots = list(roots)
    inline_calls(module, roots)
    keep_only(module, roots, pass_name)
    rewrite(module, FoldGlobalLoad(kept), dce=False)
    keep_only(module, roots, pass_name)


class FoldGlobalsPass(ModulePass):
    """Inline calls, and turn loads of immutable globals into constants; mutable ones stay.

    What the public functions do not need goes.
    """

    name = "fold-globals"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        roots = [function.sym_name.data for function in public_functions(op)]
        fold_globals(op, roots, self.name)
