"""Arrays on the command line: `--input` and `--output` of `qfin run`."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from qfin.errors import InputError
from qfin.runtime.spec import TensorSpec
from qfin.tools.common import UsageError, nearest, write_together

Array = NDArray[Any]

_DTYPES = {"f32": "float32", "f64": "float64"} | {
    prefix + str(bits): kind + str(bits)
    for prefix, kind in (("i", "int"), ("si", "int"), ("ui", "uint"), ("u", "uint"))
    for bits in (8, 16, 32, 64)
}
_TYPE = re.compile(rf"((?:\d+x)*)({'|'.join(_DTYPES)})")
_SPLIT = re.compile(r"[\s,\[\]]+")


def read_feeds(texts: Sequence[str], specs: Sequence[TensorSpec]) -> dict[str, Array]:
    """
    The arrays that `--input` options name, by input. Raises UsageError for options that cannot be
    read, InputError for files that cannot, or that hold what the option does not say.
    """
    feeds: dict[str, Array] = {}
    unnamed: list[str] = []
    for text in texts:
        name, value = _split_name(text)
        if name is not None:
            _add(feeds, name, _value(value, _spec_of(name, specs, text)), text)
        elif value.endswith(".npz"):
            for key, array in _load_npz(value.removeprefix("@")).items():
                _add(feeds, _spec_of(key, specs, text).name, array, text)
        else:
            unnamed.append(value)
    free = [spec for spec in specs if spec.name not in feeds]
    if len(unnamed) > len(free):
        takes = ", ".join(map(str, specs)) or "nothing"
        raise UsageError(f"--input {unnamed[len(free)]}: no input is left; the model takes {takes}")
    for spec, value in zip(free, unnamed, strict=False):
        feeds[spec.name] = _value(value, spec)
    return feeds


def random_feeds(specs: Sequence[TensorSpec], seed: int) -> dict[str, Array]:
    """Standard normal floats, and integers of the whole range; the same for the same seed."""
    generator = np.random.default_rng(seed)
    feeds: dict[str, Array] = {}
    for spec in specs:
        shape = _static_shape(spec)
        if spec.dtype.kind == "f":
            feeds[spec.name] = generator.standard_normal(shape).astype(spec.dtype)
        else:
            low, high = _range(spec.dtype)
            feeds[spec.name] = generator.integers(low, high, shape, spec.dtype, endpoint=True)
    return feeds


@dataclass(frozen=True)
class Sink:
    """A place for results: of all outputs (`.npz`), of the one named, or of the next one."""

    path: str
    name: str | None

    @property
    def takes_all(self) -> bool:
        return self.path.endswith(".npz")


def parse_sink(text: str) -> Sink:
    """`y.npy`, `NAME=y.npy`, `NAME=@y.npy`, `all.npz`. Raises UsageError for anything else."""
    name, path = _split_name(text)
    path = path.removeprefix("@")
    if not path.endswith((".npy", ".npz")) or (name is not None and path.endswith(".npz")):
        raise UsageError(f"--output {text}: expected FILE.npy, NAME=FILE.npy or FILE.npz")
    return Sink(path, name)


def check_sinks(sinks: Sequence[Sink], specs: Sequence[TensorSpec]) -> None:
    """Find out before the run. Raises UsageError for unknown names and for too many files."""
    for sink in sinks:
        if sink.name is not None:
            _spec_of(sink.name, specs, f"--output {sink.name}={sink.path}", "output")
    unnamed = [sink for sink in sinks if sink.name is None and not sink.takes_all]
    free = len(specs) - len({sink.name for sink in sinks if sink.name is not None})
    if len(unnamed) > free:
        gives = ", ".join(map(str, specs)) or "nothing"
        raise UsageError(f"--output {unnamed[free].path}: no output is left of {gives}")
    paths = [sink.path for sink in sinks]
    if twice := [path for path in paths if paths.count(path) > 1]:
        raise UsageError(f"--output {twice[0]}: given twice")


def write_results(sinks: Sequence[Sink], results: Mapping[str, Array]) -> None:
    """Write all sinks' files or, where one cannot be written, none. Raises OSError."""
    named = {sink.name for sink in sinks}
    free = iter([name for name in results if name not in named])
    files: dict[str, bytes] = {}
    for sink in sinks:
        buffer = io.BytesIO()
        if sink.takes_all:
            # Not np.savez: it takes some names for options of its own.
            with ZipFile(buffer, "w") as archive:
                for name, array in results.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                        np.save(entry, array, allow_pickle=False)
        else:
            np.save(buffer, results[sink.name or next(free)], allow_pickle=False)
        files[sink.path] = buffer.getvalue()
    write_together(files)


