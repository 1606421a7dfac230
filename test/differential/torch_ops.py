"""How PyTorch says the float ops of `nn`: the aten op and its arguments, as its schema has them.

An op that TorchScript cannot say raises `Unsayable`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from xdsl.dialects.builtin import DenseArrayBase, FloatAttr, IntegerAttr, StringAttr, i1
from xdsl.ir import Operation

from qfin.dialects import nn
from qfin.dialects.tensors import shape_of

Arguments = list[Any]
"""Values of TorchScript, and Python's numbers, lists and None for constants."""


class Unsayable(Exception):  # noqa: N818 - it is an answer, not an error
    """TorchScript has no way to say an op as it is; `str()` is the reason."""


def attribute(op: Operation, name: str) -> Any:
    """The Python value of a property; None for one that is absent."""
    match op.properties.get(name):
        case None:
            return None
        case IntegerAttr(value=value, type=type):
            return bool(value.data) if type == i1 else value.data
        case FloatAttr(value=value):
            return value.data
        case StringAttr(data=text):
            return text
        case DenseArrayBase() as array:
            return list(cast("DenseArrayBase[Any]", array).get_values())
        case other:
            raise TypeError(f"{op.name} has {name} = {other}")


def _of(*names: str) -> Callable[[Operation, Arguments], Arguments]:
    """The operands, and these attributes."""
    return lambda op, operands: [*operands, *(attribute(op, name) for name in names)]


def _padding(op: Operation) -> list[int]:
    sides = attribute(op, "padding")
    if sides[::2] != sides[1::2]:
        raise Unsayable("padding that differs from side to side")
    return sides[::2]


def _convolution(op: Operation, operands: Arguments) -> Arguments:
    x, w, b = (*operands, None)[:3]
    stride, dilation, groups = (attribute(op, n) for n in ("stride", "dilation", "groups"))
    if "transpose" in op.name:
        more = attribute(op, "output_padding")
        return [x, w, b, stride, _padding(op), more, groups, dilation]
    return [x, w, b, stride, _padding(op), dilation, groups]


