"""Weights that arrive on the device are quantized there, once, and used many times.

Exits with 1 unless machine code and interpreter give the same bits, and both are close to floats.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import qfin

MODEL = Path(__file__).parent / "model.mlir"
CALLS = 100
TOLERANCE = 0.03
"""Of the largest result: two layers of 8 bits."""


def main() -> None:
    module = qfin.finalize_on_device_ptq(MODEL)
    program, state = qfin.compile(module), qfin.State()
    print(f"functions, for {program.target}: {', '.join(program.function_names)}")

    rng = np.random.default_rng(0)
    shapes = ((32, 16), (32,), (4, 32))
    w1, b1, w2 = (rng.normal(size=shape).astype(np.float32) for shape in shapes)

    def both(function: str, *arrays: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """What a function gives: machine code and interpreter must agree on every bit."""
        names = [spec.name for spec in program[function].inputs]
        feeds = dict(zip(names, arrays, strict=True))
        results = program[function].run(feeds)
        expected = qfin.interpret(module, feeds, function=function, state=state)
        if not all(np.array_equal(results[name], value) for name, value in expected.items()):
            raise SystemExit(f"@{function}: machine code and interpreter differ")
        return list(results.values())

    def calls() -> float:
        """The largest error of many calls, beside the largest result."""
        worst = most = 0.0
        for _ in range(CALLS):
            x = rng.normal(size=(8, 16)).astype(np.float32)
            floats = np.maximum(x @ w1.T + b1, 0) @ w2.T
            (y,) = both("quantized_forward", x)
            worst = max(worst, float(np.abs(y - floats).max()))
            most = max(most, float(np.abs(floats).max()))
        return worst / most

    x = rng.normal(size=(8, 16)).astype(np.float32)
    for name in ("weights", "other weights"):
        both("load_weights", w1, b1, w2)
        both("reset_observers_forward")
        both("observe_forward")
        both("quantize_forward", x)  # from here on the float weights are not read
        error = calls()
        print(f"{name}: {CALLS} calls, the same bits as the interpreter, {error:.2%} from floats")
        if error > TOLERANCE:
            raise SystemExit("too far from floats")
        w1, w2 = 3 * w1[::-1].copy(), 0.5 * w2


if __name__ == "__main__":
    main()
