"""Scales and zero points as text: `0.1`, `0.1:-3`, `{0.1,0.2:1}`, `{{0.1, 0.2:1}, {0.3, 0.4}}`."""

from __future__ import annotations

import re
import struct
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from xdsl.dialects.builtin import AnyFloat, f64
from xdsl.parser import AttrParser
from xdsl.printer import Printer

Entry: TypeAlias = tuple[float, int]
"""A scale and its zero point."""

_ENTRY = r"[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?(?::-?[0-9]{1,18})?"
_PLAIN_LIST = re.compile(rf"\{{({_ENTRY}(?:,\s*{_ENTRY})*)\}}", re.ASCII)


def parse_float_literal(parser: AttrParser) -> float:
    """A float literal: decimal with a dot, or `0x` and the 64 bits of a double, as upstream."""
    start = parser.pos
    if (value := parser.parse_optional_float()) is not None:
        return value
    if parser.lexer.input.content[start : start + 2].lower() != "0x":
        parser.raise_error(
            "expected floating point literal: decimal with a dot (2.0, 1.0e-40), or the 64 bits of"
            " a double in hexadecimal (0x...), which infinity needs",
            start,
        )
    bits = parser.parse_integer(allow_boolean=False, allow_negative=False)
    if bits >= 1 << 64:
        parser.raise_error("hexadecimal float literal has more than 64 bits", start)
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def parse_expressed(parser: AttrParser) -> AnyFloat:
    """The float type that quantized values stand for."""
    start = parser.pos
    expressed = parser.parse_type()
    if not isinstance(expressed, AnyFloat):
        parser.raise_error("expressed type must be floating point", start, parser.pos)
    return expressed


def parse_entry(parser: AttrParser) -> Entry:
    """`scale (: zero-point)?`"""
    scale = parse_float_literal(parser)
    if parser.parse_optional_punctuation(":") is None:
        return scale, 0
    start = parser.pos
    zero_point = parser.parse_integer(allow_boolean=False)
    if not -(1 << 63) <= zero_point < 1 << 63:
        parser.raise_error("zero point does not fit in 64 bits", start, parser.pos)
    return scale, zero_point


def parse_entries(parser: AttrParser) -> tuple[tuple[int, ...], list[Entry]]:
    """A list of entries or, nested to any depth, of such lists: its shape and flat contents."""
    if (entries := _parse_plain_list(parser)) is not None:
        return (len(entries),), entries
    start = parser.pos
    parser.parse_punctuation("{")
    if parser.lexer.input.content[parser.pos] != "{":
        entries = parser.parse_list(parser.Delimiter.NONE, lambda: parse_entry(parser))
        parser.parse_punctuation("}")
        return (len(entries),), entries
    rows = parser.parse_list(parser.Delimiter.NONE, lambda: parse_entries(parser))
    parser.parse_punctuation("}")
    shapes = {shape for shape, _ in rows}
    if len(shapes) > 1:
        parser.raise_error("lists of scales at one level differ in shape", start, parser.pos)
    return (len(rows), *shapes.pop()), [entry for _, row in rows for entry in row]


def _parse_plain_list(parser: AttrParser) -> list[Entry] | None:
    """
    One flat list in plain notation, matched as a whole: token by token, 2048 scales take 20 ms.
    Consumes nothing and returns None for anything unusual, which `parse_entries` then reads.
    """
    match = _PLAIN_LIST.match(parser.lexer.input.content, parser.pos)
    if match is None:
        return None
    parser._resume_from(match.end())  # pyright: ignore[reportPrivateUsage]
    pairs = (entry.partition(":") for entry in match[1].split(","))
    return [(float(scale), int(zero_point or 0)) for scale, _, zero_point in pairs]


def print_entry(printer: Printer, scale: float, zero_point: int) -> None:
    """`scale (: zero-point)?`; the scale as a double that reads back as the same."""
    printer.print_float(scale, f64)
    if zero_point:
        printer.print_string(f":{zero_point}")


def print_entries(
    printer: Printer, scales: NDArray[np.float64], zero_points: NDArray[np.int64], separator: str
) -> None:
    """The list, nested as deep as the arrays (of equal shape) have axes."""
    with printer.in_braces():
        for i in range(len(scales)):
            if i:
                printer.print_string(separator)
            if scales.ndim == 1:
                print_entry(printer, float(scales[i]), int(zero_points[i]))
            else:
                print_entries(printer, scales[i], zero_points[i], separator)
