"""What rules ask of an op's parameters and of the numbers that its input can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from xdsl.ir import SSAValue

from qfin.dialects.uniform import UniformType
from qfin.interpreter.arrays import dense_to_numpy
from qfin.passes.finalize.groups import Refused, constant_of


def constant_parameter(value: SSAValue, name: str) -> NDArray[Any]:
    """The floats of a constant parameter."""
    constant = constant_of(value)
    if constant is None:
        raise Refused(f"{name} is not a constant")
    return dense_to_numpy(constant)


def optional_parameter(value: SSAValue | None, name: str) -> NDArray[Any] | None:
    """As `constant_parameter`; None for a parameter that is absent."""
    return None if value is None else constant_parameter(value, name)


def can_be_infinite(element: UniformType) -> bool:
    """Whether dequantizing a stored value may overflow f32."""
    ends = (element.storage_min, element.storage_max)
    reach = max(np.abs(end - element.zero_points).max() for end in ends)
    with np.errstate(over="ignore"):
        largest = np.float32(element.scales.max()) * np.float32(reach)
    return not np.isfinite(largest)


def require_numbers(element: UniformType, what: str) -> None:
    """For what an activation follows: where an operand is infinite, the result may be NaN. A float
    relu or clamp lets that through, and the clamp of stored values does not."""
    if can_be_infinite(element):
        raise Refused(f"{what} can be infinite, and the activation that follows lets NaN through")
