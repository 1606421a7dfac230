"""What a CPU can do, and the way from the llvm dialect to machine code.

`TARGETS` holds the instruction sets we generate for, best first. Looking one up imports no
llvmlite: only questions about the host do.
"""

from __future__ import annotations

import difflib
import platform
from functools import cache

from qfin.errors import Error, UnsupportedError
from qfin.target.amx_int8 import AMX_INT8
from qfin.target.avx2 import AVX2
from qfin.target.avx512 import AVX512
from qfin.target.avx512_vbmi import AVX512_VBMI
from qfin.target.avx512_vnni import AVX512_VNNI
from qfin.target.avx_vnni import AVX_VNNI
from qfin.target.isa import Isa

TARGETS: dict[str, Isa] = {
    isa.name: isa for isa in (AVX512_VBMI, AVX512_VNNI, AVX_VNNI, AVX512, AVX2, AMX_INT8)
}
"""Every target by name, best first; last what never ran on hardware, so that "native" is not it."""


def host_is_x86() -> bool:
    """Whether this machine can run x86-64 code at all."""
    return platform.machine().lower() in ("x86_64", "amd64")


@cache
def _host_features() -> frozenset[str]:
    from llvmlite import binding

    return frozenset(name for name, present in binding.get_host_cpu_features().items() if present)


def missing_features(isa: Isa) -> tuple[str, ...]:
    """The CPU features that `isa` needs and this host lacks."""
    if not host_is_x86():
        return isa.required
    return tuple(feature for feature in isa.required if feature not in _host_features())


def host_target_names() -> tuple[str, ...]:
    """The targets that this host can run, best first; empty on a host that is not x86-64."""
    return tuple(name for name, isa in TARGETS.items() if not missing_features(isa))


def lookup(name: str) -> Isa:
    """The target of that name, whether or not this host can run it.

    Raises `Error` for a name that is none of `TARGETS`.
    """
    if isa := TARGETS.get(name):
        return isa
    near = difflib.get_close_matches(name, TARGETS, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise Error(f"unknown target '{name}': known are native, {', '.join(TARGETS)}{hint}")


def resolve(name: str) -> Isa:
    """The target to run on this host: `name`, or the best one for "native".

    Raises `UnsupportedError` if this host cannot run it, `Error` for an unknown name.
    """
    isa = None if name == "native" else lookup(name)
    if not host_is_x86():
        raise UnsupportedError(
            f"this machine is {platform.machine()}: qfin makes code for x86-64 only "
            "(reading, passes and the interpreter work here)"
        )
    if isa is None:
        return _best()
    if missing := missing_features(isa):
        raise UnsupportedError(
            f"target '{name}' needs CPU features that this machine lacks: {', '.join(missing)}; "
            f"it can run: {', '.join(host_target_names()) or 'none of our targets'}"
        )
    return isa


def _best() -> Isa:
    names = host_target_names()
    if not names:
        raise UnsupportedError(
            f"this CPU runs none of our targets; the least, avx2, lacks: "
            f"{', '.join(missing_features(AVX2))}"
        )
    return TARGETS[names[0]]
