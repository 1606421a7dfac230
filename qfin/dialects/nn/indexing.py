"""Ops that take parts of a tensor: `nn.slice`, `nn.select`, `nn.split`, `nn.chunk`."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure

from qfin.dialects import shapes_movement as rules
from qfin.dialects.nn.axes import MoveCanonicalization
from qfin.dialects.nn.move import MoveOp, Shape
from qfin.dialects.tensors import IntConstr, IntsConstr, i64_attr

LAST = 2**63 - 1
"""The `end` of a slice that goes on to the end, as PyTorch writes it."""


@irdl_op_definition
class SliceOp(MoveOp):
    """Every step-th index of a dimension from start up to, not including, end: `x[start:end:step]`.
    Negative indices count from the end; those beyond the tensor are cut off.

    %y = nn.slice %x {dim = 2 : i64, start = 1 : i64, step = 2 : i64}
      : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x8xf32>
    """

    name = "nn.slice"

    dim = prop_def(IntConstr, default_value=i64_attr(0))
    start = prop_def(IntConstr, default_value=i64_attr(0))
    end = prop_def(IntConstr, default_value=i64_attr(LAST))
    step = prop_def(IntConstr, default_value=i64_attr(1))

    traits = traits_def(Pure(), MoveCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        dim, start, end, step = (
            attr.value.data for attr in (self.dim, self.start, self.end, self.step)
        )
        return (rules.slice_(x, dim, start, end, step),)


@irdl_op_definition
class SelectOp(MoveOp):
    """One index of a dimension, which goes: `torch.select`.

    %y = nn.select %x {dim = 1 : i64, index = -1 : i64} : (tensor<2x5x8xf32>) -> tensor<2x8xf32>
    """

    name = "nn.select"

    dim = prop_def(IntConstr)
    index = prop_def(IntConstr)

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.select(x, self.dim.value.data, self.index.value.data),)


@irdl_op_definition
class SplitOp(MoveOp):
    """Parts of given sizes, which together are the dimension: `torch.split` with a list.

    %a, %b = nn.split %x {split_sizes = array<i64: 3, 5>, dim = 1 : i64}
      : (tensor<1x8xf32>) -> (tensor<1x3xf32>, tensor<1x5xf32>)
    """

    name = "nn.split"

    split_sizes = prop_def(IntsConstr)
    dim = prop_def(IntConstr, default_value=i64_attr(0))

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return rules.split(x, self.split_sizes.get_values(), self.dim.value.data)


@irdl_op_definition
class ChunkOp(MoveOp):
    """At most `chunks` parts of one size, the last one perhaps smaller: `torch.chunk`.

    %a, %b = nn.chunk %x {chunks = 2 : i64, dim = 1 : i64}
      : (tensor<1x8xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>)
    """

    name = "nn.chunk"

    chunks = prop_def(IntConstr)
    dim = prop_def(IntConstr, default_value=i64_attr(0))

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return rules.chunk(x, self.chunks.value.data, self.dim.value.data)
