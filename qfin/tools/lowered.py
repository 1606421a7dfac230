"""A module of any level as one of the llvm dialect alone, ready for translation."""

from __future__ import annotations

from xdsl.dialects.builtin import ModuleOp

from qfin import target as targets
from qfin.dialects.kernel import ProgramOp, StateOp
from qfin.pipeline import chosen_target, to_level
from qfin.runtime.code import take_code
from qfin.target.isa import Isa


def to_llvm_dialect(module: ModuleOp, target: str | None) -> tuple[ModuleOp, Isa]:
    """
    The module lowered in place where it is not in the llvm dialect yet, without the ops that only
    describe its programs; and the instruction set that its code is for.

    Any known target will do, whether or not this host can run it; None is the one that the module
    was lowered for, else this host's best. Raises `Error` when the two contradict each other.
    """
    name = chosen_target(module, target or "native")
    isa = targets.resolve(name) if name == "native" else targets.lookup(name)
    if not _is_llvm(module):
        to_level(module, "llvm", isa.name)
    return take_code(module), isa


def _is_llvm(module: ModuleOp) -> bool:
    return all(
        isinstance(op, ProgramOp | StateOp) or op.name.startswith("llvm.") for op in module.ops
    )
