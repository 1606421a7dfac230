"""What the activation of a fused op means: the range that its stored results are clamped to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr
from qfin.dialects.uniform import UniformType
from qfin.interpreter import numerics


def output_range(
    element: UniformType, activation: ActivationAttr = NO_ACTIVATION
) -> tuple[int, int]:
    """The smallest and the largest stored value of a result per layer that `activation` follows.

    `quantize` is monotone, so that `quantize(clamp(x, min, max))` is `quantize(x)` clamped to
    `quantize(min)` and `quantize(max)`; for a relu, `quantize(0)` is the zero point. Only NaN is
    not in order: `nn.clamp` keeps it, and quantizing then gives the lowest value stored.
    """
    low, high = element.storage_min, element.storage_max
    if activation == NO_ACTIVATION:
        return low, high
    bounds = np.array(activation.bounds)
    low, high = numerics.quantize(bounds, element.scale, element.zero_point, low, high).tolist()
    return low, high


def quantize_output(
    x: NDArray[np.floating], element: UniformType, activation: ActivationAttr
) -> NDArray[Any]:
    """`x` in the storage of `element`, per layer, clamped as `activation` says; NaN becomes the
    lowest value of that range."""
    low, high = output_range(element, activation)
    return numerics.quantize(x, element.scale, element.zero_point, low, high, element.storage_dtype)
