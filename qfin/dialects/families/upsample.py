"""What resampling ops have in common, over any number of spatial dimensions, on floats and on
quantised values.
"""

from __future__ import annotations

from math import isfinite
from typing import ClassVar

from xdsl.dialects.builtin import BoolAttr, DenseArrayBase, f64
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import IRDLOperation, ParsePropInAttrDict, opt_prop_def, prop_def, traits_def
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.families.pooling import LAYOUTS, Parameters
from qfin.dialects.tensors import FALSE, Expected, shape_of, verify_result_shape

ScalesConstr = Expected(DenseArrayBase.constr(f64), "array<f64: ...>")


class Upsample(IRDLOperation):
    """Base of the ops that resample [N, C, spatial...]; the output size is the result's.

    `scales` are the factors that the output size was computed from, as floor(size * scale), if it
    was: source positions are then computed from them, not from the ratio of the sizes."""

    RANK: ClassVar[int]
    """The number of spatial dimensions."""

    scales = opt_prop_def(ScalesConstr)

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

    def factors(self) -> tuple[float | None, ...]:
        """The factor of each dimension, if given."""
        if self.scales is None:
            return (None,) * self.RANK
        return tuple(self.scales.get_values())

    def verify_sizes(self) -> None:
        """Raises VerifyException for a wrong rank, an empty size, one that the result's type leaves
        open, and factors that do not lead to it."""
        before, after = shape_of(self.operands[0]), shape_of(self.results[0])
        for what, shape in (("input", before), ("result", after)):
            if len(shape) != 2 + self.RANK or 0 in shape[2:]:
                raise VerifyException(
                    f"{what} must be {LAYOUTS[self.RANK]} with sizes >= 1, got {shapes.text(shape)}"
                )
        if shapes.DYNAMIC in after[2:]:
            raise VerifyException(f"the result must say its size, got {shapes.text(after)}")
        factors = self.factors()
        if len(factors) != self.RANK:
            raise VerifyException(f"scales must be {self.RANK} factors, got {list(factors)}")
        expected = [*before[:2], *after[2:]]
        for axis, factor in enumerate(factors, 2):
            if factor is None:
                continue
            if not (isfinite(factor) and factor > 0):
                raise VerifyException(f"a scale must be positive and finite, got {factor}")
            if before[axis] != shapes.DYNAMIC:
                expected[axis] = int(before[axis] * factor)
        verify_result_shape(self.results[0], expected)


class Nearest(Upsample):
    """Output i is input min(floor(f32(i) * scale), size - 1), where scale is f32(1 / factor), or
    f32(size) / f32(outputs); of images also where they keep or double their size, whatever the
    factor, as ATen has it."""


class Interpolation(Upsample):
    """Between the neighbours of a position in the input: of output i, (i + 1/2) * scale - 1/2, or
    with `align_corners` i * (size - 1) / (outputs - 1)."""

    align_corners = prop_def(BoolAttr, default_value=FALSE)


class Linear(Interpolation):
    """Between two neighbours in each dimension."""


class Cubic(Interpolation):
    """Between four neighbours in each dimension, by the cubic convolution of a = -0.75."""