def summary(spec: TensorSpec, array: Array) -> str:
    """Name, shape and dtype, and the values, the middle of long ones left out."""
    dims = "x".join(map(str, [*array.shape, array.dtype]))
    values = np.array2string(array, threshold=100, edgeitems=3, max_line_width=100)
    return f"{spec.name}: {dims} ={chr(10) if chr(10) in values else ' '}{values}"


def _split_name(text: str) -> tuple[str | None, str]:
    """`NAME=rest` in two; a type in front (`1x8xf32=...`) is no name."""
    head, equals, rest = text.partition("=")
    if not equals or _TYPE.fullmatch(head):
        return None, text
    return head, rest


def _spec_of(name: str, specs: Sequence[TensorSpec], text: str, kind: str = "input") -> TensorSpec:
    for spec in specs:
        if spec.name == name:
            return spec
    names = [spec.name for spec in specs]
    there = ", ".join(names) or "none"
    raise UsageError(f"{text}: no {kind} '{name}' (there: {there}){nearest(name, names)}")


def _add(feeds: dict[str, Array], name: str, array: Array, text: str) -> None:
    if name in feeds:
        raise UsageError(f"--input {text}: input '{name}' is given twice")
    feeds[name] = array


def _value(text: str, spec: TensorSpec) -> Array:
    """The array of `x.npy`, `@x.npy`, `TYPE=@x.npy`, `TYPE=values` or `values`."""
    head, equals, rest = text.partition("=")
    typed = _TYPE.fullmatch(head) if equals else None
    content = rest if typed else text
    is_file = content.startswith("@") or content.endswith(".npy")
    if typed is None:
        return _load(content.removeprefix("@")) if is_file else _numbers(content, spec, None)
    shape = tuple(int(d) for d in typed[1].split("x") if d)
    dtype = np.dtype(_DTYPES[typed[2]])
    if not is_file:
        return _numbers(content, TensorSpec(spec.name, shape, dtype), text)
    array = _load(content.removeprefix("@"))
    if array.shape != shape or array.dtype != dtype:
        have = "x".join(map(str, [*array.shape, array.dtype]))
        raise InputError(f"--input {text}: the file holds {have}")
    return array


def _numbers(text: str, spec: TensorSpec, option: str | None) -> Array:
    shape = _static_shape(spec)
    given = f"--input {option or text}"
    values = [_number(word, spec, given) for word in _SPLIT.split(text) if word]
    array = TensorSpec(spec.name, shape, spec.dtype).empty()
    if len(values) not in (1, array.size):
        raise UsageError(f"{given}: {len(values)} values, and {spec} takes 1 or {array.size}")
    array[...] = np.array(values, spec.dtype).reshape(shape if len(values) > 1 else ())
    return array


def _number(word: str, spec: TensorSpec, given: str) -> float | int:
    try:
        value = float(word) if spec.dtype.kind == "f" else int(word, 0)
    except ValueError as e:
        raise UsageError(
            f"{given}: neither a .npy or .npz file nor {spec.dtype} values: '{word}' is none"
        ) from e
    low, high = _range(spec.dtype)
    if isfinite(value) and not low <= value <= high:
        raise UsageError(f"{given}: {word} is not within {low:.8g} to {high:.8g}, as {spec} is")
    return value


def _range(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """The lowest and the highest finite value of a type."""
    if dtype == np.bool_:
        return 0, 1
    if dtype.kind == "f":
        return float(np.finfo(dtype).min), float(np.finfo(dtype).max)
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _static_shape(spec: TensorSpec) -> tuple[int, ...]:
    if any(d < 0 for d in spec.shape):
        raise UsageError(f"input {spec} has no fixed shape: give it a file, or a type in front")
    return spec.shape


def _load(path: str) -> Array:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as e:  # numpy's own words advise to load what may be dangerous
        raise InputError(f"{path}: not a .npy file of numbers") from e
    if not isinstance(loaded, np.ndarray):
        raise InputError(f"{path}: holds several arrays; give it without a name, as FILE.npz")
    return loaded


def _load_npz(path: str) -> dict[str, Array]:
    from zipfile import BadZipFile

    Path(path).stat()  # an OSError that names the file, before numpy's own guesses
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (ValueError, EOFError, BadZipFile, TypeError, AttributeError) as e:
        raise InputError(f"{path}: not a .npz file of numbers") from e
