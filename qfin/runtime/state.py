"""The memory that the functions of one program share between calls."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from threading import Lock

from xdsl.dialects.builtin import ArrayAttr, StringAttr

from qfin.dialects.kernel import ProgramOp, StateOp
from qfin.errors import InputError
from qfin.runtime.memory import aligned_copy


class State:
    """Variables of a program; one call at a time may use them. And `constants`, which its functions
    share, if they do: any call may read them."""

    def __init__(self, op: StateOp, programs: Collection[ProgramOp]):
        shared = op.constants
        self.constants = None if shared is None else aligned_copy(shared.data.data)
        self._initial = aligned_copy(op.initial.data.data)
        self._memory = aligned_copy(op.initial.data.data)
        self._never_set = frozenset(name.data for name in op.unset)
        self._unset = set(self._never_set)
        self._storing = {
            name: [p.entry.string_value() for p in programs if name in names(p.stores)]
            for name in self._never_set
        }
        self._lock = Lock()

    @contextmanager
    def used(self, loads: frozenset[str], stores: frozenset[str]) -> Generator[int]:
        """The address, for the time of a call that loads and stores these variables.

        Raises InputError when one that it loads has no value yet."""
        with self._lock:
            if missing := sorted(loads & self._unset):
                storing = self._storing[missing[0]]
                hint = ", ".join(f"@{name}" for name in storing) or "nothing does"
                raise InputError(
                    f"global @{missing[0]} has no value yet: call what stores it first ({hint})"
                )
            yield self._memory.__array_interface__["data"][0]
            self._unset -= stores

    def reset(self) -> None:
        """Gives each variable its initial value again."""
        with self._lock:
            self._memory[:] = self._initial
            self._unset = set(self._never_set)


def names(attribute: ArrayAttr[StringAttr]) -> frozenset[str]:
    return frozenset(name.data for name in attribute)
