"""The levels of IR, and the passes that lead from each to the next.

    qdq -> fused -> laid-out -> buffers -> kernels -> llvm

`qfin.compile` runs exactly these pipelines, so the same steps as separate processes joined by
files give the same program.
"""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import PassPipeline

from qfin.dialects.kernel import ProgramOp
from qfin.errors import Error
from qfin.passes import get_all_passes
from qfin.passes.lower.assign_layout import TARGET_ATTR

LEVELS: dict[str, str] = {
    "qdq": "",
    "fused": "quant-finalize",
    "laid-out": "assign-layout{{target={target}}}",
    "buffers": "plan-buffers",
    "kernels": "lower-to-kernels",
    "llvm": "convert-kernels-to-llvm",
}
"""Each level, and the pass that makes it of the one before."""


def level_of(module: ModuleOp) -> str:
    """The level that a module stands at, as far as can be seen; `qdq` and `fused` look alike."""
    if TARGET_ATTR in module.attributes:
        return "laid-out"
    if not any(isinstance(op, ProgramOp) for op in module.ops):
        return "qdq"
    names = {op.name for op in module.walk()}
    if any(name.startswith("kernel.") and name != ProgramOp.name for name in names):
        return "buffers"
    return "kernels" if "func.func" in names else "llvm"


def pipeline_to(start: str, level: str, target: str) -> str:
    """The pipeline, in the syntax of `qfin-opt -p`, from level `start` to `level`.

    Raises Error for an unknown level or one that lies before `start`.
    """
    names = list(LEVELS)
    if level not in names:
        raise Error(f"'{level}' is not a level of IR (levels: {', '.join(names)})")
    first, last = names.index(start), names.index(level)
    if last < first:
        raise Error(f"the module is at level '{start}' already, behind '{level}'")
    passes = [LEVELS[name].format(target=f'"{target}"') for name in names[first + 1 : last + 1]]
    return ",".join(passes)


def to_level(module: ModuleOp, level: str, target: str = "native") -> ModuleOp:
    """Brings `module` to `level`, in place, from whatever level it is at; returns it.

    Raises the errors of the passes on the way, and Error as `pipeline_to` does.
    """
    spec = pipeline_to(level_of(module), level, target)
    if spec:
        PassPipeline.parse_spec(get_all_passes(), spec).apply(Context(), module)
    return module
