"""`!quant.uniform`: integers that stand for `(integer - zero point) * scale`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import override
from xdsl.dialects.builtin import AnyFloat, ArrayAttr, BytesAttr, IntAttr, IntegerType, NoneAttr
from xdsl.ir import Attribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer
from xdsl.utils.exceptions import VerifyException

from qfin.dialects.uniform.floats import positive_range, rounded
from qfin.dialects.uniform.literals import (
    parse_entries,
    parse_entry,
    parse_expressed,
    print_entries,
    print_entry,
)
from qfin.dialects.uniform.storage import StoredType, parse_storage, storage_parameters


@irdl_attr_definition
class UniformType(StoredType):
    """
    A uniformly quantized type, as in upstream MLIR:

        !quant.uniform<i8:f32, 0.1:-3>                                      per layer
        !quant.uniform<u8<0:254>:f32:1, {0.1,0.2:5}>                        per axis
        !quant.uniform<i8:f32:{0:1, 1:2}, {{2.0:120, 3.0}, {4.0, 5.0}}>     sub-channel

    Make one with `per_layer`, `per_axis` or `sub_channel`. Scales and zero points are held as
    bytes, so that equality and hashing of thousands of channels take microseconds. A zero point
    may lie outside the storage range, as upstream; what lowers such a type has to refuse it.
    """

    name = "quant.uniform"

    expressed: AnyFloat
    grid: NoneAttr | IntAttr | ArrayAttr[ArrayAttr[IntAttr]]
    """Per layer, the axis, or pairs of axis and block size."""
    shape: ArrayAttr[IntAttr]
    """The shape of scales and of zero points: () per layer, (channels,) per axis."""
    scale_data: BytesAttr
    """Little-endian f64, row major."""
    zero_point_data: BytesAttr
    """Little-endian i64, row major."""

    @staticmethod
    def per_layer(
        storage: IntegerType,
        expressed: AnyFloat,
        scale: float,
        zero_point: int = 0,
        storage_min: int | None = None,
        storage_max: int | None = None,
    ) -> UniformType:
        """One scale and zero point for all. Raises VerifyException for illegal parameters."""
        return _make(
            storage, expressed, NoneAttr(), scale, zero_point, (storage_min, storage_max), rank=0
        )

    @staticmethod
    def per_axis(
        storage: IntegerType,
        expressed: AnyFloat,
        axis: int,
        scales: ArrayLike,
        zero_points: ArrayLike | None = None,
        storage_min: int | None = None,
        storage_max: int | None = None,
    ) -> UniformType:
        """
        `scales` and `zero_points` (zeros if None) of shape [n] for the n slices along `axis`.
        Raises VerifyException for illegal parameters.
        """
        return _make(
            storage, expressed, IntAttr(axis), scales, zero_points, (storage_min, storage_max), 1
        )

    @staticmethod
    def sub_channel(
        storage: IntegerType,
        expressed: AnyFloat,
        block_sizes: Mapping[int, int],
        scales: ArrayLike,
        zero_points: ArrayLike | None = None,
        storage_min: int | None = None,
        storage_max: int | None = None,
    ) -> UniformType:
        """
        Blocks along several axes, `block_sizes` by axis. `scales` and `zero_points` have the
        tensor's rank: its size divided by the block size, and 1 on an axis without one. As
        upstream, scales are rounded to the expressed type. Raises VerifyException for illegal
        parameters.
        """
        pairs = [ArrayAttr([IntAttr(axis), IntAttr(size)]) for axis, size in block_sizes.items()]
        given = np.asarray(scales, np.float64)
        _verify_scales(given, expressed)
        exact = np.reshape(rounded(given.ravel().tolist(), expressed), given.shape)
        return _make(
            storage, expressed, ArrayAttr(pairs), exact, zero_points, (storage_min, storage_max)
        )

    @property
    def is_per_layer(self) -> bool:
        return isinstance(self.grid, NoneAttr)

    @property
    def is_per_axis(self) -> bool:
        return isinstance(self.grid, IntAttr)

    @property
    def is_sub_channel(self) -> bool:
        return isinstance(self.grid, ArrayAttr)

    @property
    def axis(self) -> int:
        """The quantized axis. Raises ValueError unless per axis."""
        if not isinstance(self.grid, IntAttr):
            raise ValueError(f"{self} is not quantized per axis")
        return self.grid.data

    @property
    def block_sizes(self) -> dict[int, int]:
        """Block size by axis. Raises ValueError unless sub-channel."""
        if not isinstance(self.grid, ArrayAttr):
            raise ValueError(f"{self} has no sub-channel quantization")
        return {axis.data: size.data for axis, size in self.grid.data}

    @property
    def scale(self) -> float:
        """The one scale. Raises ValueError unless per layer."""
        if not self.is_per_layer:
            raise ValueError(f"{self} has more than one scale")
        return float(self.scales[()])

    @property
    def zero_point(self) -> int:
        """The one zero point. Raises ValueError unless per layer."""
        if not self.is_per_layer:
            raise ValueError(f"{self} has more than one zero point")
        return int(self.zero_points[()])

    @property
    def scales(self) -> NDArray[np.float64]:
        """All scales, read only: [] per layer, [n] per axis, the tensor's rank if sub-channel."""
        return np.frombuffer(self.scale_data.data, "<f8").reshape(self._shape)

    @property
    def zero_points(self) -> NDArray[np.int64]:
        """All zero points, read only, shaped as the scales."""
        return np.frombuffer(self.zero_point_data.data, "<i8").reshape(self._shape)

    @property
    def _shape(self) -> tuple[int, ...]:
        return tuple(size.data for size in self.shape)

    @override
    def verify(self) -> None:
        super().verify()
        size = 8 * math.prod(self._shape)
        if any(n < 1 for n in self._shape):
            raise VerifyException("there must be at least one scale")
        if len(self.scale_data.data) != size or len(self.zero_point_data.data) != size:
            raise VerifyException("scales and zero points must have the same shape")
        _verify_scales(self.scales, self.expressed)
        if self.is_per_axis:
            _verify_axis(self.axis)
        if isinstance(self.grid, ArrayAttr):
            for axis, block in self.grid.data:
                _verify_axis(axis.data)
                if block.data <= 0:
                    raise VerifyException(f"illegal block size: {block.data}")

    @classmethod
    @override
    def parse_parameters(cls, parser: AttrParser) -> Sequence[Attribute]:
        start = parser.pos
        with parser.in_angle_brackets():
            storage, *limits = parse_storage(parser)
            parser.parse_punctuation(":")
            expressed = parse_expressed(parser)
            grid = _parse_grid(parser)
            parser.parse_punctuation(",")
            shape, entries = ((), [parse_entry(parser)]) if grid is None else parse_entries(parser)
        scales = np.reshape([scale for scale, _ in entries], shape)
        zero_points = np.reshape(np.array([z for _, z in entries], np.int64), shape)
        try:
            match grid:
                case None:
                    made = cls.per_layer(storage, expressed, *entries[0], *limits)
                case int():
                    made = cls.per_axis(storage, expressed, grid, scales, zero_points, *limits)
                case _:
                    made = cls.sub_channel(storage, expressed, grid, scales, zero_points, *limits)
        except VerifyException as error:
            parser.raise_error(str(error), start, parser.pos)
        return made.parameters

    @override
    def print_parameters(self, printer: Printer) -> None:
        with printer.in_angle_brackets():
            self.print_storage(printer)
            printer.print_string(":")
            printer.print_attribute(self.expressed)
            match self.grid:
                case NoneAttr():
                    printer.print_string(", ")
                    print_entry(printer, self.scale, self.zero_point)
                case IntAttr(data=axis):
                    printer.print_string(f":{axis}, ")
                    print_entries(printer, self.scales, self.zero_points, ",")
                case _:
                    blocks = ", ".join(f"{axis}:{n}" for axis, n in self.block_sizes.items())
                    printer.print_string(f":{{{blocks}}}, ")
                    print_entries(printer, self.scales, self.zero_points, ", ")


