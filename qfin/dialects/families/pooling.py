"""What poolings have in common, over any number of spatial dimensions, on floats and on quantised
values: their attributes, and the rules for these.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import ClassVar

from xdsl.dialects.builtin import BoolAttr
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    opt_prop_def,
    prop_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes, shapes_pooling
from qfin.dialects.tensors import (
    FALSE,
    TRUE,
    IntConstr,
    IntsConstr,
    shape_of,
    verify_result_shape,
)
from qfin.dialects.windows import ones, verify_around, verify_axes, zeros

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What the spatial dimensions are called, by their number."""

LAYOUTS = {1: "[N, C, L]", 2: "[N, C, H, W]", 3: "[N, C, D, H, W]"}

Parameters = Mapping[str, Attribute | None]


class Pooling(IRDLOperation):
    """Base of the ops that reduce windows of [N, C, spatial...]; the attributes are properties."""

    RANK: ClassVar[int]
    """The number of spatial dimensions."""

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(
        self, input: SSAValue, result_type: Attribute, parameters: Parameters | None = None
    ):
        super().__init__(
            operands=[input], result_types=[result_type], properties=dict(parameters or {})
        )

    def pooled_shape(self) -> tuple[int, ...]:
        """The shape of the input. Raises VerifyException for another rank than the op's, and where
        there is nothing to pool."""
        shape = shape_of(self.operands[0])
        if len(shape) != 2 + self.RANK:
            raise VerifyException(
                f"expects a tensor {LAYOUTS[self.RANK]}, got {shapes.text(shape)}"
            )
        if 0 in shape[2:]:
            names = " or ".join(AXES[self.RANK][-2:])
            names = f"{AXES[3][0]}, {names}" if self.RANK == 3 else names
            raise VerifyException(f"cannot pool an empty {names}: {shapes.text(shape)}")
        return shape


class WindowPooling(Pooling):
    """Base of poolings over windows of one size, a stride apart."""

    kernel = prop_def(IntsConstr)
    stride = prop_def(IntsConstr)
    padding = prop_def(IntsConstr)
    ceil_mode = prop_def(BoolAttr, default_value=FALSE)

    def steps(self) -> tuple[int, ...]:
        """The distance between a window's elements in each dimension."""
        return (1,) * self.RANK

    def verify_windows(self) -> None:
        """Raises VerifyException for attributes without meaning and for a wrong result shape."""
        verify_axes(self.RANK, "kernel", self.kernel)
        verify_axes(self.RANK, "stride", self.stride)
        verify_around(self.RANK, "padding", self.padding)
        kernel, padding, steps = self.kernel.get_values(), self.padding.get_values(), self.steps()
        for axis, name in enumerate(AXES[self.RANK]):
            extent = (kernel[axis] - 1) * steps[axis] + 1
            widest = max(padding[2 * axis : 2 * axis + 2])
            if 2 * widest > extent:
                raise VerifyException(
                    f"padding of {widest} is more than half of the window's {name} of {extent}"
                )
        expected = shapes_pooling.pool(
            self.pooled_shape(),
            kernel,
            self.stride.get_values(),
            padding,
            steps,
            bool(self.ceil_mode.value.data),
        )
        verify_result_shape(self.results[0], expected)


class Over1d(WindowPooling):
    """Windows over a length."""

    RANK: ClassVar[int] = 1

    stride = prop_def(IntsConstr, default_value=ones(1))
    padding = prop_def(IntsConstr, default_value=zeros(2))


class Over2d(WindowPooling):
    """Windows over height and width."""

    RANK: ClassVar[int] = 2

    stride = prop_def(IntsConstr, default_value=ones(2))
    padding = prop_def(IntsConstr, default_value=zeros(4))


class Over3d(WindowPooling):
    """Windows over depth, height and width."""

    RANK: ClassVar[int] = 3

    stride = prop_def(IntsConstr, default_value=ones(3))
    padding = prop_def(IntsConstr, default_value=zeros(6))


class MaxPooling(WindowPooling):
    """The maximum of each window, whose elements are `dilation` apart."""

    dilation = prop_def(IntsConstr)

    def steps(self) -> tuple[int, ...]:
        return tuple(self.dilation.get_values())

    def verify_windows(self) -> None:
        verify_axes(self.RANK, "dilation", self.dilation)
        super().verify_windows()


class AvgPooling(WindowPooling):
    """The sum of each window, zeros for padding, divided by how many elements it has: with
    `count_include_pad`, those in the padding too, though not what `ceil_mode` adds behind it."""

    count_include_pad = prop_def(BoolAttr, default_value=TRUE)

    def fixed_divisor(self) -> int | None:
        """What the sums are divided by instead."""
        return None

    def most_elements(self) -> int:
        """How many elements a window has at most."""
        return prod(self.kernel.get_values())


class WithDivisor(AvgPooling):
    """`divisor_override`: what every sum is divided by, if given."""

    divisor_override = opt_prop_def(IntConstr)

    def fixed_divisor(self) -> int | None:
        if self.divisor_override is None:
            return None
        return self.divisor_override.value.data

    def verify_windows(self) -> None:
        if self.fixed_divisor() == 0:
            raise VerifyException("divisor_override must not be 0")
        super().verify_windows()


class AdaptiveAvgPooling(Pooling):
    """The average of windows that share the input out among the outputs, whose number is the
    result's: output i of n averages floor(i * size / n) up to, not including,
    ceil((i + 1) * size / n), in each dimension."""

    def verify_windows(self) -> None:
        """Raises VerifyException for a result of another rank or of unknown size."""
        shape, after = self.pooled_shape(), shape_of(self.results[0])
        if len(after) != 2 + self.RANK or shapes.DYNAMIC in after[2:]:
            *first, last = AXES[self.RANK]
            said = f"{', '.join(first)} and {last}" if first else last
            raise VerifyException(
                f"result must be {LAYOUTS[self.RANK]} and say its {said}, got {shapes.text(after)}"
            )
        verify_result_shape(self.results[0], (*shape[:2], *after[2:]))

    def most_elements(self) -> int:
        """How many elements a window has at most, as far as the shapes say."""
        spatial = zip(shape_of(self.operands[0])[2:], shape_of(self.results[0])[2:], strict=True)
        # Output i of n covers at most ceil(size / n) + 1.
        return prod(min(n, -(-n // max(m, 1)) + 1) for n, m in spatial if n > 0)
