"""Ops that give the dimensions of a tensor another order: `nn.transpose`, `nn.permute`,
`nn.squeeze`, `nn.unsqueeze`, `nn.flip`."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure

from qfin.dialects import shapes_movement as rules
from qfin.dialects.nn.move import MoveOp, Shape
from qfin.dialects.tensors import IntConstr, IntsConstr


class OrderCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.nn.canonicalization import MovesNothing, PermuteOfPermute

        return (MovesNothing(), PermuteOfPermute())


class MoveCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.nn.canonicalization import MovesNothing

        return (MovesNothing(),)


@irdl_op_definition
class TransposeOp(MoveOp):
    """Two dimensions change places, `torch.transpose`.

    %y = nn.transpose %x {dim0 = 1 : i64, dim1 = 2 : i64}
      : (tensor<1x4x8xf32>) -> tensor<1x8x4xf32>
    """

    name = "nn.transpose"

    dim0 = prop_def(IntConstr)
    dim1 = prop_def(IntConstr)

    traits = traits_def(Pure(), OrderCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.transpose(x, self.dim0.value.data, self.dim1.value.data),)


@irdl_op_definition
class PermuteOp(MoveOp):
    """Dimension i of the result is dimension dims[i] of the input, `torch.permute`.

    %y = nn.permute %x {dims = array<i64: 0, 2, 3, 1>}
      : (tensor<1x3x8x4xf32>) -> tensor<1x8x4x3xf32>
    """

    name = "nn.permute"

    dims = prop_def(IntsConstr)

    traits = traits_def(Pure(), OrderCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.permute(x, self.dims.get_values()),)


@irdl_op_definition
class SqueezeOp(MoveOp):
    """Those of `dim` that are of size 1 go, the others stay: `torch.squeeze`. None of them may be
    dynamic.

    %y = nn.squeeze %x {dim = array<i64: 2, 3>} : (tensor<1x8x1x1xf32>) -> tensor<1x8xf32>
    """

    name = "nn.squeeze"

    dim = prop_def(IntsConstr)

    traits = traits_def(Pure(), MoveCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.squeeze(x, self.dim.get_values()),)


@irdl_op_definition
class UnsqueezeOp(MoveOp):
    """A new dimension of size 1, which is number `dim` of the result: `torch.unsqueeze`.

    %y = nn.unsqueeze %x {dim = -1 : i64} : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
    """

    name = "nn.unsqueeze"

    dim = prop_def(IntConstr)

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (rules.unsqueeze(x, self.dim.value.data),)


@irdl_op_definition
class FlipOp(MoveOp):
    """Some dimensions in reverse order, `torch.flip`.

    %y = nn.flip %x {dims = array<i64: -1>} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
    """

    name = "nn.flip"

    dims = prop_def(IntsConstr)

    traits = traits_def(Pure(), MoveCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        rules.axes(self.dims.get_values(), len(x))
        return (x,)
