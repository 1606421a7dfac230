"""`qfin tune`: measure which register tiles are the fastest on this CPU, and keep them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qfin.errors import Error
from qfin.tools.common import check_target, read_module

if TYPE_CHECKING:
    from qfin.runtime.tuning import Tuned

_EPILOG = """\
The choices are kept for this CPU in QFIN_CACHE_DIR (~/.cache/qfin), in `tiles`, and are used
wherever such a kernel is compiled on it from then on, whatever the model; each as soon as it is
found, so an interrupted run keeps what it has. Results stay the same bits.

  qfin tune model.mlir"""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's flags."""
    parser.epilog = _EPILOG
    parser.add_argument("model", help="MLIR of any level up to `buffers`: a file, or '-' for stdin")
    parser.add_argument(
        "--target", default="native", help="instruction set: native, avx2 ... (see README.md)"
    )


def execute(args: argparse.Namespace) -> None:
    """Run the command. Raises `qfin.Error`."""
    check_target(args.target)
    from qfin import target as targets
    from qfin.locations import location_text
    from qfin.pipeline import chosen_target, is_before, to_level
    from qfin.runtime.tuning import tune

    module = read_module(args.model)
    isa = targets.resolve(chosen_target(module, args.target))
    if not is_before(module, "kernels"):
        raise Error(
            "the module's kernels are generated already: tune it at level buffers or before"
        )
    to_level(module, "buffers", isa.name)
    kept, before, after = 0, 0.0, 0.0
    file = Path()
    for found in tune(module, isa):
        file = _keep(found)
        kept, before, after = kept + 1, before + found.chosen_time, after + found.best_time
        tile, ratio = found.best, found.best_time / found.chosen_time
        text = f"{tile.pixels} x {tile.rows} pixels" + ", pipelined" * tile.pipelined
        print(
            f"{location_text(found.op.location)}: {text}, {1e6 * found.best_time:.1f} us,"
            f" {ratio:.2f} of the model's choice",
            file=sys.stderr,
        )
    if not kept:
        print("no kernel of this model has a tile to choose", file=sys.stderr)
        return
    print(
        f"kernels: {kept}; {1e6 * before:.1f} us before, {1e6 * after:.1f} us now; kept in {file}"
    )


def _keep(found: Tuned) -> Path:
    """At once, so that who interrupts has what was found until then. Raises Error where nothing can
    be kept."""
    from qfin.kernels.tuned import keep_tiles

    try:
        return keep_tiles({found.key: found.best})
    except OSError as e:
        raise Error(
            f"the tiles cannot be kept in {e.filename} ({e.strerror}): set QFIN_CACHE_DIR to a"
            " directory that can be written"
        ) from e
