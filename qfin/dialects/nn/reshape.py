"""Ops that give the same values another shape: `nn.reshape`, `nn.flatten`."""

from __future__ import annotations

from xdsl.dialects.builtin import AnyFloatConstr, TensorType, i8
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    BaseAttr,
    EqAttrConstraint,
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.pattern_rewriter import RewritePattern
from xdsl.traits import HasCanonicalizationPatternsTrait, Pure

from qfin.dialects import shapes
from qfin.dialects.tensors import (
    AnyTensorConstr,
    Expected,
    IntConstr,
    i64_attr,
    shape_of,
    verify_not_per_axis,
    verify_result_shape,
    verify_same_element_type,
)
from qfin.dialects.uniform import UniformType

_Reshaped = Expected(
    TensorType.constr(AnyFloatConstr | BaseAttr(UniformType) | EqAttrConstraint(i8)),
    "a ranked tensor of floats, of !quant.uniform or of i8",
)
"""With i8 for weights that are quantized at run time."""


class ReshapeCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.nn.canonicalization import ReshapeOfReshape, SameShape

        return (SameShape(), ReshapeOfReshape())


class FlattenCanonicalization(HasCanonicalizationPatternsTrait):
    @classmethod
    def get_canonicalization_patterns(cls) -> tuple[RewritePattern, ...]:
        from qfin.dialects.nn.canonicalization import SameShape

        return (SameShape(),)


@irdl_op_definition
class ReshapeOp(IRDLOperation):
    """The same values in row-major order under another shape, which is the result's. At most one
    dimension of it may be dynamic: it follows from the others.

    %y = nn.reshape %x : (tensor<2x8xf32>) -> tensor<4x4xf32>
    """

    name = "nn.reshape"

    input = operand_def(_Reshaped)
    result = result_def(_Reshaped)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure(), ReshapeCanonicalization())

    def __init__(self, input: SSAValue, result_type: Attribute):
        super().__init__(operands=[input], result_types=[result_type])

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        verify_not_per_axis(self.input)
        shapes.check_reshape(shape_of(self.input), shape_of(self.result))


@irdl_op_definition
class FlattenOp(IRDLOperation):
    """Dimensions start_dim..end_dim (inclusive) become one, `torch.flatten`.

    %y = nn.flatten %x {start_dim = 1 : i64} : (tensor<1x8x2x2xf32>) -> tensor<1x32xf32>
    """

    name = "nn.flatten"

    input = operand_def(AnyTensorConstr)
    result = result_def(AnyTensorConstr)

    start_dim = prop_def(IntConstr, default_value=i64_attr(0))
    end_dim = prop_def(IntConstr, default_value=i64_attr(-1))

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure(), FlattenCanonicalization())

    def __init__(
        self, input: SSAValue, result_type: Attribute, start_dim: int = 0, end_dim: int = -1
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={"start_dim": i64_attr(start_dim), "end_dim": i64_attr(end_dim)},
        )

    def verify_(self) -> None:
        verify_same_element_type(self.input, self.result)
        verify_not_per_axis(self.input)
        expected = shapes.flatten(
            shape_of(self.input), self.start_dim.value.data, self.end_dim.value.data
        )
        verify_result_shape(self.result, expected)
