"""What fused ops share: the activation that may follow, the rules of their inputs and results."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan

from typing_extensions import override
from xdsl.dialects.builtin import FloatAttr, f32, f64, i8
from xdsl.ir import Attribute, ParametrizedAttribute, SpacedOpaqueSyntaxAttribute, SSAValue
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import element_type_of
from qfin.dialects.uniform import UniformType
from qfin.dialects.uniform.literals import parse_float_literal


@irdl_attr_definition
class ActivationAttr(ParametrizedAttribute, SpacedOpaqueSyntaxAttribute):
    """What follows a fused op, folded into the clamp of its output: `min(max(x, min), max)` of the
    real result. A bound that does nothing is infinite, and not written.

        #quant<activation none>
        #quant<activation relu>
        #quant<activation clamp, min = 0.0, max = 6.0>

    relu is the clamp with `min = 0.0` alone; relu6, hardtanh and clip are clamps. Quantizing is
    monotone, so this is exactly a clamp of the stored values, between the quantized bounds;
    `qfin.interpreter.activation.output_range` is the one place that says which these are.
    """

    name = "quant.activation"

    min: FloatAttr
    max: FloatAttr

    @staticmethod
    def clamp(min: float = -inf, max: float = inf) -> ActivationAttr:
        """The clamp between two numbers. Raises VerifyException if they are not in order."""
        # Adding 0.0 makes 0.0 of -0.0, so that equal bounds are equal attributes.
        return ActivationAttr(FloatAttr(min + 0.0, f64), FloatAttr(max + 0.0, f64))

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and the largest result."""
        return self.min.value.data, self.max.value.data

    def then(self, following: ActivationAttr) -> ActivationAttr:
        """Both activations as one, `following` after this one."""
        low, high = following.bounds
        return ActivationAttr.clamp(*(min(max(bound, low), high) for bound in self.bounds))

    @override
    def verify(self) -> None:
        low, high = self.bounds
        if isnan(low) or isnan(high):
            raise VerifyException(f"bounds of an activation must be numbers, got {low} and {high}")
        if low > high:
            raise VerifyException(f"min of an activation must not exceed max, got {low} and {high}")

    @classmethod
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        if parser.parse_optional_keyword("none"):
            return NO_ACTIVATION.parameters
        if parser.parse_optional_keyword("relu"):
            return RELU.parameters
        if not parser.parse_optional_keyword("clamp"):
            parser.raise_error("Expected `none`, `relu`, or `clamp`.")
        start = parser.pos
        bounds = {"min": -inf, "max": inf}
        left = set(bounds)
        while parser.parse_optional_punctuation(","):
            key = parser.parse_keyword_in(left)
            left.remove(key)
            parser.parse_punctuation("=")
            bounds[key] = parse_float_literal(parser)
        try:
            return cls.clamp(**bounds).parameters
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)

    def print_parameters(self, printer: Printer) -> None:
        kind = {NO_ACTIVATION: "none", RELU: "relu"}.get(self, "clamp")
        printer.print_string(kind)
        if kind != "clamp":
            return
        for key, bound, usual in zip(("min", "max"), self.bounds, (-inf, inf), strict=True):
            if bound != usual:
                printer.print_string(f", {key} = ")
                printer.print_float(bound, f64)


NO_ACTIVATION = ActivationAttr.clamp()
RELU = ActivationAttr.clamp(min=0.0)


def verify_activation_type(value: SSAValue, what: str) -> None:
    """Activations are quantized per layer to 8 bits, from f32. Raises VerifyException."""
    element = element_type_of(value)
    assert isinstance(element, UniformType)
    if not element.is_per_layer:
        raise VerifyException(f"{what} must be quantized per layer, got {element}")
    if element.signless_storage != i8:
        raise VerifyException(f"{what} must be stored in 8 bits, got {element.storage}")
    if element.expressed != f32:
        raise VerifyException(f"{what} must stand for f32, got {element.expressed}")
    if not element.storage_min <= element.zero_point <= element.storage_max:
        raise VerifyException(
            f"{what} has zero point {element.zero_point} outside of its storage range"
            f" [{element.storage_min}, {element.storage_max}]"
        )
