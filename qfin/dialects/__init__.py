"""What the IR can say. Getters are lazy: naming a dialect imports nothing."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.ir import Dialect


def _quant() -> Dialect:
    from qfin.dialects.quant import Quant

    return Quant


def _nn() -> Dialect:
    from qfin.dialects.nn import NN

    return NN


def _ml_program() -> Dialect:
    from qfin.dialects.ml_program import MLProgram

    return MLProgram


def _layout() -> Dialect:
    from qfin.dialects.layout import Layout

    return Layout


def _kernel() -> Dialect:
    from qfin.dialects.kernel import Kernel

    return Kernel


def get_all_dialects() -> dict[str, Callable[[], Dialect]]:
    """Our dialects by name."""
    return {
        "kernel": _kernel,
        "layout": _layout,
        "ml_program": _ml_program,
        "nn": _nn,
        "quant": _quant,
    }
