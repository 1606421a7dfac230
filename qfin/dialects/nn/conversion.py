"""Between float types: `nn.to`, `nn.saturate_to_fp16`."""

from __future__ import annotations

from typing_extensions import override
from xdsl.dialects.builtin import Float16Type, TensorType, f16
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    BaseAttr,
    IRDLOperation,
    irdl_op_definition,
    operand_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure

from qfin.dialects.tensors import (
    Expected,
    FloatTensorConstr,
    element_type_of,
    shape_of,
    verify_result_shape,
)

F16TensorConstr = Expected(TensorType.constr(BaseAttr(Float16Type)), "a ranked tensor of f16")


@irdl_op_definition
class ToOp(IRDLOperation):
    """Each value as the nearest of another float type, ties to even: `Tensor.to(dtype)`.

    What is too large for the result becomes infinite.

        %w = nn.to %h : tensor<10x64xf16> to tensor<10x64xf32>
    """

    name = "nn.to"

    input = operand_def(FloatTensorConstr)
    result = result_def(FloatTensorConstr)

    assembly_format = "$input attr-dict `:` type($input) `to` type($result)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, result_type: Attribute):
        super().__init__(operands=[input], result_types=[result_type])

    @override
    def verify_(self) -> None:
        verify_result_shape(self.result, shape_of(self.input))


@irdl_op_definition
class SaturateToFp16Op(IRDLOperation):
    """Each value as the nearest f16, and the largest finite one (65504) of its sign for what is
    larger: a weight for `linear_fp16`.

    PyTorch's `_saturate_weight_to_fp16` clips, and leaves the rounding to the packing.

        %h = nn.saturate_to_fp16 %w : tensor<10x64xf32> to tensor<10x64xf16>
    """

    name = "nn.saturate_to_fp16"

    input = operand_def(FloatTensorConstr)
    result = result_def(F16TensorConstr)

    assembly_format = "$input attr-dict `:` type($input) `to` type($result)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue):
        super().__init__(operands=[input], result_types=[TensorType(f16, shape_of(input))])

    @override
    def verify_(self) -> None:
        assert element_type_of(self.result) == f16
        verify_result_shape(self.result, shape_of(self.input))
