"""The geometry of packed convolutions: a part of `!quant.packed`."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import override
from xdsl.dialects.builtin import IntAttr
from xdsl.ir import ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.tensors import Ints, ints
from qfin.dialects.windows import ones, verify_output_padding, verify_window_of_rank, zeros


@irdl_attr_definition
class ConvGeometry(ParametrizedAttribute):
    """How a convolution walks its input: stride, padding, dilation, groups.

    `padding` is [before, after] for each spatial dimension in turn. `output_padding`, of transposed
    convolutions only, makes the result longer at the end of each dimension. As text it is a part
    of `!quant.packed`.
    """

    name = "quant.geometry"

    stride: Ints
    padding: Ints
    dilation: Ints
    groups: IntAttr
    output_padding: Ints

    @staticmethod
    def get(
        stride: Sequence[int] | None = None,
        padding: Sequence[int] | None = None,
        dilation: Sequence[int] | None = None,
        groups: int = 1,
        output_padding: Sequence[int] | None = None,
        *,
        rank: int = 2,
    ) -> ConvGeometry:
        """Of `rank` spatial dimensions; what is None has its usual value. Raises VerifyException
        for wrong counts or signs."""
        return ConvGeometry(
            ones(rank) if stride is None else ints(*stride),
            zeros(2 * rank) if padding is None else ints(*padding),
            ones(rank) if dilation is None else ints(*dilation),
            IntAttr(groups),
            zeros(rank) if output_padding is None else ints(*output_padding),
        )

    @property
    def rank(self) -> int:
        """Spatial dimensions."""
        return len(self.output_padding.get_values())

    def print_entries(self, printer: Printer) -> None:
        """`, stride = [1, 1], ...`, leaving out what has its usual value."""
        for key, value, usual in (
            ("stride", self.stride, ones(self.rank)),
            ("padding", self.padding, zeros(2 * self.rank)),
            ("output_padding", self.output_padding, zeros(self.rank)),
            ("dilation", self.dilation, ones(self.rank)),
        ):
            if value != usual:
                printer.print_string(f", {key} = {list(value.get_values())}")
        if self.groups.data != 1:
            printer.print_string(f", groups = {self.groups.data}")

    @override
    def verify(self) -> None:
        verify_window_of_rank(self.rank, self.stride, self.padding, self.dilation)
        verify_output_padding(self.rank, self.output_padding, self.stride, self.dilation)
        if self.groups.data < 1:
            raise VerifyException(f"groups must be >= 1, got {self.groups.data}")
