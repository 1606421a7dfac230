"""From a module in the llvm dialect to machine code: LLVM IR text, assembly, objects, loaded
functions.

LLVM's module pass pipeline is left out on purpose: it breaks the kernels' register tiles (a 7x4
tile goes from 3 spills to 67) and costs more time than code generation. Threads may call everything
here at the same time: llvmlite holds a lock around each call into LLVM.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from qfin.errors import Error
from qfin.target.permission import request_matrices

if TYPE_CHECKING:
    from xdsl.dialects.builtin import ModuleOp

    from qfin.target.isa import Isa

TRIPLE = "x86_64-unknown-linux-gnu"

_CODEGEN_LEVEL = 2


def to_llvm_ir(module: ModuleOp, isa: Isa) -> str:
    """LLVM IR text of a module of `llvm.func` and `llvm.global` ops.

    Raises `Error` when the module holds an op that xDSL's LLVM backend does not know.
    """
    from xdsl.utils.exceptions import LLVMTranslationException

    from qfin.target.translation import translate

    try:
        return str(translate(module, TRIPLE))
    except (NotImplementedError, LLVMTranslationException) as e:
        raise Error(f"cannot translate to LLVM IR for {isa.name}: {e}") from e


def to_asm(ir_text: str, isa: Isa) -> str:
    """Assembly text of LLVM IR text."""
    return _machine(isa).emit_assembly(_parse(ir_text))


def to_object(ir_text: str, isa: Isa) -> bytes:
    """A relocatable ELF object of LLVM IR text."""
    return _machine(isa).emit_object(_parse(ir_text))


_LENGTH_BYTES = 8


@dataclass(frozen=True)
class ObjectCode:
    """An object, and the LLVM IR that it was made of, compressed."""

    object: bytes
    packed_ir: bytes

    @classmethod
    def of(cls, ir_text: str, isa: Isa) -> ObjectCode:
        """What LLVM makes of LLVM IR text. Raises `Error` when LLVM refuses it."""
        return cls(to_object(ir_text, isa), zlib.compress(ir_text.encode(), 1))

    @classmethod
    def from_bytes(cls, data: bytes) -> ObjectCode:
        """Of what `to_bytes` made."""
        rest = data[_LENGTH_BYTES:]
        length = int.from_bytes(data[:_LENGTH_BYTES], "little")
        return cls(rest[:length], rest[length:])

    def to_bytes(self) -> bytes:
        """Both, one after the other."""
        return len(self.object).to_bytes(_LENGTH_BYTES, "little") + self.object + self.packed_ir

    @property
    def llvm_ir(self) -> str:
        """The LLVM IR text."""
        return zlib.decompress(self.packed_ir).decode()


def version_text(isa: Isa) -> str:
    """What but the IR decides on an object: the CPU, the options, the versions."""
    import llvmlite
    from llvmlite import binding

    llvm = ".".join(map(str, binding.llvm_version_info))
    return f"{isa} {TRIPLE} O{_CODEGEN_LEVEL} llvmlite {llvmlite.__version__} LLVM {llvm}"


class LoadedCode:
    """Machine code in memory; its functions' addresses are good while this object lives."""

    def __init__(self, engine: Any):
        self._engine = engine

    def function(self, name: str) -> int:
        """The address of the function `name`. Raises `Error` if there is none of that name."""
        address = self._engine.get_function_address(name)
        if not address:
            raise Error(f"the machine code holds no function '{name}'")
        return address


def load(code: str | bytes, isa: Isa) -> LoadedCode:
    """LLVM IR text, or an object that `to_object` made, as runnable code.

    The caller has checked (`qfin.target.resolve`) that the host can run `isa`. Raises
    `UnsupportedError` where the operating system does not let it.
    """
    from llvmlite import binding

    if isa.has_matrices:
        request_matrices()
    machine = _new_machine(isa)
    data = to_object(code, isa) if isinstance(code, str) else code
    # The engine takes ownership of the machine, hence a new one for each.
    # Its module is of the global context: one of its own may be collected before the engine is.
    carrier = binding.parse_assembly(f'target triple = "{TRIPLE}"')
    engine = binding.create_mcjit_compiler(carrier, machine)
    engine.add_object_file(binding.ObjectFileRef.from_data(data))
    engine.finalize_object()
    return LoadedCode(engine)


def define_symbol(name: str, address: int) -> None:
    """What code that is loaded from now on means by `name`, where it is external."""
    from llvmlite import binding

    binding.add_symbol(name, address)


@cache
def _initialize() -> None:
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()


def _new_machine(isa: Isa) -> Any:
    from llvmlite import binding

    _initialize()
    target = binding.Target.from_triple(TRIPLE)
    return target.create_target_machine(
        cpu=isa.cpu, features=isa.features, opt=_CODEGEN_LEVEL, reloc="pic", codemodel="small"
    )


@cache
def _machine(isa: Isa) -> Any:
    return _new_machine(isa)


def _parse(ir_text: str) -> Any:
    from llvmlite import binding

    _initialize()
    try:
        # A context of its own, so that types and constants go when the module goes.
        module = binding.parse_assembly(ir_text, binding.create_context())
        module.verify()
    except RuntimeError as e:
        raise Error(f"LLVM refuses the IR: {e}") from e
    return module
