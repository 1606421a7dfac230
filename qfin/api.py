"""The Python API: parse, finalize, compile, interpret.

program = qfin.compile("model.mlir")
logits = program(image)
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex, cast

from numpy.typing import NDArray
from typing_extensions import TypeVar
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass

from qfin import remarks
from qfin import target as targets
from qfin.errors import Error, InputError, ParseError
from qfin.functions import (
    argument_names,
    has_state,
    isolate,
    public_functions,
    references,
    result_names,
    select,
)
from qfin.ir import parse, verify
from qfin.kernels.parallel import MAX_THREADS
from qfin.passes.finalize.fold_prepack import FoldQuantizedPrepackingOpsPass
from qfin.passes.finalize.freeze_module import FreezeModulePass, named
from qfin.passes.finalize.insert_prepack_unpack import InsertPrepackUnpackPass
from qfin.passes.finalize.on_device_ptq import FinalizeOnDevicePTQPass
from qfin.passes.finalize.pipeline import QuantFinalizePass
from qfin.passes.finalize.quant_fusion import QuantFusionPass
from qfin.passes.finalize.symbols import reachable, symbols
from qfin.pipeline import chosen_target, chosen_threads, is_before, level_of, to_level
from qfin.runtime.cache import Cache, cache_in
from qfin.runtime.program import Program
from qfin.runtime.spec import TensorSpec, match_names, tensor_spec
from qfin.target.cache_directory import default_directory

if TYPE_CHECKING:
    from qfin.interpreter.state import State

Array = NDArray[Any]


Rewritten = TypeVar("Rewritten", bound=ModuleOp | FuncOp, default=ModuleOp)
"""What a pass gives: a function for a function, a module for a module, its text or its path."""


def finalize(
    module: Rewritten | str | Path,
    *,
    quant_type: str = "static",
    preserved_attrs: Sequence[str] = (),
    clear_shapes: bool = False,
    propagate: bool = True,
    on_device: bool = False,
) -> Rewritten:
    """A new module in which quantize/dequantize pairs around float ops are int8 ops.

    `module` is a module, which stays as it is, MLIR text, or the path of a file; or a function:
    then the result is a new function, on its own. `quant_type` is static (parameters are constants)
    or dynamic (inputs are quantized at run time); with `on_device`, dynamic quantizes the inputs of
    linears whose weight alone is quantized, too. Calls are inlined, and globals become constants;
    with `preserved_attrs` the module is frozen as `freeze_module` does, else all its public
    functions stay. `clear_shapes` makes the arguments' dimensions dynamic where all ops let
    them be. `propagate` quantizes results between quantized ops where the text does not, which
    rounds them; see `PropagateQuantizationPass`. `explain` says what was not fused. Raises
    ParseError and VerifyError for bad text and invalid modules, PassError for another `quant_type`,
    for `on_device` with static, for a preserved name that is not there and for recursive calls,
    UnsupportedError for calls of functions of several blocks, InputError for a `quant_type` that is
    no str, `preserved_attrs` that are no list of names, and a function that cannot be on its own,
    as it needs mutable globals.
    """
    _check_quant_type(quant_type)
    names = _names(preserved_attrs)
    if names and isinstance(module, FuncOp):
        names = (module.sym_name.data, *names)
    step = QuantFinalizePass(quant_type, on_device, names, clear_shapes, propagate)
    return _rewritten(module, step)


def finalize_on_device_ptq(
    module: ModuleOp | str | Path, method_name: str = "forward", *, quant_type: str = "dynamic"
) -> ModuleOp:
    """A new module whose `@quantize_<method_name>` packs and stores weights, once, and whose
    `@quantized_<method_name>` computes with them; see `FinalizeOnDevicePTQPass`.

        program = qfin.compile(qfin.finalize_on_device_ptq(module))
        program["quantize_forward"](x)
        y = program["quantized_forward"](x)

    What did not fuse, and why, `qfin.remarks.collect` has; where nothing did, the error says so.

    Raises ParseError and VerifyError for bad text and invalid modules; PassError for a method that
    is not there, for weights that are no globals, and for a `quant_type` that is not dynamic;
    InputError where one of the two is no str.
    """
    for name, value in (("method_name", method_name), ("quant_type", quant_type)):
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"{name} must be a str, not {value!r}")
    return _rewritten_module(module, FinalizeOnDevicePTQPass(method_name, quant_type))


def insert_prepack_unpack(module: Rewritten | str | Path) -> Rewritten:
    """A new module that packs and unpacks each weight; see `InsertPrepackUnpackPass`."""
    return _rewritten(module, InsertPrepackUnpackPass())


def quant_fusion(
    module: Rewritten | str | Path, *, quant_type: str = "static", on_device: bool = False
) -> Rewritten:
    """A new module with int8 ops for what fuses; see `QuantFusionPass` and `finalize`."""
    _check_quant_type(quant_type)
    return _rewritten(module, QuantFusionPass(quant_type, on_device))


def fold_quantized_prepacking_ops(
    module: Rewritten | str | Path, *, globals: bool = False
) -> Rewritten:
    """A new module whose constant weights are packed; see `FoldQuantizedPrepackingOpsPass`.

    With `globals` they are globals of the module, which a function on its own cannot have
    (InputError).
    """
    return _rewritten(module, FoldQuantizedPrepackingOpsPass(globals))


def freeze_module(
    module: Rewritten | str | Path, *, preserved_attrs: Sequence[str] = ()
) -> Rewritten:
    """A new module for inference alone: calls inlined, parameters constants, the rest gone.

    `preserved_attrs` names functions, globals and submodules that stay; see `FreezeModulePass`. Of
    a function, what it calls and loads comes out of its module. Raises qfin.Error as `finalize`
    does.
    """
    names = _names(preserved_attrs)
    if isinstance(module, FuncOp):
        names = (module.sym_name.data, *names)
    return _rewritten(module, FreezeModulePass(names))


def explain(
    module: ModuleOp | FuncOp | str | Path,
    *,
    quant_type: str = "static",
    preserved_attrs: Sequence[str] = (),
    clear_shapes: bool = False,
    propagate: bool = True,
    on_device: bool = False,
) -> list[remarks.Remark]:
    """What `finalize` fuses in a module and what not, each with its place and the reason.

    The options are those of `finalize`, and so is what is raised.
    """
    with remarks.collect() as collected:
        finalize(
            module,
            quant_type=quant_type,
            preserved_attrs=preserved_attrs,
            clear_shapes=clear_shapes,
            propagate=propagate,
            on_device=on_device,
        )
    return collected


def _check_quant_type(quant_type: object) -> None:
    """Raises InputError for what is no str; which there are, the passes say."""
    if not isinstance(quant_type, str):
        raise InputError(f"quant_type must be 'static' or 'dynamic', not {quant_type!r}")


def _names(preserved_attrs: Sequence[str]) -> tuple[str, ...]:
    """The names as a pass takes them. Raises InputError for what is no list of names."""
    if isinstance(preserved_attrs, str):
        raise InputError(
            f"preserved_attrs must be a list of names, not a str: write [{preserved_attrs!r}]"
        )
    if not isinstance(preserved_attrs, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"preserved_attrs must be a list of names, not {preserved_attrs!r}")
    for name in preserved_attrs:
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"preserved_attrs must be a list of names (str), not of {name!r}")
    return tuple(preserved_attrs)


def _rewritten(module: Rewritten | str | Path, step: ModulePass) -> Rewritten:
    if isinstance(module, FuncOp):
        return cast("Rewritten", _rewritten_function(module, step))
    return cast("Rewritten", _rewritten_module(module, step))


def _rewritten_function(function: FuncOp, step: ModulePass) -> FuncOp:
    """The function that `step` makes of a copy of it, beside what it speaks of.

    Raises InputError where the copy would speak of symbols that it leaves behind.
    """
    copy, around = function.clone(), function.parent_op()
    copy.sym_visibility = None  # the passes leave out what nothing public needs
    others: list[Operation] = []
    if isinstance(around, ModuleOp):
        needed = reachable(around, [function.sym_name.data])
        others = [op.clone() for n, op in symbols(around).items() if n in needed and op != function]
    module = ModuleOp([*others, copy])
    module.location = function.location
    verify(module)
    stays = _stays(function, module, step)
    step.apply(Context(), module)
    if lost := sorted(set(references(copy)) - stays):
        raise InputError(
            f"@{function.sym_name.data} cannot be on its own, as it still needs"
            f" {', '.join(f'@{name}' for name in lost)}: pass the module, not the function"
        )
    copy.sym_visibility = function.sym_visibility
    copy.detach()
    return copy


def _stays(function: FuncOp, module: ModuleOp, step: ModulePass) -> set[str]:
    """The symbols that a function may speak of behind a pass: where the pass inlines, those that
    its caller wants preserved, else those that it spoke of before."""
    if not isinstance(step, QuantFinalizePass | FreezeModulePass):
        return set(references(function))
    there = symbols(module)
    return {name for wanted in step.preserved_attrs for name in named(wanted, there)}


def _rewritten_module(module: ModuleOp | str | Path, step: ModulePass) -> ModuleOp:
    verified = _load(module)
    copy = verified.clone() if verified is module else verified
    step.apply(Context(), copy)
    return copy


def compile(
    module: ModuleOp | str | Path,
    *,
    target: str | None = "native",
    threads: SupportsIndex | None = None,
    function: str | None = None,
    cache: bool | str | Path = True,
) -> Program:
    """Machine code for one function of a module, of any level of IR.

    `module` is a module, MLIR text, or the path of a file. `target` is "native" or None, the best
    that this CPU runs, or a name of `qfin.target.TARGETS`. `function` names the function; it can be
    left out when there is only one; what other functions hold does not matter. Left out for a
    module with mutable globals, all its public functions are compiled, and share them. `threads`
    is how many a call may use, the caller's included, for kernels that are worth it: by default
    what QFIN_NUM_THREADS says, else 1. Results do not depend on it. Machine code is kept on disk
    and found again there, in the directory `cache`, by default in what QFIN_CACHE_DIR says, else
    `~/.cache/qfin`; not with False.

    Raises qfin.Error: ParseError and VerifyError for bad text and invalid modules, InputError for a
    file that cannot be read, a number of threads and a cache that is none, UnsupportedError for an
    op that has no machine code and for a target that this CPU lacks, PassError for a pass that
    fails, Error for a module that was lowered before for another target or number of threads.
    """
    target = _target_name(target)
    if threads is not None:
        threads = _thread_count("threads", threads)
    stored = _cache(cache)
    targets.resolve(target)  # a host that cannot run it should hear so at once
    verified = _load(module)
    copy = verified.clone() if verified is module else verified
    with remarks.collect() as report:
        if level_of(copy) != "llvm":
            if function is not None or not has_state(copy):
                isolate(copy, function)
            elif not public_functions(copy):
                select([], None)
        lowered_threads = chosen_threads(copy, threads) or _default_threads()
        chosen_target(copy, target)
        if is_before(copy, "buffers"):
            to_level(copy, "buffers", target)
        return Program(copy, function, report, lowered_threads, stored)


def interpret(
    module: ModuleOp | str | Path,
    inputs: Mapping[str, Array] | Sequence[Array],
    *,
    function: str | None = None,
    state: State | None = None,
) -> dict[str, Array]:
    """The results of a function, by name, computed in numpy op by op: slow, and the reference.

    `inputs` are arrays by name, or in order. Globals are read from and stored to `state`, which is
    for this module alone; without one they start anew at each call.

    Raises qfin.Error as `compile` does; InputError for arrays that do not fit.
    """
    from qfin.interpreter import run

    module = _load(module)
    if not is_before(module, "buffers"):
        raise Error(
            f"the interpreter runs modules of tensors, and this one is of level"
            f" '{level_of(module)}': qfin.compile runs every level"
        )
    specs, outputs = _signature(module, function)
    names = [f.sym_name.data for f in public_functions(module)]
    results = run(module, select(names, function), match_names(specs, inputs), state)
    return dict(zip((spec.name for spec in outputs), results, strict=True))


def signature(
    module: ModuleOp | str | Path, function: str | None = None
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """What a function of a module of tensors takes and gives. `module` is a module, MLIR text, or
    the path of a file. Raises qfin.Error as `compile`."""
    return _signature(_load(module), function)


def _signature(
    module: ModuleOp, function: str | None
) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    functions = {f.sym_name.data: f for f in public_functions(module)}
    chosen = functions[select(list(functions), function)]
    inputs = zip(argument_names(chosen), chosen.function_type.inputs, strict=True)
    outputs = zip(result_names(chosen), chosen.function_type.outputs, strict=True)
    return (
        tuple(tensor_spec(name, type) for name, type in inputs),
        tuple(tensor_spec(name, type) for name, type in outputs),
    )


_LIKE_A_PATH = re.compile(r"[^\s()<>{}\"%@=]+")


def _load(source: ModuleOp | str | Path) -> ModuleOp:
    """The verified module. Raises qfin.Error as `compile` does."""
    if isinstance(source, ModuleOp):
        verify(source)
        return source
    if not isinstance(source, str | Path):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"expected a module, MLIR text or a path, not {type(source).__name__}")
    try:
        return parse(source)
    except OSError as e:
        raise InputError(f"{e.filename or source}: {e.strerror or e}") from e
    except ParseError as e:
        if isinstance(source, Path) or not _LIKE_A_PATH.fullmatch(source):
            raise
        if source.endswith(".mlir"):
            raise  # there is such a file
        raise ParseError(
            f"'{source}' is taken for MLIR text, as it does not end in .mlir: no such file?\n{e}"
        ) from e


def _cache(given: bool | str | Path) -> Cache | None:
    if not isinstance(given, bool | str | Path):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(f"cache must be True, False or a directory, not {given!r}")
    if given is False:
        return None
    if given == "":
        raise InputError("cache must be True, False or a directory, not '' (which is '.')")
    return cache_in(default_directory() if given is True else Path(given))


def _target_name(target: object) -> str:
    if target is None:
        return "native"
    if not isinstance(target, str):
        raise InputError(f"target must be a name, as 'native' or 'avx2', not {target!r}")
    return target


def _default_threads() -> int:
    given = os.environ.get("QFIN_NUM_THREADS", "")
    if not given:
        return 1
    return _thread_count("QFIN_NUM_THREADS", int(given) if given.isdecimal() else given)


def _thread_count(name: str, threads: SupportsIndex | str) -> int:
    """The number that any kind of int stands for. Raises InputError for what is none, and for one
    that the pool has no room for."""
    count = 0
    if isinstance(threads, SupportsIndex) and not isinstance(threads, bool):
        count = index(threads)
    if count < 1:
        raise InputError(f"{name} must be an int of at least 1, not {threads!r}")
    if count > MAX_THREADS:
        raise InputError(f"{name} must be at most {MAX_THREADS}, not {threads}")
    return count
