"""Activations: functions of one element, all but `nn.relu`, which also stands on quantised values.

The classes that hold the functions' parameters serve the fused ops of `quant` as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, isnan
from typing import ClassVar

from xdsl.dialects.builtin import FloatAttr, StringAttr
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    ParsePropInAttrDict,
    VarConstraint,
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import (
    Expected,
    FloatTensorConstr,
    NumberConstr,
    number,
    verify_same_element_type,
)

TextConstr = Expected(BaseAttr(StringAttr), "a string")

Parameters = Mapping[str, Attribute | None]


class UnaryParameters(IRDLOperation):
    """Base of ops of one operand whose parameters are properties; here there are none."""

    irdl_options = (ParsePropInAttrDict(),)
    traits = traits_def(Pure())

    def verify_parameters(self) -> None:
        """Raises VerifyException for parameters with which the function means nothing."""


class WithAlpha(UnaryParameters):
    """`alpha`: any finite number, 1 where it is not given."""

    alpha = prop_def(NumberConstr, default_value=number(1.0))

    def verify_parameters(self) -> None:
        _verify_finite("alpha", self.alpha)


class WithDivisor(WithAlpha):
    """An `alpha` that the function divides by."""

    def verify_parameters(self) -> None:
        super().verify_parameters()
        if self.alpha.value.data == 0:
            raise VerifyException("alpha must not be 0: the function divides by it")


class WithSlope(UnaryParameters):
    """`negative_slope`: any finite number, 0.01 where it is not given."""

    negative_slope = prop_def(NumberConstr, default_value=number(0.01))

    def verify_parameters(self) -> None:
        _verify_finite("negative_slope", self.negative_slope)


class WithApproximation(UnaryParameters):
    """`approximate`: "none", which is the default, or "tanh"."""

    approximate = prop_def(TextConstr, default_value=StringAttr("none"))

    def verify_parameters(self) -> None:
        if self.approximate.data not in ("none", "tanh"):
            raise VerifyException(
                f'approximate must be "none" or "tanh", got "{self.approximate.data}"'
            )


class WithBounds(UnaryParameters):
    """`min` and `max`, at least one of them."""

    min = opt_prop_def(NumberConstr)
    max = opt_prop_def(NumberConstr)

    def verify_parameters(self) -> None:
        if self.min is None and self.max is None:
            raise VerifyException("at least one of min and max must be given")
        for name, bound in (("min", self.min), ("max", self.max)):
            if bound is not None and isnan(bound.value.data):
                raise VerifyException(f"{name} must be a number, got nan")


def _verify_finite(name: str, parameter: FloatAttr) -> None:
    if not isfinite(value := parameter.value.data):
        raise VerifyException(f"{name} must be finite, got {value}")


class UnaryOp(UnaryParameters):
    """Base of the float ops: the result is like the operand. Computed in f64, rounded once."""

    T: ClassVar = VarConstraint("T", FloatTensorConstr)

    input = operand_def(T)
    result = result_def(T)

    assembly_format: ClassVar[str | None] = "$input attr-dict `:` type($input)"

    def __init__(self, input: SSAValue, parameters: Parameters | None = None):
        super().__init__(
            operands=[input], result_types=[input.type], properties=dict(parameters or {})
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input)
        self.verify_parameters()


@irdl_op_definition
class SigmoidOp(UnaryOp):
    """`torch.sigmoid`: 1 / (1 + exp(-x)).

    %y = nn.sigmoid %x : tensor<2x8xf32>
    """

    name = "nn.sigmoid"


@irdl_op_definition
class TanhOp(UnaryOp):
    """`torch.tanh`.

    %y = nn.tanh %x : tensor<2x8xf32>
    """

    name = "nn.tanh"


@irdl_op_definition
class HardsigmoidOp(UnaryOp):
    """`torch.nn.functional.hardsigmoid`: min(max(x + 3, 0), 6) / 6.

    %y = nn.hardsigmoid %x : tensor<2x8xf32>
    """

    name = "nn.hardsigmoid"


@irdl_op_definition
class HardswishOp(UnaryOp):
    """`torch.nn.functional.hardswish`: x * min(max(x + 3, 0), 6) / 6.

    %y = nn.hardswish %x : tensor<2x8xf32>
    """

    name = "nn.hardswish"


@irdl_op_definition
class EluOp(WithAlpha, UnaryOp):
    """`torch.nn.functional.elu`: x if x > 0, else alpha * (exp(x) - 1).

    %y = nn.elu %x {alpha = 0.5 : f64} : tensor<2x8xf32>
    """

    name = "nn.elu"


@irdl_op_definition
class CeluOp(WithDivisor, UnaryOp):
    """`torch.nn.functional.celu`: x if x > 0, else alpha * (exp(x / alpha) - 1).

    %y = nn.celu %x {alpha = 0.5 : f64} : tensor<2x8xf32>
    """

    name = "nn.celu"


@irdl_op_definition
class LeakyReluOp(WithSlope, UnaryOp):
    """`torch.nn.functional.leaky_relu`: x if x > 0, else negative_slope * x.

    %y = nn.leaky_relu %x {negative_slope = 0.1 : f64} : tensor<2x8xf32>
    """

    name = "nn.leaky_relu"


@irdl_op_definition
class GeluOp(WithApproximation, UnaryOp):
    """`torch.nn.functional.gelu`: x * (1 + erf(x / sqrt(2))) / 2, or with `approximate = "tanh"`
    x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2.

        %y = nn.gelu %x {approximate = "tanh"} : tensor<2x8xf32>
    """

    name = "nn.gelu"


@irdl_op_definition
class SiluOp(UnaryOp):
    """`torch.nn.functional.silu`: x / (1 + exp(-x)).

    %y = nn.silu %x : tensor<2x8xf32>
    """

    name = "nn.silu"


@irdl_op_definition
class ClampOp(WithBounds, UnaryOp):
    """`torch.clamp`: min(max(x, min), max), where a bound that is not given does nothing. So a
    `min` above `max` gives `max`. NaN stays.

    Also what `torch.nn.functional.hardtanh` (-1 and 1) and `relu6` (0 and 6) are.

        %y = nn.clamp %x {min = 0.0 : f64, max = 6.0 : f64} : tensor<2x8xf32>
    """

    name = "nn.clamp"


UNARY_OPS: tuple[type[UnaryOp], ...] = (
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
