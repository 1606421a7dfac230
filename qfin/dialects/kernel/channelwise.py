"""`kernel.channelwise`: f32 functions of one value with parameters of its channel."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import FloatAttr, StringAttr, f32, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, var_operand_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    ScaleConstr,
    memref_of,
    strides_of,
    verify_buffer,
    verify_byte,
    verify_clamp,
    verify_scale,
    verify_shape,
)
from qfin.dialects.tensors import IntConstr, i64_attr

FUNCTIONS = {"batch_norm": 2, "prelu": 1}
"""How many parameters of a channel each function has."""


@irdl_op_definition
class ChannelwiseOp(KernelOp):
    """A function of each value of x and of the parameters p [C] of its channel:

        t = f32(x - input_zero_point) * input_scale
        batch_norm: t = t * p0[c] + p1[c]
        prelu:      t = t if t > 0 else t * p0[c]
        out = clamp(rint(t / scale) + zero_point, qmin, qmax)

    Channels are dimension 1 of input and output; the parameters are dense. NaN gives qmin.
    """

    name = "kernel.channelwise"

    input = operand_def(BufferConstr)
    parameters = var_operand_def(BufferConstr)
    output = operand_def(BufferConstr)
    function = prop_def(StringAttr)
    input_scale = prop_def(ScaleConstr)
    input_zero_point = prop_def(IntConstr)
    scale = prop_def(ScaleConstr)
    zero_point = prop_def(IntConstr)
    qmin = prop_def(IntConstr)
    qmax = prop_def(IntConstr)

    def __init__(
        self,
        input: SSAValue,
        parameters: Sequence[SSAValue],
        output: SSAValue,
        function: str,
        *,
        input_scale: float,
        input_zero_point: int,
        scale: float,
        zero_point: int,
        qmin: int,
        qmax: int,
    ):
        super().__init__(
            operands=[input, parameters, output],
            properties={
                "function": StringAttr(function),
                "input_scale": FloatAttr(input_scale, f32),
                "input_zero_point": i64_attr(input_zero_point),
                "scale": FloatAttr(scale, f32),
                "zero_point": i64_attr(zero_point),
                "qmin": i64_attr(qmin),
                "qmax": i64_attr(qmax),
            },
        )

    def verify_(self) -> None:
        if (function := self.function.data) not in FUNCTIONS:
            raise VerifyException(
                f'function must be one of {", ".join(FUNCTIONS)}, got "{function}"'
            )
        verify_buffer("input", self.input, i8)
        verify_buffer("output", self.output, i8)
        shape = memref_of(self.input).get_shape()
        verify_shape("output", self.output, shape)
        if len(shape) < 2:
            raise VerifyException(f"input must be [N, C, ...], got {shapes.text(shape)}")
        if (count := len(self.parameters)) != FUNCTIONS[function]:
            raise VerifyException(f"{function} has {FUNCTIONS[function]} parameters, got {count}")
        for parameter in self.parameters:
            verify_buffer("parameter", parameter, f32)
            verify_shape("parameter", parameter, shape[1:2])
            if strides_of(parameter) != (1,):
                raise VerifyException(f"parameters must be dense, got {memref_of(parameter)}")
        for scale in (self.input_scale, self.scale):
            verify_scale(scale.value.data)
        verify_byte("input_zero_point", self.input_zero_point.value.data)
        verify_byte("zero_point", self.zero_point.value.data)
        verify_clamp(self.qmin.value.data, self.qmax.value.data)
