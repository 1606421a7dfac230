"""Fused arithmetic with one number: dequantize, one f32 operation, quantize.

As with the activations, what each gives is a table of 256 entries, defined once in
`qfin.interpreter.scalar`.
"""

from __future__ import annotations

import numpy as np
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.quant.activation import NO_ACTIVATION, ActivationAttr
from qfin.dialects.quant.unary import QuantUnaryOp
from qfin.dialects.tensors import NumberConstr, number


class QuantScalarOp(QuantUnaryOp):
    """Base of the ops on a quantized tensor and `other`, a finite number, which is rounded to f32.
    Input and result have parameters of their own. The bits are those of dequantize, the operation
    in f32, the activation, quantize."""

    other = prop_def(NumberConstr)
    activation = prop_def(ActivationAttr, default_value=NO_ACTIVATION)

    def __init__(
        self,
        input: SSAValue,
        result_type: Attribute,
        other: float,
        activation: ActivationAttr = NO_ACTIVATION,
    ):
        parameters = {"other": number(other), "activation": activation}
        super().__init__(input, result_type, parameters)

    def verify_parameters(self) -> None:
        with np.errstate(over="ignore"):
            rounded = np.float32(value := self.other.value.data)
        if not np.isfinite(rounded):
            raise VerifyException(f"other must be finite in f32, got {value}")


@irdl_op_definition
class AddScalarOp(QuantScalarOp):
    """`x + other`: quantized `nn.add` of a number, and `nn.sub` with the number's sign changed.

    %y = quant.add_scalar %x {other = 3.0 : f64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.add_scalar"


@irdl_op_definition
class RsubScalarOp(QuantScalarOp):
    """`other - x`: quantized `nn.sub` of a tensor from a number.

    %y = quant.rsub_scalar %x {other = 1.0 : f64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.rsub_scalar"


@irdl_op_definition
class MulScalarOp(QuantScalarOp):
    """`x * other`: quantized `nn.mul` by a number.

    %y = quant.mul_scalar %x {other = 0.125 : f64, activation = #quant<activation relu>}
      : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.mul_scalar"


SCALAR_OPS: tuple[type[QuantScalarOp], ...] = (AddScalarOp, RsubScalarOp, MulScalarOp)
