"""Ops that do nothing to values in a program that only infers: `nn.dropout`, `nn.contiguous`,
`nn.detach`. Canonicalization and `quant-fusion` take them away."""

from __future__ import annotations

from xdsl.dialects.builtin import BoolAttr, FloatAttr, f64
from xdsl.irdl import irdl_op_definition, prop_def, traits_def
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.nn.axes import MoveCanonicalization
from qfin.dialects.nn.move import MoveOp, Shape
from qfin.dialects.tensors import NumberConstr


class IdentityOp(MoveOp):
    """Base of ops whose result is their input."""

    traits = traits_def(Pure(), MoveCanonicalization())

    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        return (x,)


@irdl_op_definition
class DropoutOp(IdentityOp):
    """`torch.dropout`, not in training: the input.

    %y = nn.dropout %x {p = 0.5 : f64, train = false} : (tensor<2x8xf32>) -> tensor<2x8xf32>
    """

    name = "nn.dropout"

    p = prop_def(NumberConstr, default_value=FloatAttr(0.5, f64))
    train = prop_def(BoolAttr, default_value=BoolAttr.from_bool(False))

    def verify_(self) -> None:
        super().verify_()
        if self.train.value.data:
            raise VerifyException(
                "drops values at random while it trains, which has no meaning here: export the"
                " model in evaluation mode, or set train = false"
            )


@irdl_op_definition
class ContiguousOp(IdentityOp):
    """`x.contiguous()`: how values lie in memory is not what a tensor says.

    %y = nn.contiguous %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
    """

    name = "nn.contiguous"


@irdl_op_definition
class DetachOp(IdentityOp):
    """`x.detach()`: there are no gradients.

    %y = nn.detach %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
    """

    name = "nn.detach"
