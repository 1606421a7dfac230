"""`quant.cat`: tensors of several scales become one.

Each element is dequantized and quantized again, so that fusing changes no bit; see
`qfin.interpreter.joining`.
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.traits import Pure

from qfin.dialects import shapes_movement as rules
from qfin.dialects.nn.joining import verify_operands
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.tensors import (
    IntConstr,
    QuantTensorConstr,
    i64_attr,
    shape_of,
    verify_result_shape,
)


@irdl_op_definition
class CatOp(IRDLOperation):
    """Quantized `nn.cat`: the operands, each with parameters of its own, behind each other.

    %z = quant.cat %x, %y {dim = 1 : i64}
      : (tensor<1x3x4x!qx>, tensor<1x5x4x!qy>) -> tensor<1x8x4x!qz>
    """

    name = "quant.cat"

    inputs = var_operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    dim = prop_def(IntConstr, default_value=i64_attr(0))

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, inputs: Sequence[SSAValue], result_type: Attribute, dim: int = 0):
        super().__init__(
            operands=[inputs], result_types=[result_type], properties={"dim": i64_attr(dim)}
        )

    def verify_(self) -> None:
        verify_operands(self.inputs)
        for number, operand in enumerate(self.inputs):
            verify_activation_type(operand, f"operand {number}")
        verify_activation_type(self.result, "result")
        shape = rules.cat([shape_of(x) for x in self.inputs], self.dim.value.data)
        verify_result_shape(self.result, shape)
