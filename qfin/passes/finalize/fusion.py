"""What a row of the table of fusions is, and the two ways in which rows rewrite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute, Operation
from xdsl.pattern_rewriter import PatternRewriter

from qfin.dialects.quant.casts import DCastOp
from qfin.dialects.uniform import UniformType
from qfin.locations import fuse
from qfin.passes.finalize.groups import Output, input_of, output_of, require_verified

Rewrite: TypeAlias = Callable[[PatternRewriter], Operation]
"""Changes the IR around a matched float op; returns the op that took its place."""


def name_of(op: type[Operation] | Operation) -> str:
    """The name of an op without its dialect."""
    return op.name.partition(".")[2]


def always(op: Operation) -> bool:
    """The `when` of a row that speaks of every op of its kind."""
    return True


@dataclass(frozen=True)
class Fusion:
    """One row. `match` looks at a float op, and returns how to rewrite it or raises `Refused`.

    Where several rows have the same float op, each op belongs to the first of them whose `when`
    holds, and is fused or refused by that one alone: `when` says what kind of group an op stands
    in, `match` whether the group is fit. A row of a special kind has a `variant`, which is part of
    its name, and comes before the one for all others.
    """

    float_op: type[Operation]
    pattern: str
    becomes: str
    needs: str
    match: Callable[[Operation], Rewrite]
    when: Callable[[Operation], bool] = always
    activations: bool = False
    """Whether the relus and clamps behind the op are a part of the group."""

    variant: str = ""
    exact: bool = True
    """Whether the fused op gives the bits that it replaces; if not, it is one step off at most,
    next to ties, or (`f32` results) by what sums in f32 round."""

    @property
    def name(self) -> str:
        """`add`, or `add_residual` for the variant `residual`; no two rows have the same."""
        op = name_of(self.float_op)
        return f"{op}_{self.variant}" if self.variant else op

    @property
    def carries(self) -> bool:
        """Whether the row moves the dequantize of the input behind the op."""
        return self.becomes.startswith("dcast(")


def replace_group(op: Operation, output: Output, fused: Operation) -> Rewrite:
    """Puts `fused` in the place of the quantize and drops the float ops that only fed it."""
    chain = (op, *output.between, output.quantize)
    fused.location = fuse(*(part.location for part in chain))

    def rewrite(rewriter: PatternRewriter) -> Operation:
        rewriter.replace(output.quantize, fused)
        for part in reversed(chain[:-1]):
            rewriter.erase(part)
        return fused

    return rewrite


def rename(op: Operation, by_name: Mapping[str, Callable[..., Operation]]) -> Rewrite:
    """Puts the quantized op of the same name, input and properties in the place of a float op."""
    input, _ = input_of(op)
    output = output_of(op, activations=False)
    fused = by_name[name_of(op)](input, output.quantize.result.type, op.properties)
    require_verified(fused)
    return replace_group(op, output, fused)


def _of_elements(tensor: Attribute, element: UniformType) -> TensorType[Attribute]:
    """The same tensor of other elements."""
    assert isinstance(tensor, TensorType)
    return TensorType(element, tensor.get_shape(), tensor.encoding)


def carry(op: Operation) -> Rewrite:
    """Moves the dequantize behind an op that selects or moves values; changes no bit."""
    input, element = input_of(op)
    results = [result.type for result in op.results]

    def rewrite(rewriter: PatternRewriter) -> Operation:
        carried = type(op).create(
            operands=[input],
            result_types=[_of_elements(result, element) for result in results],
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        casts = [
            DCastOp(value, result) for value, result in zip(carried.results, results, strict=True)
        ]
        for cast in casts:
            cast.location = op.location
        rewriter.replace(op, [carried, *casts], [cast.result for cast in casts])
        return carried

    return rewrite


NEEDS_INPUT = "f32; input quantized per layer to 8 bits"
NEEDS_ACTIVATIONS = "f32; input and output quantized per layer to 8 bits"
