"""Which passes a command line asks for: `-p 'a,b{x=1}'`, or one flag a pass, `--a --b=x=1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from xdsl.passes import ModulePass, PassOptionInfo, get_pass_option_infos
from xdsl.utils.arg_spec import ArgSpec, parse_pipeline

from qfin.passes import ALIASES
from qfin.tools.common import UsageError, nearest

PassGetters = Mapping[str, Callable[[], type[ModulePass]]]

_ANCHOR = "builtin.module("
_DOTTED = re.compile(r"(?<=[=,])([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)")


def split_flags(arguments: Sequence[str], names: PassGetters) -> tuple[list[str], list[str]]:
    """
    The arguments without the pass flags, and the flags' specs in the order given:
    `--cse --assign-layout=target=avx2` is `["cse", "assign-layout{target=avx2}"]`.
    """
    rest: list[str] = []
    specs: list[str] = []
    for i, argument in enumerate(arguments):
        if argument == "--":
            return rest + list(arguments[i:]), specs
        name, _, options = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or (name not in names and name not in ALIASES):
            rest.append(argument)
            continue
        options = options.removeprefix("{").removesuffix("}").strip()
        specs.append(f"{name}{{{options}}}" if options else name)
    return rest, specs


def parse_specs(text: str) -> tuple[ArgSpec, ...]:
    """
    The passes of a pipeline in xDSL's spelling, in MLIR's `builtin.module(...)` or without.
    Raises xDSL's ArgSpecParseError, which shows the place, and `UsageError` for a nested anchor.
    """
    text = text.strip()
    if text.startswith(_ANCHOR) and text.endswith(")"):
        text = text[len(_ANCHOR) : -1]
    if "(" in text and "[" not in text and '"' not in text:
        raise UsageError(
            f"in the pipeline '{text}': passes run on the whole module here; "
            "leave out nested anchors such as func.func(...)"
        )
    specs = parse_pipeline(_quote_dotted(text))
    return tuple(replace(spec, name=ALIASES.get(spec.name, spec.name)) for spec in specs)


def _quote_dotted(text: str) -> str:
    """`a{x=b,c.d}` as `a{x=b,"c.d"}`: xDSL knows no bare words with dots, as symbols have."""
    parts = text.split('"')
    parts[::2] = [_DOTTED.sub(r'"\1"', part) for part in parts[::2]]
    return '"'.join(parts)


def build(specs: Sequence[ArgSpec], available: PassGetters) -> tuple[ModulePass, ...]:
    """The passes of `specs`. Raises `UsageError` for an unknown pass, or a bad option of one."""
    for spec in specs:
        if spec.name not in available:
            hint = nearest(spec.name, [*available, *ALIASES])
            raise UsageError(f"unknown pass '{spec.name}'{hint}")
    return tuple(_build(spec, available[spec.name]()) for spec in specs)


def _build(spec: ArgSpec, cls: type[ModulePass]) -> ModulePass:
    options = get_pass_option_infos(cls)
    names = [option.name for option in options]
    spec = _with_switches(spec, options)
    for name in spec.normalize_parameter_names().parameters:
        if name not in names:
            hint = nearest(_spelt(name), map(_spelt, names))
            raise UsageError(
                f"pass '{spec.name}' has no option '{_spelt(name)}'{hint}; {_options_text(options)}"
            )
    try:
        return cls.from_spec(spec)
    except Exception as e:  # xDSL raises bare Exceptions for options of the wrong type
        said = _wrong_type(spec, options, str(e)) or str(e)
        raise UsageError(f"pass '{spec.name}': {said}; {_options_text(options)}") from e


def _spelt(option: str) -> str:
    """An option as command lines have it."""
    return option.replace("_", "-")


def _wrong_type(spec: ArgSpec, options: Sequence[PassOptionInfo], error: str) -> str | None:
    """Which option xDSL means, which shows values and types alone."""
    kinds = {option.name: option.expected_type for option in options}
    for name, value in spec.normalize_parameter_names().parameters.items():
        if repr(value) in error:
            words = ",".join(map(str, value))
            return f"option '{_spelt(name)}' takes {_kind(kinds[name])}, not '{words}'"
    return None


def _kind(expected: str) -> str:
    return expected.strip("'")


def _with_switches(spec: ArgSpec, options: Sequence[PassOptionInfo]) -> ArgSpec:
    """An option that is true or false is true where it is named alone: `a{x}` is `a{x=true}`."""
    switches = {option.name for option in options if option.expected_type == "'bool'"}
    given = {
        name: value or ((True,) if name.replace("-", "_") in switches else value)
        for name, value in spec.parameters.items()
    }
    return replace(spec, parameters=given)


def _options_text(options: Sequence[PassOptionInfo]) -> str:
    if not options:
        return "it takes none"
    return "its options: " + ", ".join(
        f"{_spelt(name)} ({_kind(kind)}{'' if default is None else f', default {default}'})"
        for name, kind, default in options
    )
