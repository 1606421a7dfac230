"""What the tests of compiled float ops share: inputs, and the comparison with the interpreter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import qfin

from .case_targets import case_targets
from .compiled import Array, compiled, run, same_bits


def floats(seed: int, *shapes: Sequence[int]) -> list[Array]:
    """Of very different magnitudes, with a few zeros."""
    data = np.random.default_rng(seed)
    arrays: list[Array] = []
    for shape in shapes:
        values = data.normal(0, 1, tuple(shape)) * 10.0 ** data.uniform(-4, 4, tuple(shape))
        arrays.append(np.where(data.random(tuple(shape)) < 0.05, 0, values).astype(np.float32))
    return arrays


def check_floats(text: str, *calls: Sequence[Array]) -> None:
    """Compiled for every target of this host, the text gives the bits that the interpreter gives,
    at each of the calls. The bits of a NaN say nothing."""
    module = qfin.parse(text)
    wants = [qfin.interpret(module, arrays) for arrays in calls]
    for target in case_targets():
        program = compiled(module, target)
        for arrays, want in zip(calls, wants, strict=True):
            wrong = same_bits(_one_nan(run(program, arrays)), _one_nan(want))
            assert not wrong, f"{target}, results {wrong} of:\n{text}"


def _one_nan(results: dict[str, Array]) -> dict[str, Array]:
    return {
        name: np.where(np.isnan(array), array.dtype.type(np.nan), array)
        for name, array in results.items()
    }
