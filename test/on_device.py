"""Networks of linears as text: with weights that a device quantizes, and quantized before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """Linears of weights [N, K] with a bias [N] or none, and a relu between each two."""

    weights: list[F32]
    biases: list[F32 | None]
    rows: int
    per_channel: bool

    @classmethod
    def random(cls, seed: int, *, per_channel: bool, layers: int = 3) -> Network:
        rng = np.random.default_rng(seed)
        sizes = rng.integers(1, 40, layers + 1).tolist()
        weights = [
            (rng.normal(0, 1, (n, k)) * 10.0 ** rng.uniform(-2, 1)).astype(np.float32)
            for k, n in pairwise(sizes)
        ]
        biases = [
            None if rng.random() < 0.3 else rng.normal(0, 1, len(w)).astype(np.float32)
            for w in weights
        ]
        return cls(weights, biases, int(rng.integers(1, 7)), per_channel)

    def input(self, seed: int) -> F32:
        """What the functions take."""
        rng = np.random.default_rng(seed)
        return rng.normal(0.2, 1, (self.rows, self.weights[0].shape[1])).astype(np.float32)

    def on_device(self, *, mutable: bool = True) -> str:
        """A module before `finalize-on-device-ptq`, with observers of the least and the greatest
        weight, of all or of each channel."""
        kind = "mutable " if mutable else ""
        lines: list[str] = []
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            zeros = np.zeros(self._channels(w), np.float32)
            lines += [
                f"ml_program.global private {kind}@fc{i}.weight({_dense(w)}) : {_tensor(w)}",
                *(
                    f"ml_program.global private mutable @fc{i}.{name}({_dense(zeros)})"
                    f" : {_tensor(zeros)}"
                    for name in ("least", "greatest")
                ),
            ]
            if b is not None:
                lines.append(f"ml_program.global private @fc{i}.bias({_dense(b)}) : {_tensor(b)}")
        load = "global_load" if mutable else "global_load_const"
        return "\n".join(
            [
                *lines,
                *self._function("reset_observers_forward", self._reset()),
                *self._function("observe_forward", self._observe(load)),
                *self._forward("quantize_forward", self._quantize(load)),
            ]
        )

    def offline(self) -> str:
        """The same network with weights i8, quantized by numpy."""
        stored: list[list[str]] = []
        for i, w in enumerate(self.weights):
            magnitude = np.abs(w).max(axis=1) if self.per_channel else np.abs(w).max()
            scale = np.maximum(magnitude / np.float32(127), np.float32(2.0**-23))
            q = np.clip(np.rint(w / scale[..., None]), -127, 127).astype(np.int8)
            scales = ", ".join(map(repr, np.ravel(scale).tolist()))
            how = f":0, {{{scales}}}" if self.per_channel else f", {scales}"
            quantized = _tensor(w, f"!quant.uniform<i8:f32{how}>")
            stored.append(
                [
                    f"%i{i} = arith.constant {_dense(q, 'i8')}",
                    f"%q{i} = quant.scast %i{i} : {_tensor(w, 'i8')} to {quantized}",
                    f"%w{i} = quant.dcast %q{i} : {quantized} to {_tensor(w)}",
                    *(
                        []
                        if (b := self.biases[i]) is None
                        else [f"%b{i} = arith.constant {_dense(b)}"]
                    ),
                ]
            )
        return "\n".join(self._forward("forward", stored))

    def _channels(self, w: F32) -> tuple[int, ...]:
        return (len(w),) if self.per_channel else ()

    def _reset(self) -> Iterator[str]:
        for i, w in enumerate(self.weights):
            zeros = np.zeros(self._channels(w), np.float32)
            yield f"%z{i} = arith.constant {_dense(zeros)}"
            for name in ("least", "greatest"):
                yield f"ml_program.global_store @fc{i}.{name} = %z{i} : {_tensor(zeros)}"

    def _observe(self, load: str) -> Iterator[str]:
        for i, w in enumerate(self.weights):
            range, dims = _tensor(np.zeros(self._channels(w))), 1 if self.per_channel else "0, 1"
            yield f"%w{i} = ml_program.{load} @fc{i}.weight : {_tensor(w)}"
            for name, op in (("least", "amin"), ("greatest", "amax")):
                yield (
                    f"%{name}{i} = nn.{op} %w{i} {{dim = array<i64: {dims}>}}"
                    f" : ({_tensor(w)}) -> {range}"
                )
                yield f"ml_program.global_store @fc{i}.{name} = %{name}{i} : {range}"

    def _quantize(self, load: str) -> Iterator[list[str]]:
        axis = "axis = 0" if self.per_channel else ""
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            of = self._channels(w)
            one, both = _tensor(np.zeros(of)), _tensor(np.zeros((*of, 2)))
            types = f"{one}, {_tensor(np.zeros(of), 'i32')}"
            how = ", ".join(filter(None, ["symmetric, storage = i8, quant_min = -127", axis]))
            yield [
                f"%v{i} = ml_program.{load} @fc{i}.weight : {_tensor(w)}",
                f"%l{i} = ml_program.global_load @fc{i}.least : {one}",
                f"%g{i} = ml_program.global_load @fc{i}.greatest : {one}",
                f"%r{i} = nn.stack %l{i}, %g{i} {{dim = {len(of)}}} : ({one}, {one}) -> {both}",
                f"%s{i}, %z{i} = quant.choose_qparams %r{i} {{{how}}} : ({both}) -> ({types})",
                f"%q{i} = quant.quantize %v{i}, %s{i}, %z{i} {{{axis}}}"
                f" : ({_tensor(w)}, {types}) -> {_tensor(w, 'i8')}",
                f"%w{i} = quant.dequantize %q{i}, %s{i}, %z{i} {{{axis}}}"
                f" : ({_tensor(w, 'i8')}, {types}) -> {_tensor(w)}",
                *(
                    []
                    if b is None
                    else [f"%b{i} = ml_program.global_load_const @fc{i}.bias : {_tensor(b)}"]
                ),
            ]

    def _function(self, name: str, lines: Iterator[str]) -> list[str]:
        x = _tensor(self.input(0))
        return [f"func.func @{name}(%x: {x}) {{", *lines, "func.return", "}"]

    def _forward(self, name: str, weights: Any) -> list[str]:
        """The layers, after the lines that make `%w0` and `%b0`, `%w1` and so on."""
        x = self.input(0)
        value, shape, lines = "%x", x.shape, list[str]()
        for i, (w, b, before) in enumerate(zip(self.weights, self.biases, weights, strict=True)):
            source, shape = _tensor(np.zeros(shape)), (self.rows, len(w))
            result = _tensor(np.zeros(shape))
            operands = [value, f"%w{i}", *([] if b is None else [f"%b{i}"])]
            types = [source, _tensor(w), *([] if b is None else [_tensor(b)])]
            value = f"%y{i}"
            lines += [
                *before,
                f"{value} = nn.linear {', '.join(operands)} : ({', '.join(types)}) -> {result}",
            ]
            if i < len(self.weights) - 1:
                lines.append(f"%a{i} = nn.relu {value} : {result}")
                value = f"%a{i}"
        result = _tensor(np.zeros(shape))
        return [
            f"func.func @{name}(%x: {_tensor(x)}) -> {result} {{",
            *lines,
            f"func.return {value} : {result}",
            "}",
        ]


def _tensor(array: NDArray[Any], element: str = "f32") -> str:
    return f"tensor<{''.join(f'{size}x' for size in array.shape)}{element}>"


def _dense(array: NDArray[Any], element: str = "f32") -> str:
    return f"dense<{array.tolist()}> : {_tensor(array, element)}"
