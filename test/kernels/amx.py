"""AMX in software, after the pseudocode of Intel's manual: code for the target `amx-int8` runs on
any CPU, its matrix instructions as calls of what is here."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.target import TARGETS
from qfin.target.codegen import define_symbol

EMULATED = replace(
    TARGETS["amx-int8"],
    features=TARGETS["avx512-vnni"].features,
    required=TARGETS["avx512-vnni"].required,
)

_INTRINSIC = re.compile(r"llvm\.x86\.(ldtilecfg|tile\w+|tdpbusd)")
_ROWS, _ROW_BYTES, _REGISTERS = 16, 64, 8


class Amx:
    """The state of one thread. Wrong use raises, as the CPU would, or is counted."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] | None = None
        self.tiles = np.zeros((_REGISTERS, _ROWS, _ROW_BYTES), np.uint8)
        self.faults: list[str] = []
        self.products = 0

    def ldtilecfg(self, at: int) -> None:
        config = ctypes.string_at(at, 64)
        if config[0] != 1 or config[1] or any(config[2:16]):
            self.faults.append(f"palette {config[0]}, start row {config[1]}")
        if any(config[32:48]) or any(config[56:64]):
            self.faults.append("shapes of registers that there are not")
        sizes = [int.from_bytes(config[16 + 2 * n : 18 + 2 * n], "little") for n in range(8)]
        self.shapes = list(zip(config[48:56], sizes, strict=True))
        if any(rows > _ROWS or size > _ROW_BYTES for rows, size in self.shapes):
            self.faults.append(f"shapes {self.shapes}")
        self.tiles[:] = 0

    def tilerelease(self) -> None:
        self.shapes = None

    def tilezero(self, tile: int) -> None:
        self._shape(tile)
        self.tiles[tile] = 0

    def tileloadd64(self, tile: int, at: int, stride: int) -> None:
        rows, size = self._shape(tile)
        self.tiles[tile] = 0
        for row in range(rows):
            self.tiles[tile, row, :size] = list(ctypes.string_at(at + row * stride, size))

    def tilestored64(self, tile: int, at: int, stride: int) -> None:
        rows, size = self._shape(tile)
        for row in range(rows):
            ctypes.memmove(at + row * stride, self.tiles[tile, row].tobytes(), size)

    def tdpbusd(self, sums: int, left: int, right: int) -> None:
        """Unsigned bytes of `left` with signed ones of `right`, four neighbours to a sum."""
        (m, n), (rows, k), (steps, columns) = map(self._shape, (sums, left, right))
        if rows != m or columns != n or 4 * steps != k:
            self.faults.append(f"tdpbusd of shapes {(m, n), (rows, k), (steps, columns)}")
            return
        a = self.tiles[left, :m, :k].astype(np.int32)
        w = self.tiles[right, :steps, :n].view(np.int8).astype(np.int32)
        w = w.reshape(steps, n // 4, 4).transpose(0, 2, 1).reshape(k, n // 4)
        total: NDArray[np.int32] = self.tiles[sums].view(np.int32)
        total[:m, : n // 4] += a @ w
        self.products += 1

    def _shape(self, tile: int) -> tuple[int, int]:
        if self.shapes is None:
            self.faults.append(f"register {tile} before ldtilecfg")
            return 0, 0
        return self.shapes[tile]


_BYTE, _POINTER, _LONG = ctypes.c_uint8, ctypes.c_void_p, ctypes.c_int64
_SIGNATURES: dict[str, Sequence[Any]] = {
    "ldtilecfg": [_POINTER],
    "tilerelease": [],
    "tilezero": [_BYTE],
    "tileloadd64": [_BYTE, _POINTER, _LONG],
    "tilestored64": [_BYTE, _POINTER, _LONG],
    "tdpbusd": [_BYTE, _BYTE, _BYTE],
}

# Loaded code may call them as long as the process lives.
_FUNCTIONS: list[Callable[..., None]] = []


def define_amx() -> Amx:
    """The state that code works on that is loaded from now on, after `as_calls`."""
    amx = Amx()
    for name, arguments in _SIGNATURES.items():
        function = ctypes.CFUNCTYPE(None, *arguments)(getattr(amx, name))
        address = ctypes.cast(function, ctypes.c_void_p).value
        assert address is not None
        define_symbol(f"emulated_{name}", address)
        _FUNCTIONS.append(function)
    return amx


def as_calls(llvm_ir: str) -> str:
    """LLVM IR with calls in place of instructions."""
    return _INTRINSIC.sub(r"emulated_\1", llvm_ir)
