"""Register tiles that `qfin tune` measured to be the fastest, kept for each CPU in a file.

It is JSON: for each kernel, named by a hash of all that its speed depends on, a `Tile`. What is
damaged, or made for something else, is as good as not there.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, astuple, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from qfin.kernels.dense_spec import DenseSpec
from qfin.kernels.epilogue import Residual
from qfin.kernels.tiles import Tile
from qfin.target.cache_directory import default_directory
from qfin.target.isa import Isa


def key_of(spec: DenseSpec, isa: Isa) -> str:
    """The kernel's name in the file: of its shapes, strides and target, not of its tile, nor of
    numbers and signs that cost no time."""
    residual = spec.residual and Residual(spec.residual.strides, spec.residual.plane, 0, 1.0)
    tile = Tile(1, spec.tile.vectors)
    numbers = {"zero_point": 1, "qmin": 0, "qmax": 255, "x_signed": False, "y_signed": False}
    plain = replace(spec, tile=tile, residual=residual, **numbers)
    return sha256(f"{isa.name} {plain}".encode()).hexdigest()


def tuned_tile(spec: DenseSpec, isa: Isa) -> Tile | None:
    """What was measured to be the fastest for a kernel on this CPU; None where nothing was.

    `spec.tile` may be any of as many vectors.
    """
    # Nothing was tuned, as a rule: then not even the CPU's name is asked for.
    directory = default_directory() / "tiles"
    if not directory.is_dir():
        return None
    file = _file(directory)
    try:
        entry = _read(file, file.stat().st_mtime_ns).get(key_of(spec, isa))
    except OSError:
        return None
    return None if entry is None else _checked(entry, spec)


_FURTHEST = 1 << 20
"""Bytes ahead that a kept tile may ask for weights."""


def keep_tiles(tiles: Mapping[str, Tile]) -> Path:
    """Adds tiles, by `key_of`, to what is kept for this CPU; the file. Raises OSError where it
    cannot be written."""
    directory = default_directory() / "tiles"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _file(directory)
    entries: dict[str, object] = {}
    with suppress(OSError):
        entries |= _read(path, path.stat().st_mtime_ns)
    entries |= {key: asdict(tile) for key, tile in tiles.items()}
    # Under another name first: readers see all of it or nothing.
    with tempfile.NamedTemporaryFile("w", dir=directory, delete=False) as file:
        try:
            json.dump(entries, file, indent=1)
            file.close()
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
    return path


def _file(directory: Path) -> Path:
    return directory / f"{_cpu()}.json"


@cache
def _cpu() -> str:
    from llvmlite import binding

    return binding.get_host_cpu_name()


@cache
def _read(path: Path, _changed: int) -> dict[str, object]:
    try:
        entries = json.loads(path.read_text())
    except ValueError:
        return {}
    return entries if isinstance(entries, dict) else {}


def _checked(entry: object, spec: DenseSpec) -> Tile | None:
    """The tile, if a kernel of `spec` can be built with it."""
    try:
        tile = Tile(**entry)  # pyright: ignore[reportCallIssue]
    except TypeError:
        return None
    if [*map(type, astuple(tile))] != [*map(type, astuple(Tile(1, 1)))]:
        return None
    if tile.pipelined and tile.rows > 1:
        return None
    fits = min(tile.pixels, tile.rows) >= 1 and tile.vectors == spec.tile.vectors
    near = 0 <= tile.prefetch <= _FURTHEST
    return tile if fits and near and not tile.matrix else None
