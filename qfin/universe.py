"""What stock `xdsl-opt` gets from an installed qfin.

A name that two universes share makes every `xdsl-opt` of the environment raise. So only the
dialects and passes whose names are ours go in, and none that this xDSL has itself.
"""

from __future__ import annotations

from xdsl.universe import XDSL_UNIVERSE, Universe

from qfin.dialects import get_all_dialects
from qfin.passes import get_all_passes

_DIALECTS = ("nn", "quant")
_PASSES = ("fold-quantized-prepacking-ops", "insert-prepack-unpack")

QFIN_UNIVERSE = Universe(
    all_dialects={
        name: getter
        for name, getter in get_all_dialects().items()
        if name in _DIALECTS and name not in XDSL_UNIVERSE.all_dialects
    },
    all_passes={
        name: getter
        for name, getter in get_all_passes().items()
        if (name in _PASSES or name.startswith("quant-")) and name not in XDSL_UNIVERSE.all_passes
    },
)
