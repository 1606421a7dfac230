"""What `docs/pytorch.md` should hold, made from the table of differences."""

from __future__ import annotations

from qfin.passes.finalize.fusion import Fusion
from qfin.passes.finalize.table import ON_DEVICE
from qfin.passes.finalize.table import STATIC as OURS

from .table import DYNAMIC, NEITHER, REFUSED, STATIC, TRAP, Entry, Reasons

HEAD = """\
<!-- Generated: QFIN_WRITE_PAGE=1 python -m pytest test/differential/test_page.py -->

# Coming from PyTorch

`quant-finalize` does what PyTorch's `torch/csrc/jit/passes/quantization/finalize.cpp` does, on
MLIR. This page says where the two agree and where they do not. It is made from the table by which
`test/differential` holds both to it: for each row the tests make the same random groups in
TorchScript and in our IR, run `_jit_pass_quant_finalize` of PyTorch 2.13 on the one and
`quant-finalize` on the other, and compare which ops there are then, and their numbers (fbgemm).

| PyTorch | here |
|---|---|
| `_jit_pass_insert_prepack_unpack` | `insert-prepack-unpack` |
| `_jit_pass_quant_fusion` | `quant-fusion` |
| `freeze_module` | `freeze-module` |
| `FoldQuantizedPrepackingOps` | `fold-quantized-prepacking-ops` |
| `_jit_pass_quant_finalize(module, quant_type)` | `quant-finalize{quant-type=...}` |
| `_jit_pass_quant_finalize_for_ondevice_ptq` | `finalize-on-device-ptq` |
| `_jit_pass_replicate_dequantize` | not needed: a dequantize that several ops read hides nothing |

The rows are those of [fusions.md](fusions.md). What PyTorch does not fuse stays in float there, and
is right, but slow. What it fuses although it should not (bold) is an error at run time, or another
result than was asked for, without a word. Ops that only move values count as fused where PyTorch
moves the dequantize over them, which it does before finalize. [traps.md](traps.md) has the worst.

"""

EVERYWHERE = """
## Of every op

"""

NUMBERS = """
## Numbers

- The same bits, but next to ties. PyTorch multiplies by the reciprocal of a scale where we divide,
  and where it quantizes, averages or resamples it adds the zero point before it rounds: with an odd
  one, ties go the other way. Never by more than one step, and never away from a tie.
- `share` is the part of the elements in random groups that the tests let differ. It is large where
  ties are common: means of few integers, with the parameters of the input.
- Sums of products are exact here, on every CPU. fbgemm's depthwise kernels, and all of its kernels
  without VNNI, saturate at 16 bits where activations are above 127; the tests stay below.
- Bounds of a clamp are rounded to the input's steps by PyTorch before they are used, here not.
- `quantized::linear_dynamic` and ours give the same bits, but next to ties of the input.
- `quantized::add` and `mul` warn where they broadcast, and give the same.

## What the text here cannot say

- `add` with `alpha`: PyTorch leaves it in float unless alpha is the integer 1. Here it is a
  `mul` in front.
- `padding='same'`: `insert_prepack_unpack` makes a prepack of it, which takes numbers only: what
  comes out does not run. Here paddings are numbers, for each side.

And what TorchScript cannot say: paddings that differ from side to side; biases of i32, which
PyTorch's kernels take as f32.

## What is not carried over

Before finalize PyTorch moves dequantizes over ops that pass values on (`propagateQuantizationOps`).
Here fusions look over them; of that list these are left out:

- `prim::If`: a dequantize in front of an `scf.if` or behind it stays there; groups inside of an arm
  fuse. A network is straight-line when it is exported, so neither the interpreter nor machine code
  runs branches; one with a constant condition goes by `canonicalize`, in front of `quant-finalize`.
- `aten::sort`, of which the values pass and the indices do not: there is no such op here, since no
  layer reads what it gives. It belongs behind the network.
- Lists, tuples, `append` and `__getitem__` on them: a value here is one tensor, and a function has
  several results.
- `embedding_bag`, which PyTorch rewrites before finalize: there is no such op here.
"""


def _cell(reasons: Reasons) -> str:
    return "; ".join(f"{when}: {why}" for when, why in reasons.items())


def _line(row: Fusion, entry: Entry) -> str:
    op = f"`{entry.op}`" + (", `_relu`" if entry.relu else "") if entry.op else "–"
    own = {when: why for when, why in entry.unlike.items() if TRAP.get(when) != why}
    fails = _cell({**own, **entry.raises})
    floats = _cell(entry.floats) if entry.op else entry.why
    share = f"{entry.share:.0%}"
    cells = (f"`{row.name}`", op, floats, f"**{fails}**" if fails else "", share)
    return f"| {' | '.join(cells)} |"


def _table(rows: tuple[Fusion, ...], entries: dict[str, Entry]) -> str:
    """One line for each row of a table of fusions, in its order."""
    lines = [
        "| row | in PyTorch | stays in float there | fails there | share |",
        "|---|---|---|---|---|",
        *(_line(row, entries[row.name]) for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _everywhere() -> str:
    lines = [f"- {when}: neither fuses; {why}." for when, why in NEITHER.items()]
    lines += [f"- {when}: **{why}**, for `quantized::` ops." for when, why in TRAP.items()]
    refused = [when for when in REFUSED if when not in NEITHER]
    lines += [f"- {when}: not fused here, and a remark says so." for when in refused]
    lines.append("- a clamp, relu6 or several activations: fused here where a relu is.")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The whole page."""
    return (
        f"{HEAD}## Static\n\n{_table(OURS.rows, STATIC)}{EVERYWHERE}{_everywhere()}"
        "\n## Dynamic\n\n"
        "PyTorch fuses no relu here. A linear whose weight alone is quantized becomes\n"
        "`quantized::linear_dynamic` there, unasked; here only with `on-device`.\n\n"
        f"{_table(ON_DEVICE.rows, DYNAMIC)}{NUMBERS}"
    )
