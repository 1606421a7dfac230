"""Ops that give values more than once: `nn.expand`, `nn.repeat`, `nn.repeat_interleave`."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from qfin.dialects import shapes_movement as rules
from qfin.dialects.nn.axes import MoveCanonicalization
from qfin.dialects.nn.move import MoveOp, Shape
from qfin.dialects.tensors import IntConstr, IntsConstr


@irdl_op_definition
class ExpandOp(MoveOp):
    """Dimensions of size 1 become larger, where -1 keeps one; new ones come first: `x.expand`.

    %y = nn.expand %x {size = array<i64: 2, -1, 4>} : (tensor<3x1xf32>) -> tensor<2x3x4xf32>
    """

    name = "nn.expand"

    size = prop_def(IntsConstr)

    traits = traits_def(Pure(), MoveCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.expand(x, self.size.get_values()),)


@irdl_op_definition
class RepeatOp(MoveOp):
    """The whole tensor repeats[i] times along dimension i; new dimensions come first: `x.repeat`,
    `numpy.tile`.

    %y = nn.repeat %x {repeats = array<i64: 2, 3>} : (tensor<4xf32>) -> tensor<2x12xf32>
    """

    name = "nn.repeat"

    repeats = prop_def(IntsConstr)

    traits = traits_def(Pure(), MoveCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.repeat(x, self.repeats.get_values()),)


@irdl_op_definition
class RepeatInterleaveOp(MoveOp):
    """Each index of a dimension `repeats` times in a row, `torch.repeat_interleave`.

    %y = nn.repeat_interleave %x {repeats = 2 : i64, dim = 1 : i64}
      : (tensor<1x4xf32>) -> tensor<1x8xf32>
    """

    name = "nn.repeat_interleave"

    repeats = prop_def(IntConstr)
    dim = prop_def(IntConstr)

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.repeat_interleave(x, self.repeats.value.data, self.dim.value.data),)
