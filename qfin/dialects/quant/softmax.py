"""Fused softmax: a table of integer exponentials, an exact sum, one division.

Its numbers are defined once, in `qfin.interpreter.softmax`.
"""

from __future__ import annotations

import numpy as np
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.nn.softmax import verify_dim
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.tensors import (
    IntConstr,
    QuantTensorConstr,
    element_type_of,
    i64_attr,
    shape_of,
    verify_result_shape,
)
from qfin.dialects.uniform import UniformType

MAX_SUM = 2**20
MIN_SCALE = 2.0**-24
"""The most values along `dim`, and the smallest scale of a result, for which the bound of
`qfin.interpreter.softmax` holds."""


@irdl_op_definition
class SoftmaxOp(IRDLOperation):
    """Quantized `nn.softmax`.

    %y = quant.softmax %x {dim = -1 : i64} : (tensor<2x8x!qx>) -> tensor<2x8x!qy>
    """

    name = "quant.softmax"

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    dim = prop_def(IntConstr)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, result_type: Attribute, dim: int):
        super().__init__(
            operands=[input], result_types=[result_type], properties={"dim": i64_attr(dim)}
        )

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        shape = shape_of(self.input)
        verify_result_shape(self.result, shape)
        axis = verify_dim(self.input, self.dim.value.data)
        count = shape[axis] if shape else 1
        if count != shapes.DYNAMIC and count > MAX_SUM:
            raise VerifyException(
                f"a sum of {count} exponentials is not precise enough (at most {MAX_SUM})"
            )
        element = element_type_of(self.result)
        assert isinstance(element, UniformType)
        with np.errstate(over="ignore", under="ignore"):
            scale = np.float32(element.scale)
        if not scale >= MIN_SCALE:
            raise VerifyException(
                f"a result with scale {element.scale} asks for more than the exponentials have"
                " (at least 2**-24)"
            )
