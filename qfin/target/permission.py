"""What the operating system gives only to those who ask: room for AMX matrices in the state of a
process."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

from qfin.errors import UnsupportedError

# arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA): Documentation/arch/x86/xstate.rst of Linux.
_ARCH_PRCTL = 158
_ARCH_REQ_XCOMP_PERM = 0x1023
_XFEATURE_XTILEDATA = 18


@cache
def request_matrices() -> None:
    """Ask once, for all threads of this process. Raises `UnsupportedError` where it is refused."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(_ARCH_PRCTL, _ARCH_REQ_XCOMP_PERM, _XFEATURE_XTILEDATA):
        raise UnsupportedError(
            "Linux gives this process no permission to use AMX"
            f" ({os.strerror(ctypes.get_errno())}): take target avx512-vnni"
        )
