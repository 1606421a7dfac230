"""linear with weights stored as f16: sums in f32, in a stated order.

The function is `name(x, w, [bias,] y, begin, end)`: pointers to rows of f32 [M, K], the weights,
perhaps a bias in f32, and rows of f32 [M, N]; then the half-open range, i64, of the
blocks of output channels.

Layout: weights as f16 [blocks][K][BLOCK], 0 where there is no channel: the order in which they are
read. The bias has a value for each of them, too.

Recipe, for each row and each channel, in this order, each step rounded once to f32:

    t = 0, then for k = 0, 1, ...: t = fma(x[m, k], f32(w[n, k]), t)
    y = min(max(t + bias[n], low), high)

Channels are lanes and the loop over k is not taken apart, so every target gives the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects import func
from xdsl.dialects.builtin import LocationAttr, f16, f32, i64
from xdsl.ir import SSAValue

from qfin.dialects.kernel.linear_fp16 import BLOCK
from qfin.kernels.builder import Index, KernelBuilder, ptr, vector
from qfin.kernels.floats import clamp_floats
from qfin.kernels.strided import scaled
from qfin.target.isa import Isa

# Sums that are in registers at a time.
_SUMS = 8


@dataclass(frozen=True)
class LinearFp16Spec:
    """`rows` of `inputs` values to rows of `outputs` values, both dense; bounds that are None do
    nothing."""

    rows: int
    inputs: int
    outputs: int
    bias: bool
    low: float | None = None
    high: float | None = None

    def parallel_size(self, isa: Isa) -> int:
        """The end of the whole range: the blocks of channels."""
        return -(-self.outputs // BLOCK)


def build_linear_fp16(
    name: str, spec: LinearFp16Spec, isa: Isa, location: LocationAttr | None = None
) -> func.FuncOp:
    """f32 and f16 to f32; see the top of this file."""
    b = KernelBuilder(name, [*[ptr] * (4 if spec.bias else 3), i64, i64], location)
    x, w, *bias, y, begin, end = b.arguments
    floats, halves = vector(f32, isa.lanes), vector(f16, isa.lanes)
    vectors = BLOCK // isa.lanes
    together = _SUMS // vectors
    fma = f"llvm.fma.v{isa.lanes}f32"

    def weights(at: SSAValue) -> list[SSAValue]:
        return [
            b.fpext(b.load(b.gep(at, v * 2 * isa.lanes), halves), floats) for v in range(vectors)
        ]

    def rows(
        at_w: SSAValue, at_bias: SSAValue | None, x: SSAValue, y: SSAValue, n: int, channels: int
    ):
        """`n` rows of one block."""

        def step(k: Index, sums: Sequence[SSAValue]) -> list[SSAValue]:
            values = weights(b.gep(at_w, scaled(b, k, 2 * BLOCK)))
            new: list[SSAValue] = []
            for row in range(n):
                one = b.load(b.gep(x, row * 4 * spec.inputs, scaled(b, k, 4)), vector(f32, 1))
                spread = b.shuffle(one, one, (0,) * isa.lanes)
                for v in range(vectors):
                    total = sums[row * vectors + v]
                    new.append(b.intrinsic(fma, floats, spread, values[v], total))
            return new

        zeros = [b.splat(0.0, floats)] * (n * vectors)
        sums = b.for_loop(0, spec.inputs, 1, step, *zeros) if spec.inputs else zeros
        for i, total in enumerate(sums):
            row, first = i // vectors, i % vectors * isa.lanes
            if at_bias is not None:
                total = b.fadd(total, b.load(b.gep(at_bias, 4 * first), floats))
            total = clamp_floats(b, total, isa.lanes, spec.low, spec.high)
            count = min(channels - first, isa.lanes)
            if count <= 0:
                continue
            if count < isa.lanes:
                total = b.shuffle(total, total, tuple(range(count)))
            b.store(total, b.gep(y, 4 * (row * spec.outputs + first)))

    def channels(i: Index, count: int) -> None:
        """All rows of one block, of which `count` channels are stored."""
        at_w = b.gep(w, scaled(b, i, 2 * BLOCK * spec.inputs))
        at_bias = b.gep(bias[0], scaled(b, i, 4 * BLOCK)) if bias else None
        at_y = b.gep(y, scaled(b, i, 4 * BLOCK))

        def some(m: Index, n: int) -> None:
            at_x = b.gep(x, scaled(b, m, 4 * spec.inputs))
            rows(at_w, at_bias, at_x, b.gep(at_y, scaled(b, m, 4 * spec.outputs)), n, count)

        whole = spec.rows // together * together
        if whole:
            b.for_loop(0, whole, together, lambda m, _: some(m, together))
        if spec.rows > whole:
            b.for_loop(whole, spec.rows, 1, lambda m, _: some(m, 1))

    full, rest = divmod(spec.outputs, BLOCK)
    edge = b.constant(full, 64)
    if full:
        last = b.minimum(end, edge) if rest else end
        b.for_loop(begin, last, 1, lambda i, _: channels(i, BLOCK))
    if rest:
        first = b.intrinsic("llvm.smax.i64", i64, begin, edge) if full else begin
        b.for_loop(first, end, 1, lambda i, _: channels(i, rest))
    return b.finish()
