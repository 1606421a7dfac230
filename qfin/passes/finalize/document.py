"""Prints `docs/fusions.md`, made from the tables of fusions.

python -m qfin.passes.finalize.document > docs/fusions.md
"""

from __future__ import annotations

from textwrap import fill

from qfin.passes.finalize.fusion import Fusion
from qfin.passes.finalize.pipeline import QuantFinalizePass
from qfin.passes.finalize.table import DYNAMIC, ON_DEVICE, STATIC

_HEAD = """\
<!-- Generated: python -m qfin.passes.finalize.document > docs/fusions.md -->

# Fusions

`qfin-opt --finalize` turns quantize/dequantize pairs around float ops into int8 ops, and packs
their weights. It is these passes, each of which also runs alone; `--print-ir-after-change` shows
what each makes of a module:

"""

_DOES = {
    "inline-calls": "makes functions whole; what is not needed goes, but for what `preserved-attrs`"
    " names",
    "clear-shapes": "with `clear-shapes=true`: the arguments' dimensions are dynamic",
    "cse": "equal quantizes of one value must not look like two uses",
    "dce": "nor dead ones",
    "propagate-quantization": "static: gives results between quantized ops parameters, if they"
    " have none",
    "constant-propagation": "quantizes weights that the text holds as floats, at compile time",
    "move-constants": "transposes, reshapes and splits quantized weights, with their scales, at"
    " compile time",
    "normalize-contractions": "a matmul with a constant is a linear, an addition to it its bias",
    "insert-prepack-unpack": "packs each constant weight with its bias, and unpacks it: values"
    " stay",
    "quant-fusion": "applies the table below, until nothing changes",
    "fold-globals": "makes constants of parameters; with `preserved-attrs` `freeze-module` does",
    "fold-quantized-prepacking-ops": "packs constants at compile time; takes back what was not"
    " fused",
}
"""What each pass of the pipeline does."""

_TAIL = """
`dcast` and `qcast` are `quant.dcast` and `quant.qcast`. A dequantize that several ops read hides no
fusion. The dcast that an op left behind it meets the next op, so that a chain of such ops ends up
on quantized values; where it meets a qcast to the type that it came from, both go. A qcast followed
by a dcast stays always: it rounds.

A qcast moves up likewise, to the op that can fuse with it: over ops that move values or choose the
greatest or least, and over relus and clamps where they are no part of a pattern; a relu or clamp
that is, moves up over the former. No bit changes. A result with qcasts to several types, and no
other use, is computed for each of them, where each fuses. What is multiplied by a number before its
qcast is quantized to the scale by that number, by `propagate-quantization`.

@ROUNDING

## What was not fused, and why

`--remarks` names each op of the table that is left, where it is, and what it lacks; with
`--remarks=json`, one object a line. In Python, wrap the call in `qfin.remarks.collect()`.

    model.mlir:12:3: remark: nn.linear not fused: weight is quantized per block
"""


_DYNAMIC = """
## Dynamic

`quant-finalize{quant-type=dynamic}` has another table: the parameters of inputs are chosen at run
time, by `quant.choose_qparams`, and results are f32. `choose_qparams`, `quantize` and `dequantize`
are `quant.choose_qparams` and so on, `to` is `nn.to`. Results differ from those of the float op by
the rounding of its sums alone.

"""

_ON_DEVICE = """
A linear whose weight is quantized and whose input is not stays what it is, in either type: it is
weight-only. With `on-device=true`, as on-device quantization needs, which never sees activations
before, it quantizes its input too, to half the range.

"""


def steps() -> str:
    """The passes of the pipeline in order as a Markdown table."""
    names = [step.name for step in QuantFinalizePass(clear_shapes=True).steps()]
    lines = ["| pass | does |", "|---|---|", *(f"| `{name}` | {_DOES[name]} |" for name in names)]
    return "\n".join(lines) + "\n\n"


def table(rows: tuple[Fusion, ...]) -> str:
    """The rows as a Markdown table."""
    lines = ["| float op | pattern | becomes | needs |", "|---|---|---|---|"]
    for row in rows:
        pattern = row.pattern + (", also through relus and clamps" if row.activations else "")
        cells = (f"`{row.float_op.name}`", f"`{pattern}`", f"`{row.becomes}`", row.needs)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rounding(rows: tuple[Fusion, ...]) -> str:
    """Which of the fused ops round otherwise than what they replace."""
    ops = ", ".join(dict.fromkeys(f"`{row.becomes}`" for row in rows if not row.exact))
    text = (
        "These may differ from what they replace by one step, next to ties, for they round once"
        f" where float ops round several times: {ops}. The other fusions change no bit."
    )
    return fill(text, 100, break_long_words=False, break_on_hyphens=False)


def document() -> str:
    """The whole of `docs/fusions.md`."""
    device = tuple(row for row in ON_DEVICE.rows if row not in DYNAMIC.rows)
    dynamic = _DYNAMIC + table(DYNAMIC.rows) + _ON_DEVICE + table(device)
    tail = _TAIL.replace("@ROUNDING", rounding(STATIC.rows))
    return _HEAD + steps() + table(STATIC.rows) + tail + dynamic


if __name__ == "__main__":
    print(document(), end="")
