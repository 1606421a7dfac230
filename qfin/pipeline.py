"""The levels of IR, and the passes that lead from each to the next.

    qdq -> fused -> laid-out -> buffers -> kernels -> llvm

`qfin.compile` runs exactly these pipelines, so the same steps as separate processes joined by
files give the same program.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import MemRefType, ModuleOp, StringAttr
from xdsl.dialects.func import FuncOp
from xdsl.passes import ModulePass, PassPipeline

from qfin.blame import verify_after
from qfin.dialects.kernel import ProgramOp
from qfin.errors import Error, PassError
from qfin.ir import error_text
from qfin.passes import FINALIZED_ATTR, get_all_passes
from qfin.passes.lower.assign_layout import TARGET_ATTR

LEVELS: dict[str, str] = {
    "qdq": "",
    "fused": "quant-finalize",
    "laid-out": "fold-globals,assign-layout{{target={target}}}",
    "buffers": "plan-buffers,choose-tiles",
    "kernels": "lower-to-kernels{{threads={threads}}}",
    "llvm": "convert-kernels-to-llvm",
}
"""Each level, and the passes that make it of the one before."""


def level_of(module: ModuleOp) -> str:
    """The level that a module stands at, as far as can be seen: `qdq` and `fused` look alike,
    unless finalize left its mark."""
    if TARGET_ATTR in module.attributes:
        return "laid-out"
    if not any(isinstance(op, ProgramOp) for op in module.ops):
        return "fused" if FINALIZED_ATTR in module.attributes else "qdq"
    functions = [op for op in module.ops if isinstance(op, FuncOp)]
    if not functions:
        return "llvm"
    on_buffers = any(isinstance(t, MemRefType) for f in functions for t in f.function_type.inputs)
    return "buffers" if on_buffers else "kernels"


def target_of(module: ModuleOp) -> str | None:
    """The target that a module is lowered for; None where it is for none yet."""
    if isinstance(chosen := module.attributes.get(TARGET_ATTR), StringAttr):
        return chosen.data
    return next((op.target.data for op in module.ops if isinstance(op, ProgramOp)), None)


def chosen_target(module: ModuleOp, wanted: str = "native") -> str:
    """The target that the code of `module` is for: that of the module, or else `wanted`.

    Raises Error when the two contradict each other; "native" takes what is there.
    """
    lowered_for = target_of(module)
    if lowered_for is not None and wanted not in ("native", lowered_for):
        raise Error(f"the module is lowered for {lowered_for} already, not for {wanted}")
    return lowered_for or wanted


def chosen_threads(module: ModuleOp, wanted: int | None) -> int | None:
    """How many threads the programs of `module` use: as they were lowered, or else `wanted`.

    Raises Error when the two contradict each other; None takes what is there.
    """
    if level_of(module) not in ("kernels", "llvm"):
        return wanted
    programs = [op for op in module.ops if isinstance(op, ProgramOp)]
    lowered_for = max((op.threads.value.data for op in programs), default=wanted)
    if wanted not in (None, lowered_for):
        raise Error(f"the module is lowered for threads={lowered_for} already, not for {wanted}")
    return lowered_for


def pipeline_to(start: str, level: str, target: str, threads: int = 1) -> str:
    """The pipeline, in the syntax of `qfin-opt -p`, from level `start` to `level`.

    Raises Error for an unknown level or one that lies before `start`.
    """
    names = list(LEVELS)
    if level not in names:
        raise Error(f"'{level}' is not a level of IR (levels: {', '.join(names)})")
    first, last = names.index(start), names.index(level)
    if last < first:
        raise Error(f"the module is at level '{start}' already, behind '{level}'")
    steps = [LEVELS[name] for name in names[first + 1 : last + 1]]
    return ",".join(step.format(target=f'"{target}"', threads=threads) for step in steps)


def is_before(module: ModuleOp, level: str) -> bool:
    """Whether the module has yet to come to `level`."""
    names = list(LEVELS)
    return names.index(level_of(module)) < names.index(level)


def to_level(
    module: ModuleOp,
    level: str,
    target: str = "native",
    threads: int = 1,
    *,
    verify_code: bool = True,
) -> ModuleOp:
    """Brings `module` to `level`, in place, from whatever level it is at; returns it.

    `threads` is for the step to level `kernels`; a module that is behind it stays as it is. Without
    `verify_code`, levels `kernels` and `llvm` are not verified: that takes a third of the time of
    these steps, and what is compiled next LLVM verifies anyway.

    Raises the errors of the passes on the way, VerifyError for a pass that leaves invalid IR
    behind, and Error as `pipeline_to` and `chosen_target` do.
    """
    spec = pipeline_to(level_of(module), level, chosen_target(module, target), threads)
    for step in PassPipeline.parse_spec(get_all_passes(), spec).passes if spec else ():
        _apply(step, module)
        if verify_code or is_before(module, "kernels"):
            verify_after(step.name, module)
    return module


def _apply(step: ModulePass, module: ModuleOp) -> None:
    try:
        step.apply(Context(), module)
    except Exception as e:
        # Other errors of ours are about an op or the target: they say all there is to say.
        if isinstance(e, Error) and not isinstance(e, PassError):
            raise
        raise PassError(f"pass '{step.name}' failed: {error_text(e)}") from e
