"""Memory of compiled programs in which a stray access shows.

Each argument, result, constant and temporary has pages of its own. It ends where they do, slack
included, and the byte behind may not be touched; or it begins where they do, and the byte before
may not be touched. What else is in the pages of temporaries must be after a call what it was, and
nothing writes to constants. For all that the arena is planned anew: nothing shares memory in it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from mmap import PAGESIZE
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override
from xdsl.dialects.builtin import DenseArrayBase, ModuleOp
from xdsl.ir import SSAValue

from qfin.dialects.kernel import ProgramOp
from qfin.dialects.tensors import ints
from qfin.passes.lower import plan_buffers
from qfin.passes.lower.buffers import SLACK, Arena, ConstantBytes, aligned
from qfin.runtime.memory import address_of
from qfin.runtime.spec import TensorSpec

from .kernels.harness import READ_ONLY, guarded, protect

Array = NDArray[Any]
GARBAGE = 0xA5
_ARENA, _CONSTANTS = "watched.arena", "watched.constants"


@dataclass
class Pages:
    """Where buffers lie in one block of memory, of which the first and the last page may not be
    touched, and so may those between any two buffers."""

    front: bool
    """Whether buffers begin where their pages do, else they end there."""
    places: list[range] = field(default_factory=list[range])
    """Offsets, without slack."""
    guards: list[int] = field(default_factory=lambda: [0])
    """Offsets of the pages that may not be touched."""

    @property
    def size(self) -> int:
        return self.guards[-1] + PAGESIZE

    def add(self, nbytes: int) -> int:
        """The offset of a new buffer of so many bytes and slack, aligned."""
        whole = aligned(nbytes + SLACK)
        begin = self.size
        end = begin - -whole // PAGESIZE * PAGESIZE
        offset = begin if self.front else end - whole
        self.places.append(range(offset, offset + nbytes))
        self.guards.append(end)
        return offset

    def as_attribute(self) -> DenseArrayBase[Any]:
        return ints(int(self.front), *map(len, self.places))

    @classmethod
    def of(cls, attribute: DenseArrayBase[Any]) -> Pages:
        front, *sizes = attribute.get_values()
        pages = cls(bool(front))
        for size in sizes:
            pages.add(int(size))
        return pages

    def memory(self, content: Array | None = None) -> Array:
        """Such memory: of garbage, or of a `content` that stays."""
        memory = guarded(self.size)
        assert address_of(memory) % PAGESIZE == 0
        memory[:] = GARBAGE if content is None else content
        if content is not None:
            protect(memory, READ_ONLY)
        for guard in self.guards:
            protect(memory[guard : guard + PAGESIZE])
        return memory

    def stray(self, memory: Array) -> list[int]:
        """Offsets of what is no buffer, and no garbage any more."""
        wrong: list[int] = []
        for place, (before, behind) in zip(self.places, pairwise(self.guards), strict=True):
            for begin, end in ((before + PAGESIZE, place.start), (place.stop, behind)):
                wrong += (begin + np.flatnonzero(memory[begin:end] != GARBAGE)).tolist()
        return wrong


@dataclass
class _Arena(Arena):
    pages: Pages = field(kw_only=True)

    @override
    def allocate(self, size: int, now: int, last_use: int) -> int:
        offset = self.pages.add(size - SLACK)
        self.size = self.pages.size
        return offset


@dataclass
class _Constants(ConstantBytes):
    pages: Pages = field(kw_only=True)

    @override
    def add(self, data: bytes) -> int:
        if data in self._known:
            return self._known[data]
        offset = self._known[data] = self.pages.add(len(data))
        self._parts.append(b"\0" * (offset - self._size) + data)
        self._size = offset + len(data)
        return offset

    @override
    def attribute(self):
        self._parts.append(b"\0" * (self.pages.size - self._size))
        self._size = self.pages.size
        return super().attribute()


@dataclass
class Planned:
    """The memory of programs that were planned."""

    front: bool
    arenas: list[Pages] = field(default_factory=list[Pages])
    constants: list[Pages] = field(default_factory=list[Pages])

    def arena(self, base: SSAValue) -> Arena:
        self.arenas.append(Pages(self.front))
        return _Arena(base, pages=self.arenas[-1])

    def constant_bytes(self) -> ConstantBytes:
        self.constants.append(Pages(self.front))
        return _Constants(pages=self.constants[-1])

    def mark(self, module: ModuleOp) -> ModuleOp:
        """Writes into the programs of the module, planned meanwhile, where their buffers lie."""
        programs = [op for op in module.ops if isinstance(op, ProgramOp)]
        shared, *each = self.constants
        constants = each or [shared] * len(programs)
        for op, arena, parts in zip(programs, self.arenas, constants, strict=True):
            op.attributes |= {_ARENA: arena.as_attribute(), _CONSTANTS: parts.as_attribute()}
        return module


@contextmanager
def watched_planning(*, front: bool) -> Generator[Planned]:
    """Meanwhile memory is planned in pages."""
    planned = Planned(front)
    with (
        patch.object(plan_buffers, "Arena", planned.arena),
        patch.object(plan_buffers, "ConstantBytes", planned.constant_bytes),
    ):
        yield planned


def pages_of(op: ProgramOp) -> tuple[Pages, Pages]:
    """The arena and the constants of a program that is marked."""
    arena, constants = (op.attributes[name] for name in (_ARENA, _CONSTANTS))
    assert isinstance(arena, DenseArrayBase)
    assert isinstance(constants, DenseArrayBase)
    return Pages.of(arena), Pages.of(constants)


def place_of(spec: TensorSpec, *, front: bool) -> Array:
    """Memory for an argument or a result, its halo and its slack, full of garbage."""
    memory = guarded(len(spec.extent(spec.empty())), front=front)
    memory[:] = GARBAGE
    return np.ndarray(spec.shape, spec.dtype, memory, spec.bytes_before, spec.strides)
