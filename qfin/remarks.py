"""Remarks: what a pass did and, above all, did not do to the user's ops, and why.

A pass calls `emit`; whoever wants to know wraps the run in `collect`. When nobody does, a remark
costs one look at a context variable.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from xdsl.dialects.builtin import LocationAttr
from xdsl.ir import Operation

from qfin.locations import is_unknown, location_text

Kind = Literal["fused", "missed", "note"]

_VERB: dict[Kind, str] = {"fused": " fused", "missed": " not fused", "note": ""}


@dataclass(frozen=True)
class Remark:
    """One remark about one op, kept by value: the op may be gone when it is read."""

    kind: Kind
    op_name: str
    location: LocationAttr
    message: str
    """The reason or detail alone: `weight zero point is not 0`; may be empty."""
    pass_name: str | None = None


_collectors: ContextVar[tuple[list[Remark], ...]] = ContextVar("qfin_remarks", default=())


def emit(kind: Kind, op: Operation, message: str = "", *, pass_name: str | None = None) -> None:
    """Report `message` about `op` to every `collect` around this call; none: do nothing."""
    collectors = _collectors.get()
    if not collectors:
        return
    remark = Remark(kind, op.name, op.location, message, pass_name)
    for remarks in collectors:
        remarks.append(remark)


@contextmanager
def collect() -> Generator[list[Remark]]:
    """
    The list of all remarks emitted inside the `with`, in order. An outer `collect` sees those of an
    inner one too; other threads' remarks are theirs alone.
    """
    remarks: list[Remark] = []
    token = _collectors.set((*_collectors.get(), remarks))
    try:
        yield remarks
    finally:
        _collectors.reset(token)


def to_text(remark: Remark) -> str:
    """`model.mlir:12:8: remark: nn.conv2d not fused: weight zero point is not 0`."""
    where = "" if is_unknown(remark.location) else f"{location_text(remark.location)}: "
    why = f": {remark.message}" if remark.message else ""
    return f"{where}remark: {remark.op_name}{_VERB[remark.kind]}{why}"


def to_json(remark: Remark) -> str:
    """One line of JSON with the keys kind, op, location, message and pass."""
    location = None if is_unknown(remark.location) else location_text(remark.location)
    return json.dumps(
        {
            "kind": remark.kind,
            "op": remark.op_name,
            "location": location,
            "message": remark.message,
            "pass": remark.pass_name,
        }
    )
