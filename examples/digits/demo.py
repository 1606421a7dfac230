"""Finalize, compile and run the digits network, every step shown; `make demo` calls this.

Exits with 1 unless compiled code and interpreter give the same bits for every held-out image.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

import qfin

Floats = NDArray[np.float32]

HERE = Path(__file__).parent
REPEATS = 15
STYLES = {
    r"//.*": "dim",
    r"[%@][\w.$]+": "cyan",
    r"(?<![\w%!.])[a-z_]\w*\.\w+": "bold",
    r"![\w.]+": "magenta",
    r"\bremark:": "bold yellow",
}

console = Console(highlight=False)
if not console.is_terminal:
    console.width = 120


def show(text: str) -> None:
    """Print IR or remarks, coloured, each line cut at the console's width."""
    for line in text.splitlines():
        if not line.strip():
            continue
        coloured = Text(line)
        for pattern, style in STYLES.items():
            coloured.highlight_regex(pattern, style)
        console.print(coloured, no_wrap=True, overflow="ellipsis", crop=True)


def qfin_opt(*arguments: str) -> str:
    """Run qfin-opt, showing the command and what it says beside the module; return the module."""
    console.print(f"\n[bold green]$ qfin-opt {' '.join(arguments)}[/]")
    command = [sys.executable, "-m", "qfin.tools.qfin_opt", *arguments]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    show(done.stderr)
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout


def throughput(program: Callable[[Floats], object], images: Floats) -> float:
    """Images per second, in calls of one image each: the median over several rounds of them all."""
    rates: list[float] = []
    for _ in range(REPEATS):  # No progress bar: its thread would be timed too.
        start = perf_counter()
        for image in images:
            program(image)
        rates.append(len(images) / (perf_counter() - start))
    return median(rates)


def main() -> int:
    """Show the module before and after, then classify the held-out digits in three ways."""
    console.rule("1  the network, as quantize/dequantize pairs around float ops")
    show(qfin_opt("--elide-large-constants", "digits.mlir"))

    console.rule("2  fused")
    show(qfin_opt("--finalize", "--remarks", "--elide-large-constants", "digits.mlir"))

    console.rule("3  compiled, and run on digits it has never seen")
    start = perf_counter()
    with console.status("compiling"):
        program = qfin.compile(HERE / "digits.mlir")
    console.print(f"compiled in {perf_counter() - start:.2f} s")

    held_out = np.load(HERE / "heldout.npz")
    labels: NDArray[np.uint8] = held_out["labels"]
    # One image a call: [360, 8, 8] pixels 0..16 become 360 of [1, 1, 8, 8] in [0, 1].
    images = held_out["images"][:, None, None].astype(np.float32) / np.float32(16)
    fused = qfin.finalize(qfin.parse(HERE / "digits.mlir"))
    interpreted = np.concatenate(
        [
            qfin.interpret(fused, {"image": image})["logits"]
            for image in track(images, "interpreting", console=console, transient=True)
        ]
    )
    compiled = np.concatenate([program(image) for image in images])
    rate = throughput(program, images)

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("held-out digits")
    table.add_column("right", justify="right")
    table.add_column("accuracy", justify="right")
    answers = {
        "float network": held_out["float_logits"],
        "int8, interpreter (the oracle)": interpreted,
        "int8, compiled": compiled,
    }
    for name, logits in answers.items():
        right = int((logits.argmax(1) == labels).sum())
        table.add_row(name, f"{right} of {len(labels)}", f"{right / len(labels):.2%}")
    console.print(table)

    # Bits, not values: 0.0 and -0.0 would differ here.
    same = (interpreted.view(np.uint32) == compiled.view(np.uint32)).all(1)
    console.print(
        f"compiled = interpreter, every logit bit for bit: {same.sum()} of {len(same)} images"
    )
    console.print(
        f"compiled, one image a call: [bold]{rate:,.0f} images/s[/] ({1e6 / rate:.1f} µs each)"
    )
    if not same.all():
        console.print("[bold red]compiled code and interpreter disagree[/]")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