def _max_pool(op: Operation, operands: Arguments) -> Arguments:
    kernel, stride, dilation, ceil = (
        attribute(op, name) for name in ("kernel", "stride", "dilation", "ceil_mode")
    )
    if any(p > k // 2 for p, k in zip(_padding(op), kernel, strict=True)):
        raise Unsayable("padding of more than half the kernel, undilated")
    return [*operands, kernel, stride, _padding(op), dilation, ceil]


def _avg_pool(op: Operation, operands: Arguments) -> Arguments:
    kernel, stride, ceil, count = (
        attribute(op, name) for name in ("kernel", "stride", "ceil_mode", "count_include_pad")
    )
    arguments = [*operands, kernel, stride, _padding(op), ceil, count]
    if any(n < k for n, k in zip(shape_of(op.operands[0])[2:], kernel, strict=True)):
        raise Unsayable("a window larger than the image")
    if not isinstance(op, nn.AvgPool1dOp):
        arguments.append(attribute(op, "divisor_override"))
    return arguments


def _size(op: Operation) -> list[int]:
    return list(shape_of(op.results[0])[2:])


def _upsample(op: Operation, operands: Arguments) -> Arguments:
    if op.properties.get("scales") is not None:
        raise Unsayable("scales")
    corners = [] if "nearest" in op.name else [attribute(op, "align_corners")]
    return [*operands, _size(op), *corners, None]


def _batch_norm(op: Operation, operands: Arguments) -> Arguments:
    assert isinstance(op, nn.BatchNormOp)
    named = dict(zip(op.operands, operands, strict=True))
    parts = [op.input, op.weight, op.bias, op.running_mean, op.running_var]
    values = [None if part is None else named[part] for part in parts]
    return [*values, *(attribute(op, n) for n in ("training", "momentum", "eps")), True]


def _norm(op: Operation, operands: Arguments) -> Arguments:
    assert isinstance(op, nn.LayerNormOp | nn.GroupNormOp | nn.InstanceNormOp)
    named = dict(zip(op.operands, operands, strict=True))
    x, *parts = [None if part is None else named[part] for part in (op.input, op.weight, op.bias)]
    eps = attribute(op, "eps")
    if isinstance(op, nn.InstanceNormOp):
        use = attribute(op, "use_input_stats")
        return [x, *parts, None, None, use, attribute(op, "momentum"), eps, True]
    how = "normalized_shape" if isinstance(op, nn.LayerNormOp) else "num_groups"
    return [x, attribute(op, how), *parts, eps, True]


def _binary(op: Operation, operands: Arguments) -> Arguments:
    """A number stands on the right; of a difference, `rsub` has it there."""
    if not isinstance(operands[0], float):
        return operands
    return operands[::-1]


def _pad(op: Operation, operands: Arguments) -> Arguments:
    pad, mode, value = (attribute(op, name) for name in ("pad", "mode", "value"))
    if mode == "constant":
        return [*operands, pad, mode, value]
    if len(shape_of(op.operands[0])) - len(pad) // 2 not in (1, 2):
        raise Unsayable("reflection along all dimensions, or few")
    return [*operands, pad, mode, None]


_NAMES = {"split": "split_with_sizes"}
_ARGUMENTS: dict[str, Callable[[Operation, Arguments], Arguments]] = {
    "linear": lambda op, operands: [*operands, None][:3],
    **{f"conv{n}d": _convolution for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": _convolution for n in (1, 2, 3)},
    **{f"max_pool{n}d": _max_pool for n in (1, 2, 3)},
    **{f"avg_pool{n}d": _avg_pool for n in (1, 2, 3)},
    **{f"adaptive_avg_pool{n}d": lambda op, x: [*x, _size(op)] for n in (1, 2, 3)},
    **{f"upsample_nearest{n}d": _upsample for n in (1, 2, 3)},
    "upsample_linear1d": _upsample,
    "upsample_bilinear2d": _upsample,
    "upsample_trilinear3d": _upsample,
    "upsample_bicubic2d": _upsample,
    "mean": lambda op, x: [*x, attribute(op, "dim"), attribute(op, "keepdim"), None],
    "relu": _of(),
    "reshape": lambda op, x: [*x, list(shape_of(op.results[0]))],
    "flatten": _of("start_dim", "end_dim"),
    "transpose": _of("dim0", "dim1"),
    "permute": _of("dims"),
    "squeeze": _of("dim"),
    "unsqueeze": _of("dim"),
    "flip": _of("dims"),
    "slice": _of("dim", "start", "end", "step"),
    "select": _of("dim", "index"),
    "split": _of("split_sizes", "dim"),
    "chunk": _of("chunks", "dim"),
    "expand": lambda op, x: [*x, attribute(op, "size"), False],
    "repeat": _of("repeats"),
    "repeat_interleave": lambda op, x: [*x, *(attribute(op, n) for n in ("repeats", "dim")), None],
    "pad": _pad,
    "amax": _of("dim", "keepdim"),
    "amin": _of("dim", "keepdim"),
    "add": lambda op, operands: [*_binary(op, operands), 1],
    "sub": lambda op, operands: [*_binary(op, operands), 1],
    "mul": _binary,
    "matmul": _of(),
    **dict.fromkeys(("sigmoid", "tanh", "hardsigmoid", "hardswish", "silu", "prelu"), _of()),
    "elu": lambda op, x: [*x, attribute(op, "alpha"), 1, 1],
    "celu": _of("alpha"),
    "leaky_relu": _of("negative_slope"),
    "gelu": _of("approximate"),
    "clamp": _of("min", "max"),
    "batch_norm": _batch_norm,
    **dict.fromkeys(("layer_norm", "group_norm", "instance_norm"), _norm),
    "softmax": lambda op, x: [*x, attribute(op, "dim"), None],
    "cat": _of("dim"),
    "stack": _of("dim"),
}


def call(op: Operation, operands: Sequence[Any]) -> tuple[str, Arguments]:
    """(name of the aten op, arguments) of a float op. Raises `Unsayable`."""
    name = op.name.removeprefix("nn.")
    if name not in _ARGUMENTS:
        raise Unsayable(f"{op.name}, for which there is no translation")
    if name == "sub" and isinstance(operands[0], float):
        name = "rsub"
    return f"aten::{_NAMES.get(name, name)}", _ARGUMENTS[op.name.removeprefix("nn.")](
        op, list(operands)
    )
