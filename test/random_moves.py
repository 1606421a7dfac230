"""Random ops that move, repeat and pad the values of one tensor, as text."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Move:
    """An op without operand and types, and the shapes of its results."""

    name: str
    attributes: str
    shapes: tuple[Shape, ...]


def _dim(rng: random.Random, at: int, rank: int) -> int:
    """A dimension, perhaps as a negative number."""
    return at if rng.random() < 0.7 else at - rank


def _array(values: list[int]) -> str:
    return f"array<i64: {', '.join(map(str, values))}>" if values else "array<i64>"


def _some(rng: random.Random, rank: int, least: int = 1) -> list[int]:
    return rng.sample(range(rank), rng.randint(min(least, rank), rank))


def _transpose(rng: random.Random, x: Shape) -> Move:
    a, b = (rng.randrange(len(x)) for _ in range(2))
    shape = list(x)
    shape[a], shape[b] = x[b], x[a]
    dims = [_dim(rng, dim, len(x)) for dim in (a, b)]
    return Move("transpose", f"{{dim0 = {dims[0]} : i64, dim1 = {dims[1]} : i64}}", (tuple(shape),))


def _permute(rng: random.Random, x: Shape) -> Move:
    order = rng.sample(range(len(x)), len(x))
    dims = [_dim(rng, dim, len(x)) for dim in order]
    return Move("permute", f"{{dims = {_array(dims)}}}", (tuple(x[dim] for dim in order),))


def _squeeze(rng: random.Random, x: Shape) -> Move:
    some = _some(rng, len(x))
    shape = tuple(size for dim, size in enumerate(x) if dim not in some or size != 1)
    return Move("squeeze", f"{{dim = {_array(some)}}}", (shape,))


def _unsqueeze(rng: random.Random, x: Shape) -> Move:
    at = rng.randint(0, len(x))
    dim = _dim(rng, at, len(x) + 1)
    return Move("unsqueeze", f"{{dim = {dim} : i64}}", ((*x[:at], 1, *x[at:]),))


def _flip(rng: random.Random, x: Shape) -> Move:
    some = [_dim(rng, dim, len(x)) for dim in _some(rng, len(x))]
    return Move("flip", f"{{dims = {_array(some)}}}", (x,))


def _slice(rng: random.Random, x: Shape) -> Move:
    at = rng.randrange(len(x))
    size = x[at]
    start, end = sorted(rng.randint(0, size) for _ in range(2))
    step = rng.choice([1, 1, 2, 3])
    if start == end and rng.random() < 0.8:
        start, end = 0, size
    length = len(range(start, end, step))
    texts = [f"dim = {_dim(rng, at, len(x))} : i64", f"step = {step} : i64"]
    texts.append(f"start = {start - size if start < size and rng.random() < 0.3 else start} : i64")
    if end < size or rng.random() < 0.5:
        texts.append(f"end = {end if end < size else size + 7} : i64")
    return Move("slice", f"{{{', '.join(texts)}}}", ((*x[:at], length, *x[at + 1 :]),))


def _select(rng: random.Random, x: Shape) -> Move:
    at = rng.randrange(len(x))
    index = rng.randint(-x[at], x[at] - 1)
    attributes = f"{{dim = {_dim(rng, at, len(x))} : i64, index = {index} : i64}}"
    return Move("select", attributes, ((*x[:at], *x[at + 1 :]),))


def _parts(x: Shape, at: int, sizes: list[int]) -> tuple[Shape, ...]:
    return tuple((*x[:at], size, *x[at + 1 :]) for size in sizes)


def _split(rng: random.Random, x: Shape) -> Move:
    at = rng.randrange(len(x))
    cuts = sorted(rng.randint(0, x[at]) for _ in range(rng.randint(0, 2)))
    sizes = [b - a for a, b in zip([0, *cuts], [*cuts, x[at]], strict=True)]
    attributes = f"{{split_sizes = {_array(sizes)}, dim = {_dim(rng, at, len(x))} : i64}}"
    return Move("split", attributes, _parts(x, at, sizes))


def _chunk(rng: random.Random, x: Shape) -> Move:
    at = rng.randrange(len(x))
    chunks = rng.randint(1, 4)
    each = -(-x[at] // chunks)
    sizes = [min(each, x[at] - start) for start in range(0, x[at], each)]
    attributes = f"{{chunks = {chunks} : i64, dim = {_dim(rng, at, len(x))} : i64}}"
    return Move("chunk", attributes, _parts(x, at, sizes))


def _expand(rng: random.Random, x: Shape) -> Move:
    shape = [rng.choice([1, 2, 3]) if size == 1 else size for size in x]
    sizes = [-1 if rng.random() < 0.3 and a == b else a for a, b in zip(shape, x, strict=True)]
    new = [rng.choice([1, 2])] if len(x) < 5 and rng.random() < 0.4 else []
    return Move("expand", f"{{size = {_array([*new, *sizes])}}}", ((*new, *shape),))


def _repeat(rng: random.Random, x: Shape) -> Move:
    new = 1 if len(x) < 5 and rng.random() < 0.3 else 0
    counts = [rng.choice([1, 1, 2, 3]) for _ in range(new + len(x))]
    shape = tuple(a * b for a, b in zip((*[1] * new, *x), counts, strict=True))
    return Move("repeat", f"{{repeats = {_array(counts)}}}", (shape,))


def _repeat_interleave(rng: random.Random, x: Shape) -> Move:
    at, count = rng.randrange(len(x)), rng.randint(1, 3)
    attributes = f"{{repeats = {count} : i64, dim = {_dim(rng, at, len(x))} : i64}}"
    return Move("repeat_interleave", attributes, ((*x[:at], x[at] * count, *x[at + 1 :]),))


def _pad(rng: random.Random, x: Shape, value: float = 0.0) -> Move:
    mode = rng.choice(["constant", "reflect", "replicate"])
    low, high = (-1, 3) if mode == "constant" else (0, 3)
    sides: list[tuple[int, int]] = []
    for size in reversed(x[rng.randrange(len(x)) :]):
        most = min(high, size - 1) if mode == "reflect" else high
        before, after = rng.randint(low, most), rng.randint(low, most)
        sides.append((0, 0) if size + min(0, before) + min(0, after) < 1 else (before, after))
    grown = [sum(side) for side in reversed(sides)]
    shape = (
        *x[: len(x) - len(grown)],
        *(a + b for a, b in zip(x[len(x) - len(grown) :], grown, strict=True)),
    )
    pad = _array([n for side in sides for n in side])
    fill = f", value = {value:.17e} : f64" if mode == "constant" else ""
    return Move("pad", f'{{pad = {pad}, mode = "{mode}"{fill}}}', (shape,))


def _extremum(name: str) -> Callable[[random.Random, Shape], Move]:
    def make(rng: random.Random, x: Shape) -> Move:
        some = _some(rng, len(x), 0)
        gone = some or list(range(len(x)))
        keep = rng.random() < 0.5
        shape = tuple(
            1 if dim in gone else size for dim, size in enumerate(x) if keep or dim not in gone
        )
        dims = f"dim = {_array([_dim(rng, dim, len(x)) for dim in some])}, " if some else ""
        return Move(name, f"{{{dims}keepdim = {str(keep).lower()}}}", (shape,))

    return make


MOVES: dict[str, Callable[[random.Random, Shape], Move]] = {
    "transpose": _transpose,
    "permute": _permute,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "flip": _flip,
    "slice": _slice,
    "select": _select,
    "split": _split,
    "chunk": _chunk,
    "expand": _expand,
    "repeat": _repeat,
    "repeat_interleave": _repeat_interleave,
    "pad": _pad,
    "amax": _extremum("amax"),
    "amin": _extremum("amin"),
}
"""By the name of the op; the input has at least one dimension, and none of size 0."""


def random_move(rng: random.Random, name: str, x: Shape) -> Move:
    """An op of that name on a tensor of shape `x`."""
    return MOVES[name](rng, x)
