"""The base of ops that move the values of one tensor and change none."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from xdsl.dialects.builtin import AnyFloatConstr, IntegerType, TensorType
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    ParsePropInAttrDict,
    operand_def,
    traits_def,
    var_result_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.tensors import (
    Expected,
    shape_of,
    verify_not_per_axis,
    verify_result_shape,
    verify_same_element_type,
)
from qfin.dialects.uniform import UniformType

MovableTensorConstr = Expected(
    TensorType.constr(AnyFloatConstr | BaseAttr(IntegerType) | BaseAttr(UniformType)),
    "a ranked tensor of floats, of integers or of !quant.uniform",
)

Shape = tuple[int, ...]


class MoveOp(IRDLOperation):
    """Base of ops on one tensor, with one result or several of the same elements. On quantized
    values, which must be quantized per layer, they mean the same as on floats."""

    input = operand_def(MovableTensorConstr)
    outputs = var_result_def(MovableTensorConstr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format: ClassVar[str | None] = (
        "operands attr-dict `:` functional-type(operands, results)"
    )
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        result_types: Sequence[Attribute],
        properties: Mapping[str, Attribute | None] | None = None,
    ):
        super().__init__(
            operands=[input], result_types=[result_types], properties=dict(properties or {})
        )

    @abstractmethod
    def shapes(self, x: Shape) -> tuple[Shape, ...]:
        """The shapes of the results for an input of shape `x`. Raises VerifyException."""

    @property
    def result(self) -> SSAValue:
        """The first result; the only one but for `nn.split` and `nn.chunk`."""
        return self.results[0]

    def verify_(self) -> None:
        verify_same_element_type(self.input, *self.results)
        verify_not_per_axis(self.input)
        expected = self.shapes(shape_of(self.input))
        if len(expected) != len(self.results):
            raise VerifyException(
                f"expected {len(expected)} results of shapes"
                f" {', '.join(map(shapes.text, expected))}, got {len(self.results)}"
            )
        for result, shape in zip(self.results, expected, strict=True):
            verify_result_shape(result, shape)
