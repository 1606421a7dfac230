"""The call of a lookup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xdsl.ir import Operation

from qfin.dialects import kernel
from qfin.kernels.lut import LutSpec, build_lut
from qfin.passes.lower.call import Call, elementwise
from qfin.target.isa import Isa


def _lut(op: kernel.LutOp, isa: Isa) -> Call:
    return Call(build_lut, LutSpec(*elementwise(op.input, op.output)))


CALLS: dict[type[Operation], Callable[[Any, Isa], Call]] = {kernel.LutOp: _lut}
