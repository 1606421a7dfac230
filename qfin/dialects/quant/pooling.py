"""Fused average poolings: an integer sum over each window, one rounding.

Their numbers are defined once, in `qfin.interpreter.quant`.
"""

from __future__ import annotations

from math import prod

from xdsl.dialects.builtin import BoolAttr
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

from qfin.dialects.nn.pooling import verify_adaptive_avg_pool2d, verify_avg_pool2d
from qfin.dialects.quant.activation import verify_activation_type
from qfin.dialects.tensors import (
    NO_PADDING,
    ONES,
    TRUE,
    Ints,
    IntsConstr,
    QuantTensorConstr,
    shape_of,
)

# |sum| of a pooling window <= 255 for each element, likewise.
MAX_WINDOW = (2**31 - 1) // 255


def _verify_window_sum(elements: int) -> None:
    if elements > MAX_WINDOW:
        raise VerifyException(
            f"a sum of {elements} values can overflow 32 bits (at most {MAX_WINDOW})"
        )


@irdl_op_definition
class AvgPool2dOp(IRDLOperation):
    """Quantized `nn.avg_pool2d`: integer sum over the window, one rounding.

    %y = quant.avg_pool2d %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>}
      : (tensor<1x8x4x4x!qx>) -> tensor<1x8x2x2x!qy>
    """

    name = "quant.avg_pool2d"

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    kernel = prop_def(IntsConstr)
    stride = prop_def(IntsConstr, default_value=ONES)
    padding = prop_def(IntsConstr, default_value=NO_PADDING)
    count_include_pad = prop_def(BoolAttr, default_value=TRUE)

    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(
        self,
        input: SSAValue,
        result_type: Attribute,
        *,
        kernel: Ints,
        stride: Ints = ONES,
        padding: Ints = NO_PADDING,
        count_include_pad: BoolAttr = TRUE,
    ):
        super().__init__(
            operands=[input],
            result_types=[result_type],
            properties={
                "kernel": kernel,
                "stride": stride,
                "padding": padding,
                "count_include_pad": count_include_pad,
            },
        )

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        _verify_window_sum(prod(self.kernel.get_values()))
        verify_avg_pool2d(self.input, self.result, self.kernel, self.stride, self.padding)


@irdl_op_definition
class AdaptiveAvgPool2dOp(IRDLOperation):
    """Quantized `nn.adaptive_avg_pool2d`: integer sum over each window, one rounding.

    %y = quant.adaptive_avg_pool2d %x : (tensor<1x8x7x7x!qx>) -> tensor<1x8x1x1x!qy>
    """

    name = "quant.adaptive_avg_pool2d"

    input = operand_def(QuantTensorConstr)
    result = result_def(QuantTensorConstr)

    assembly_format = "operands attr-dict `:` functional-type(operands, results)"
    traits = traits_def(Pure())

    def __init__(self, input: SSAValue, result_type: Attribute):
        super().__init__(operands=[input], result_types=[result_type])

    def verify_(self) -> None:
        verify_activation_type(self.input, "input")
        verify_activation_type(self.result, "result")
        verify_adaptive_avg_pool2d(self.input, self.result)
        windows = zip(shape_of(self.input)[2:], shape_of(self.result)[2:], strict=True)
        # Output i of n covers at most ceil(size / n) + 1 rows.
        _verify_window_sum(prod(min(n, -(-n // max(m, 1)) + 1) for n, m in windows if n > 0))
