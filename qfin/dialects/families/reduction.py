"""Reductions over dimensions: what `mean`, `amax` and `amin` share, and the base of means."""

from __future__ import annotations

from math import prod
from typing import ClassVar

from xdsl.dialects.builtin import BoolAttr
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import IRDLOperation, ParsePropInAttrDict, prop_def, traits_def
from xdsl.traits import Pure

from qfin.dialects import shapes, shapes_pooling
from qfin.dialects.tensors import FALSE, Ints, IntsConstr, ints, shape_of, verify_result_shape


class Reduction(IRDLOperation):
    """Base of ops over the dimensions `dim` of their input, all where it is empty; negatives count
    from the end. `keepdim` leaves each of them with size 1."""

    dim = prop_def(IntsConstr, default_value=ints())
    keepdim = prop_def(BoolAttr, default_value=FALSE)

    def dims(self) -> tuple[int, ...]:
        """The dimensions that go, ascending from 0. Raises VerifyException as `reduced_dims`."""
        return shapes_pooling.reduced_dims(len(shape_of(self.operands[0])), self.dim.get_values())

    def reduced_shape(self) -> tuple[int, ...]:
        """The shape of the result. Raises VerifyException for dimensions that are not there."""
        return shapes_pooling.reduction(
            shape_of(self.operands[0]), self.dim.get_values(), bool(self.keepdim.value.data)
        )


class Mean(Reduction):
    """Base of means."""

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        result_type: Attribute,
        dim: Ints | None = None,
        keepdim: BoolAttr = FALSE,
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={"dim": dim or ints(), "keepdim": keepdim},
        )

    def most_elements(self) -> int:
        """How many elements a mean is of, as far as the shape says."""
        shape = shape_of(self.operands[0])
        return prod(shape[d] for d in self.dims() if shape[d] != shapes.DYNAMIC)

    def verify_dims(self) -> None:
        """Raises VerifyException for dimensions that are not there and a wrong result shape."""
        verify_result_shape(self.results[0], self.reduced_shape())
