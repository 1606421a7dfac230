"""Compiled functions of a module: what `qfin.compile` returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp

from qfin import remarks
from qfin import target as targets
from qfin.dialects.kernel import ProgramOp, StateOp
from qfin.errors import Error
from qfin.functions import select
from qfin.pipeline import is_before, level_of
from qfin.runtime import pool
from qfin.runtime.cache import Cache
from qfin.runtime.code import object_code
from qfin.runtime.function import Function, keep_until_the_end_of
from qfin.runtime.spec import TensorSpec
from qfin.runtime.state import State
from qfin.target import codegen

Array = NDArray[Any]


class _Call(property):
    """A method that, of an instance, is the instance's own function: no Python frame in between."""

    def __call__(
        self,
        program: Program,
        *arrays: Array,
        out: Array | Sequence[Array] | None = None,
        **named: Array,
    ) -> Array | tuple[Array, ...]:
        return program(*arrays, out=out, **named)


class Program:
    """Machine code for one function of a module, or for several that share mutable globals.

        program = qfin.compile("model.mlir")
        logits = program(image)

        program = qfin.compile("on_device.mlir")
        program["quantize_forward"](calibration)
        logits = program["quantized_forward"](image)

    Calls may come from several threads at once: each takes an arena of its own; those of a program
    with mutable globals wait for each other. The GIL is released while machine code runs.
    """

    FUNCTION: ClassVar[type[Function]] = Function
    """What its functions are; tests watch their memory."""

    def __init__(
        self,
        module: ModuleOp,
        function: str | None = None,
        report: Sequence[remarks.Remark] = (),
        threads: int = 1,
        cache: Cache | None = None,
    ):
        """Loads a module of level `buffers` or behind, and uses it up: the function named, else the
        only one, else all that share a state. `threads` are for those of level `buffers`; code
        comes out of `cache` where it can. Raises Error when the module is of another level, or
        when `function` does not name one of its programs; UnsupportedError when the host lacks its
        target."""
        if is_before(module, "buffers"):
            raise Error(
                f"a program is made of level 'buffers' or behind, not of '{level_of(module)}':"
                " qfin.compile takes every level"
            )
        programs = {op.entry.string_value(): op for op in module.ops if isinstance(op, ProgramOp)}
        states = [op for op in module.ops if isinstance(op, StateOp)]
        if function is not None or not states or not programs:
            name = select(list(programs), function)
            programs = {name: programs[name]}
        self._isa = targets.resolve(next(iter(programs.values())).target.data)
        self._object = object_code(module, self._isa, threads, cache)
        self._report = tuple(report)
        self._threads = max(op.threads.value.data for op in programs.values())
        if self._threads > 1:
            pool.load()  # which the code calls
        self._code = codegen.load(self._object.object, self._isa)
        keep_until_the_end_of(self, self._code)
        self._state = State(states[0], programs.values()) if states else None
        self._functions = {
            name: self.FUNCTION(op, self._code, self._state) for name, op in programs.items()
        }
        # What `__call__` is, with no function between: that would be a fifth of a short call.
        self._call = self._only().call if len(programs) == 1 else self._refuse

    @property
    def function_names(self) -> list[str]:
        """The functions that `program[name]` knows."""
        return list(self._functions)

    def __iter__(self) -> Iterator[str]:
        """As a mapping's: the names."""
        return iter(self._functions)

    def __getitem__(self, function: str) -> Function:
        """A function by name. Raises Error when it is not there."""
        return self._functions[select(self.function_names, function)]

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What the only function takes. Raises Error, as all that speaks of the only function,
        when there are several."""
        return self._only().inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What the only function returns."""
        return self._only().outputs

    @property
    def target(self) -> str:
        """The name of the instruction set that the code is for."""
        return self._isa.name

    @property
    def threads(self) -> int:
        """How many threads a call uses at most, the caller's included."""
        return self._threads

    @property
    def llvm_ir(self) -> str:
        """The LLVM IR of the whole program, as text."""
        return self._object.llvm_ir

    @property
    def asm(self) -> str:
        """The assembly of the whole program."""
        return codegen.to_asm(self.llvm_ir, self._isa)

    def report(self) -> str:
        """Which float ops were fused, which were not and why: one line each."""
        return "\n".join(remarks.to_text(remark) for remark in self._report)

    if TYPE_CHECKING:

        def __call__(
            self, *arrays: Array, out: Array | Sequence[Array] | None = None, **named: Array
        ) -> Array | tuple[Array, ...]:
            """Runs the only function on arrays in the order of `inputs`, or by name; see
            `Function`."""
            ...
    else:
        __call__ = _Call(attrgetter("_call"), doc="Runs the only function; see `Function`.")

    def __reduce__(self):
        raise TypeError(
            "a Program holds machine code of this process, and is neither copied nor pickled: keep"
            " the text of its module (qfin.print_module), and compile that again"
        )

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Runs the only function on arrays by name; results by name; see `Function`."""
        return self._only().run(feeds)

    def reset(self) -> None:
        """Gives each mutable global its initial value again."""
        if self._state is not None:
            self._state.reset()

    def _refuse(self, *arrays: Array, **named: object) -> NoReturn:
        select(self.function_names, None)
        raise AssertionError  # as there are several

    def _only(self) -> Function:
        return self._functions[select(self.function_names, None)]