def _make(
    storage: IntegerType,
    expressed: AnyFloat,
    grid: NoneAttr | IntAttr | ArrayAttr[ArrayAttr[IntAttr]],
    scales: ArrayLike,
    zero_points: ArrayLike | None,
    limits: tuple[int | None, int | None],
    rank: int | None = None,
) -> UniformType:
    dense = np.asarray(scales, "<f8")
    offsets = np.zeros(dense.shape, "<i8") if zero_points is None else np.asarray(zero_points)
    if offsets.dtype.kind not in "iu" or offsets.shape != dense.shape:
        raise VerifyException("zero points must be integers, of the same shape as the scales")
    if dense.ndim != rank and (rank is not None or dense.ndim == 0):
        raise VerifyException(f"scales of shape {list(dense.shape)} do not fit the type")
    return UniformType(
        *storage_parameters(storage, *limits),
        expressed,
        grid,
        ArrayAttr(IntAttr(size) for size in dense.shape),
        BytesAttr(dense.tobytes()),
        BytesAttr(offsets.astype("<i8").tobytes()),
    )


def _parse_grid(parser: AttrParser) -> int | dict[int, int] | None:
    """`(: axis | : {axis:block, ...})?`"""
    if parser.parse_optional_punctuation(":") is None:
        return None
    start = parser.pos
    pairs = parser.parse_optional_comma_separated_list(
        parser.Delimiter.BRACES, lambda: _parse_block(parser)
    )
    if pairs is None:
        return parser.parse_integer(allow_boolean=False)
    if len(sizes := dict(pairs)) != len(pairs):
        parser.raise_error("an axis has two block sizes", start, parser.pos)
    return sizes


def _parse_block(parser: AttrParser) -> tuple[int, int]:
    axis = parser.parse_integer(allow_boolean=False)
    parser.parse_punctuation(":")
    return axis, parser.parse_integer(allow_boolean=False)


def _verify_axis(axis: int) -> None:
    if axis < 0:
        raise VerifyException(f"illegal quantized dimension: {axis}")


def _verify_scales(scales: NDArray[np.float64], expressed: AnyFloat) -> None:
    low, high = positive_range(expressed)
    bad = scales[~((scales >= low) & (scales <= high))]  # true of nan as well
    if bad.size:
        raise VerifyException(
            f"scale {bad[0]:.6e} out of expressed type range [{low:.6e}, {high:.6e}]"
        )
