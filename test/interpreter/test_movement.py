"""Ops that move, repeat, pad, join and choose values: by PyTorch, and by hand."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

import qfin
from qfin.errors import InputError
from qfin.interpreter.quant import dequantize, quantize, uniform

from ..random_modules import tensor
from ..random_moves import MOVES, Move, random_move

Array: TypeAlias = NDArray[Any]
Interpret: TypeAlias = Callable[..., tuple[Array, ...]]


def parameters(move: Move) -> dict[str, Any]:
    """The attributes of an op as Python values."""
    text = move.attributes.strip("{}")
    found: dict[str, Any] = {}
    for name, value in re.findall(r'(\w+) = (array<i64[^>]*>|"\w+"|[^,]+)', text):
        if value.startswith("array"):
            found[name] = [int(n) for n in re.findall(r"-?\d+(?!\d*:)", value.split(":", 1)[-1])]
        elif value.startswith('"'):
            found[name] = value.strip('"')
        elif value in ("true", "false"):
            found[name] = value == "true"
        else:
            found[name] = (float if "f64" in value else int)(value.split(":")[0])
    return found


def by_torch(torch: Any, name: str, x: Any, p: dict[str, Any]) -> Any:
    if name == "slice":
        return torch.ops.aten.slice(
            x, p["dim"], p.get("start", 0), p.get("end", 2**63 - 1), p.get("step", 1)
        )
    if name == "pad":
        if p["mode"] == "constant":
            return torch.nn.functional.pad(x, p["pad"], p["mode"], p["value"])
        kept = x.ndim - len(p["pad"]) // 2  # the other modes want two dimensions before those
        padded = torch.nn.functional.pad(x.reshape(1, -1, *x.shape[kept:]), p["pad"], p["mode"])
        return padded.reshape(*x.shape[:kept], *padded.shape[2:])
    call: dict[str, Callable[[], Any]] = {
        "transpose": lambda: torch.transpose(x, p["dim0"], p["dim1"]),
        "permute": lambda: torch.permute(x, p["dims"]),
        "squeeze": lambda: torch.squeeze(x, tuple(p["dim"])),
        "unsqueeze": lambda: torch.unsqueeze(x, p["dim"]),
        "flip": lambda: torch.flip(x, p["dims"]),
        "select": lambda: torch.select(x, p["dim"], p["index"]),
        "split": lambda: torch.split(x, p["split_sizes"], p["dim"]),
        "chunk": lambda: torch.chunk(x, p["chunks"], p["dim"]),
        "expand": lambda: x.expand(p["size"]),
        "repeat": lambda: x.repeat(p["repeats"]),
        "repeat_interleave": lambda: torch.repeat_interleave(x, p["repeats"], p["dim"]),
        "amax": lambda: torch.amax(x, p.get("dim", ()), p["keepdim"]),
        "amin": lambda: torch.amin(x, p.get("dim", ()), p["keepdim"]),
    }
    return call[name]()


def text_of(move: Move, shape: tuple[int, ...], element: str) -> str:
    results = ", ".join(tensor(s, element) for s in move.shapes)
    names = ", ".join(f"%y{i}" for i in range(len(move.shapes)))
    x = tensor(shape, element)
    return f"""func.func @main(%x: {x}) -> ({results}) {{
      {names} = nn.{move.name} %x {move.attributes} : ({x}) -> ({results})
      func.return {names} : {results} }}"""


@pytest.mark.parametrize("name", MOVES)
def test_by_torch(interpret: Interpret, name: str) -> None:
    torch = pytest.importorskip("torch")
    rng = random.Random(name)
    for _ in range(25):
        # PyTorch reflects three dimensions at most.
        most = 3 if name == "pad" else 5
        shape = tuple(rng.choice([1, 1, 2, 3, 5, 8]) for _ in range(rng.randint(1, most)))
        move = random_move(rng, name, shape)
        x = np.random.default_rng(rng.randrange(9**9)).normal(size=shape).astype(np.float32)
        p = parameters(move)
        want = by_torch(torch, name, torch.from_numpy(x), p)
        wanted = [w.numpy() for w in (want if isinstance(want, tuple | list) else (want,))]
        got = interpret(text_of(move, shape, "f32"), x)
        assert [g.shape for g in got] == [w.shape for w in wanted] == list(move.shapes)
        for a, b in zip(got, wanted, strict=True):
            assert a.tobytes() == np.ascontiguousarray(b).tobytes(), (move, shape)


@pytest.mark.parametrize("name", MOVES)
def test_quantized(interpret: Interpret, name: str) -> None:
    """On stored values as on what they stand for."""
    rng = random.Random(name)
    element = "!quant.uniform<i8:f32, 0.3:-9>"
    for _ in range(10):
        shape = tuple(rng.choice([1, 2, 3]) for _ in range(rng.randint(1, 4)))
        move = random_move(rng, name, shape)
        text = text_of(move, shape, element)
        (function,) = (op for op in qfin.parse(text).walk() if op.name == f"nn.{name}")
        type = uniform(function.operands[0])
        q = np.random.default_rng(rng.randrange(9**9)).integers(-128, 128, shape).astype(np.int8)
        floats = interpret(text_of(move, shape, "f32"), dequantize(q, type))
        for stored, real in zip(interpret(text, q), floats, strict=True):
            assert (stored == quantize(real, type)).all()
            assert dequantize(stored, type).tobytes() == real.tobytes()


@pytest.mark.parametrize(
    ("op", "result", "expected"),
    [
        ("nn.cat %x, %y {dim = -1 : i64}", (2, 4), [[1, 2, 5, 6], [3, 4, 7, 8]]),
        ("nn.cat %x, %y", (4, 2), [[1, 2], [3, 4], [5, 6], [7, 8]]),
        ("nn.stack %x, %y {dim = 1 : i64}", (2, 2, 2), [[[1, 2], [5, 6]], [[3, 4], [7, 8]]]),
    ],
)
def test_join(interpret: Interpret, op: str, result: tuple[int, ...], expected: list[Any]) -> None:
    t, z = tensor((2, 2), "f32"), tensor(result, "f32")
    text = f"""func.func @main(%x: {t}, %y: {t}) -> {z} {{
      %z = {op} : ({t}, {t}) -> {z}
      func.return %z : {z} }}"""
    x = np.array([[1, 2], [3, 4]], np.float32)
    (joined,) = interpret(text, x, x + 4)
    assert joined.tolist() == expected


def test_cat_of_scales(interpret: Interpret) -> None:
    """Dequantize and quantize: ties go to even, what is beyond the range is cut off."""
    text = """
    !a = !quant.uniform<u8:f32, 0.5:2>
    !y = !quant.uniform<i8:f32, 1.0:-3>
    func.func @main(%a: tensor<4x!a>, %y: tensor<2x!y>) -> tensor<6x!y> {
      %z = quant.cat %a, %y : (tensor<4x!a>, tensor<2x!y>) -> tensor<6x!y>
      func.return %z : tensor<6x!y>
    }"""
    a, y = np.array([3, 5, 1, 255], np.uint8), np.array([-128, 127], np.int8)
    (z,) = interpret(text, a, y)
    # 0.5, 1.5, -0.5, 126.5
    assert (z.dtype, z.tolist()) == (np.dtype(np.int8), [-3, -1, -3, 123, -128, 127])


@pytest.mark.parametrize(
    ("op", "size", "result"),
    [
        ('nn.pad %x {pad = array<i64: 3, 0>, mode = "reflect"}', 3, "?"),
        ("nn.select %x {dim = 0 : i64, index = 3 : i64}", 3, ""),
        ("nn.split %x {split_sizes = array<i64: 4>}", 3, "4"),
        ("nn.expand %x {size = array<i64: 4>}", 3, "4"),
    ],
)
def test_shapes_that_only_arguments_decide(
    interpret: Interpret, op: str, size: int, result: str
) -> None:
    y = f"tensor<{result}xf32>" if result else "tensor<f32>"
    text = f"""func.func @main(%x: tensor<?xf32>) -> {y} {{
      %y = {op} : (tensor<?xf32>) -> {y}
      func.return %y : {y} }}"""
    with pytest.raises(InputError, match=op.split(" ", maxsplit=1)[0]):
        interpret(text, np.zeros(size, np.float32))
