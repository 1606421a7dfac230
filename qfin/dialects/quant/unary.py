"""Fused activations: dequantize, a function of one element, quantize.

What each gives is a table of 256 entries, defined once in `qfin.interpreter.unary`.
"""

from __future__ import annotations

from typing import ClassVar

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, result_def

from qfin.dialects.nn.activation import (
    Parameters,
    UnaryParameters,
    WithAlpha,
    WithApproximation,
    WithBounds,
    WithDivisor,
    WithSlope,
)
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.tensors import QuantTensorConstr, shape_of, verify_result_shape


class QuantUnaryOp(UnaryParameters):
    """Base of the fused ops. Input and result are quantized per layer to 8 bits, each with
    parameters of its own. The bits are those of dequantize, the float op, quantize."""

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )

    def __init__(
        self, input: SSAValue, result_type: Attribute, parameters: Parameters | None = None
    ):
        super().__init__(
            operands=[input], result_types=[result_type], properties=dict(parameters or {})
        )

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_result_shape(self.result, shape_of(self.input))
        self.verify_parameters()


@irdl_op_definition
class SigmoidOp(QuantUnaryOp):
    """Quantized `nn.sigmoid`.

    %y = quant.sigmoid %x : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.sigmoid"


@irdl_op_definition
class TanhOp(QuantUnaryOp):
    """Quantized `nn.tanh`.

    %y = quant.tanh %x : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.tanh"


@irdl_op_definition
class HardsigmoidOp(QuantUnaryOp):
    """Quantized `nn.hardsigmoid`.

    %y = quant.hardsigmoid %x : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.hardsigmoid"


@irdl_op_definition
class HardswishOp(QuantUnaryOp):
    """Quantized `nn.hardswish`.

    %y = quant.hardswish %x : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.hardswish"


@irdl_op_definition
class EluOp(WithAlpha, QuantUnaryOp):
    """Quantized `nn.elu`.

    %y = quant.elu %x {alpha = 0.5 : f64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.elu"


@irdl_op_definition
class CeluOp(WithDivisor, QuantUnaryOp):
    """Quantized `nn.celu`.

    %y = quant.celu %x {alpha = 0.5 : f64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.celu"


@irdl_op_definition
class LeakyReluOp(WithSlope, QuantUnaryOp):
    """Quantized `nn.leaky_relu`.

    %y = quant.leaky_relu %x {negative_slope = 0.1 : f64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.leaky_relu"


@irdl_op_definition
class GeluOp(WithApproximation, QuantUnaryOp):
    """Quantized `nn.gelu`.

    %y = quant.gelu %x {approximate = "tanh"} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.gelu"


@irdl_op_definition
class SiluOp(QuantUnaryOp):
    """Quantized `nn.silu`.

    %y = quant.silu %x : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.silu"


@irdl_op_definition
class ClampOp(WithBounds, QuantUnaryOp):
    """Quantized `nn.clamp`; the bounds are real numbers, not stored ones.

    %y = quant.clamp %x {min = 0.0 : f64, max = 6.0 : f64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.clamp"


UNARY_OPS: tuple[type[QuantUnaryOp], ...] = (
    SigmoidOp,
    TanhOp,
    HardsigmoidOp,
    HardswishOp,
    EluOp,
    CeluOp,
    LeakyReluOp,
    GeluOp,
    SiluOp,
    ClampOp,
)
