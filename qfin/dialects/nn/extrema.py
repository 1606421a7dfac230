"""Ops that choose the largest or the smallest of many values: `nn.amax`, `nn.amin`."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.families.reduction import Reduction
from qfin.dialects.nn.move import MoveOp, Shape
from qfin.dialects.shapes import text


class ExtremumOp(Reduction, MoveOp):
    """Base of the two."""

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        if 0 in (x[dim] for dim in self.dims()):
            raise VerifyException(f"there is no extremum of no values, in {text(x)}")
        return (self.reduced_shape(),)


@irdl_op_definition
class AmaxOp(ExtremumOp):
    """The largest value, `torch.amax`. NaN is greater than any number.

    %y = nn.amax %x {dim = array<i64: 2, 3>, keepdim = true}
      : (tensor<1x8x4x4xf32>) -> tensor<1x8x1x1xf32>
    """

    name = "nn.amax"


@irdl_op_definition
class AminOp(ExtremumOp):
    """The smallest value, `torch.amin`. NaN is smaller than any number.

    %y = nn.amin %x {dim = array<i64: -1>} : (tensor<2x8xf32>) -> tensor<2xf32>
    """

    name = "nn.amin"
