"""Ops that choose the largest or the smallest of many values: `nn.amax`, `nn.amin`."""

from __future__ import annotations

from xdsl.dialects.builtin import BoolAttr
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes_movement as rules
from qfin.dialects.nn.move import MoveOp, Shape
from qfin.dialects.shapes import text
from qfin.dialects.tensors import IntsConstr, ints


class ExtremumOp(MoveOp):
    """Base of the two: over `dims`, or over all dimensions if there are none. With `keepdim` they
    stay, of size 1."""

    dims = prop_def(IntsConstr, default_value=ints())
    keepdim = prop_def(BoolAttr, default_value=BoolAttr.from_bool(False))

    def reduced_dims(self, rank: int) -> tuple[int, ...]:
        """The dimensions that are reduced, from the front."""
        return rules.axes(self.dims.get_values(), rank) or tuple(range(rank))

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        if 0 in (x[dim] for dim in self.reduced_dims(len(x))):
            raise VerifyException(f"there is no extremum of no values, in {text(x)}")
        return (rules.reduced(x, self.dims.get_values(), bool(self.keepdim.value.data)),)


@irdl_op_definition
class AmaxOp(ExtremumOp):
    """The largest value, `torch.amax`. NaN is greater than any number.

    %y = nn.amax %x {dims = array<i64: 2, 3>, keepdim = true}
      : (tensor<1x8x4x4xf32>) -> tensor<1x8x1x1xf32>
    """

    name = "nn.amax"


@irdl_op_definition
class AminOp(ExtremumOp):
    """The smallest value, `torch.amin`. NaN is smaller than any number.

    %y = nn.amin %x {dims = array<i64: -1>} : (tensor<2x8xf32>) -> tensor<2xf32>
    """

    name = "nn.amin"
