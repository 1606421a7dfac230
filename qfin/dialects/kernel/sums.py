"""What the zero points of weights multiply: sums of the inputs that each output reads."""

from __future__ import annotations

from math import prod

from xdsl.dialects.builtin import i32
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def
from xdsl.utils.exceptions import VerifyException

from qfin.dialects import shapes
from qfin.dialects.kernel.buffers import (
    BufferConstr,
    KernelOp,
    memref_of,
    strides_of,
    verify_activations,
    verify_buffer,
    verify_row_major,
    verify_shape,
)
from qfin.dialects.tensors import ONES, Ints, IntsConstr
from qfin.dialects.windows import verify_axes

MAX_SUMMED = 2**23 // 255
"""Bytes that a window may sum: the halves of `kernel.window_sums` hold no more."""


@irdl_op_definition
class ChannelSumsOp(KernelOp):
    """The sum of the unsigned bytes of each pixel, in each group of its channels, as i32; 128 is
    added to each signed one.

    kernel.channel_sums %x, %y
      : memref<1x64x58x58xi8, strided<[215296, 1, 3712, 64]>>, memref<1x1x58x58xi32>
    """

    name = "kernel.channel_sums"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    def __init__(self, input: SSAValue, output: SSAValue):
        super().__init__(operands=[input, output])

    def verify_(self) -> None:
        rank = _rank(self.input)
        verify_activations("input", self.input)
        verify_buffer("output", self.output, i32, rank)
        verify_row_major("output", self.output)
        batch, channels, *image = memref_of(self.input).get_shape()
        groups = memref_of(self.output).get_shape()[1]
        if groups < 1 or channels % groups:
            raise VerifyException(f"{channels} channels do not divide into {groups} groups")
        verify_shape("output", self.output, (batch, groups, *image))
        if channels > groups and strides_of(self.input)[1] != 1:
            raise VerifyException(f"input must have channels innermost, got {self.input.type}")


@irdl_op_definition
class WindowSumsOp(KernelOp):
    """Minus the sum over each window, s, in two halves, as `kernel.dense` multiplies them:

        s = -sum x[n, g, y*sy + ky*dy, x*sx + kx*dx]
        out = (s >> 8) * 2**16 + (s & 255)

    The input holds sums of bytes, which add up to 2**23 at most.

        kernel.window_sums %x, %y {kernel = array<i64: 3, 3>}
          : memref<1x1x58x58xi32>, memref<1x1x56x56xi32>
    """

    name = "kernel.window_sums"

    input = operand_def(BufferConstr)
    output = operand_def(BufferConstr)

    kernel = prop_def(IntsConstr, default_value=ONES)
    stride = prop_def(IntsConstr, default_value=ONES)
    dilation = prop_def(IntsConstr, default_value=ONES)

    def __init__(
        self, input: SSAValue, output: SSAValue, *, kernel: Ints, stride: Ints, dilation: Ints
    ):
        super().__init__(
            operands=[input, output],
            properties={"kernel": kernel, "stride": stride, "dilation": dilation},
        )

    def verify_(self) -> None:
        rank = _rank(self.input)
        windows: list[tuple[int, ...]] = []
        for name in ("kernel", "stride", "dilation"):
            verify_axes(rank - 2, name, axes := getattr(self, name))
            windows.append(axes.get_values())
        for name, value in (("input", self.input), ("output", self.output)):
            verify_buffer(name, value, i32, rank)
            verify_row_major(name, value)
        kernel, stride, dilation = windows
        batch, groups, *image = memref_of(self.input).get_shape()
        if prod(kernel) > MAX_SUMMED:
            raise VerifyException(f"a window sums at most {MAX_SUMMED} bytes, got {prod(kernel)}")
        spatial = image
        if 0 not in image:  # as it is in a linear without rows
            spatial = shapes.windows(image, kernel, stride, (0, 0) * (rank - 2), dilation)
        verify_shape("output", self.output, (batch, groups, *spatial))


def _rank(value: SSAValue) -> int:
    """Of images in two or three dimensions. Raises VerifyException for others."""
    rank = memref_of(value).get_num_dims()
    if rank not in (4, 5):
        raise VerifyException(f"input must hold images [N, C, (D,) H, W], got {value.type}")
    return rank
