"""Floats that print as bits parse back as the same bits."""

from __future__ import annotations

import math
import struct

import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import (
    AnyFloat,
    DenseIntOrFPElementsAttr,
    Float32Type,
    TensorType,
    bf16,
    f16,
    f32,
    f64,
    i32,
)
from xdsl.utils.exceptions import ParseError

from qfin.float_bits import FloatBitsParser


def parse(text: str) -> DenseIntOrFPElementsAttr:
    attribute = FloatBitsParser(Context(), text).parse_attribute()
    assert isinstance(attribute, DenseIntOrFPElementsAttr)
    return attribute


@pytest.mark.parametrize("type", [f16, bf16, f32, f64], ids=str)
@pytest.mark.parametrize("values", [[math.inf], [-math.inf, 1.0], [math.nan, 0.5]], ids=str)
def test_special_values(type: AnyFloat, values: list[float]):
    before = DenseIntOrFPElementsAttr.from_list(TensorType(type, [len(values)]), values)
    assert parse(str(before)).data == before.data


@pytest.mark.parametrize(
    "bits", [0x4B400000, 0xCB400001, 0x7F7FFFFF, 0x00000001, 0x7FC00001, 0x4E6E6B28]
)
def test_any_bits_of_f32(bits: int):
    (value,) = struct.unpack("<f", struct.pack("<I", bits))
    for values in ([value], [value, 1.0]):
        before = DenseIntOrFPElementsAttr.from_list(TensorType(f32, [len(values)]), values)
        after = parse(str(before))
        assert after.data == before.data, str(before)
        assert isinstance(after.get_element_type(), Float32Type)


def test_integers_in_hexadecimal_are_integers():
    expected = DenseIntOrFPElementsAttr.from_list(TensorType(i32, [2]), [16, -16])
    assert parse("dense<[0x10, -16]> : tensor<2xi32>") == expected


@pytest.mark.parametrize("literal", ["0x100000000", "-0x1"])
def test_bits_that_do_not_fit(literal: str):
    with pytest.raises(ParseError, match="hexadecimal literal is not 4 bytes of f32"):
        parse(f"dense<{literal}> : tensor<1xf32>")
