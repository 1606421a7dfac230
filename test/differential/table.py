"""The one table of what PyTorch's finalize does with each row of our tables of fusions.

`docs/pytorch.md` is made from it, and the tests of this folder hold both sides to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SEVERAL_USES = "the result is used twice"
PER_CHANNEL = "the output is quantized per channel"
I32_OUTPUT = "the output is stored in 32 bits"
I8_INPUT = "the input is stored in i8"
I8_OUTPUT = "the output is stored in i8"
WEIGHT_ZERO_POINT = "a weight zero point is not 0"
WEIGHT_PER_CHANNEL = "the weight is quantized per channel"
TRAINING = "training = true"
RELU = "a relu follows"
CLAMP = "a clamp (relu6, hardtanh) or two activations follow"
NEW_PARAMETERS = "the output has other parameters than the input"
OTHER_PARAMETERS = "the output has other parameters than the fixed ones"
ONE_BOUND = "only one bound is given"
NO_WEIGHT = "weight or bias is absent"
RANK_1 = "the input has 1 dimension"
RANK_2 = "the input has 2 dimensions"
FULL_CONSTANT = "the constant is a tensor with as many elements"
LENGTH_1 = "lines of one value become longer, of several channels"
ALWAYS = "always"

Reasons = Mapping[str, str]
"""When, and why."""

REFUSED: dict[str, str] = {
    SEVERAL_USES: "uses",
    PER_CHANNEL: "output is quantized per axis",
    I32_OUTPUT: "output is stored in i32, not in 8 bits",
    TRAINING: "normalizes by the statistics of its input",
}
"""When we leave a group alone, and a part of the reason that we give."""

NEITHER: dict[str, str] = {
    SEVERAL_USES: "its patterns allow no other use, either",
    PER_CHANNEL: "its patterns end in a quantize per layer, too",
}
_OWN = {NEW_PARAMETERS: "its pattern takes the output's parameters from the input"}
_FIXED = {OTHER_PARAMETERS: "the constants are part of its pattern"}
_DTYPE = "the pattern drops the dtype: the result is quint8, or the kernel raises"
TRAP = {
    I8_INPUT: "the kernel raises, or the result has the dtype of the input, not the one asked for",
    I8_OUTPUT: _DTYPE,
    I32_OUTPUT: _DTYPE,
}
_SIGNED = {I8_INPUT: "the result is qint8, as the input"}
_NO_CLAMP = {CLAMP: "its patterns know one relu only"}
_NO_RELU = {RELU: "it has no pattern with relu", CLAMP: "nor with clamp"}


@dataclass(frozen=True)
class Entry:
    """What PyTorch does with one row.

    `op` is what the float op becomes there, "" where it stays what it is and `why` says so;
    `relu` whether there is a second op with relu. `floats` says when a group stays in float that
    we fuse; `unlike` when the fused op raises, or gives something else than was asked for;
    `raises` when what PyTorch makes of a group does not run, fused or not. Of the numbers that are
    what was asked for, at most the part `share` differs from ours, by one step, next to a tie.
    """

    op: str
    why: str = ""
    relu: bool = False
    floats: Reasons = field(default_factory=dict)
    unlike: Reasons = field(default_factory=dict)
    raises: Reasons = field(default_factory=dict)
    share: float = 0.0

    def fuses(self, traits: frozenset[str]) -> bool:
        """Whether PyTorch fuses a group of this row with these traits."""
        return bool(self.op) and not traits & {*NEITHER, *self.floats}

    def deviates(self, traits: frozenset[str]) -> bool:
        """Whether what PyTorch gives for it is not what was asked for."""
        broken = ALWAYS in self.unlike or traits & {*self.unlike}
        return bool(traits & {*self.raises} or (self.fuses(traits) and broken))


def _observed(op: str, *, relu: bool = False, share: float = 0.0, **more: Reasons) -> Entry:
    """An op with a pattern of its own parameters."""
    floats = {**(_NO_CLAMP if relu else {}), **more.get("floats", {})}
    return Entry(
        f"quantized::{op}",
        relu=relu,
        floats=floats,
        unlike={**TRAP, **more.get("unlike", {})},
        raises=more.get("raises", {}),
        share=share,
    )


def _moved(op: str, unlike: Reasons | None = None) -> Entry:
    """An op that PyTorch moves the dequantize over where it inserts it, before finalize."""
    return Entry(f"aten::{op}", unlike=unlike or {})


def _inherits(op: str, share: float = 0.0, unlike: Reasons | None = None) -> Entry:
    """An op that PyTorch applies to quantized values as it stands, with the input's parameters."""
    return Entry(f"aten::{op}", floats=_OWN, unlike=unlike or {}, share=share)


def _float(why: str, share: float = 0.0, raises: Reasons | None = None) -> Entry:
    return Entry("", why, share=share, raises=raises or {})


_NO_PER_CHANNEL = {
    WEIGHT_PER_CHANNEL: "prepack raises: per channel is disabled for transposed convolutions"
}
_MATRICES = {RANK_1: "the kernel raises: at least 2 dimensions"}
_NO_KERNEL = {ALWAYS: "no kernel for quantized tensors: the fused op raises when it runs"}
_RESIDUAL = "the JIT tables have no sum with a residual (FX has conv2d_add, with onednn)"
_STAYS = "not among the ops that PyTorch moves a dequantize over"
_NO_OP = "no pattern for it"

STATIC: dict[str, Entry] = {
    **{f"conv{n}d": _observed(f"conv{n}d", relu=True) for n in (1, 2, 3)},
    "linear": _observed("linear", relu=True, unlike=_MATRICES),
    **{
        f"conv_transpose{n}d": _observed(
            f"conv_transpose{n}d", floats=_NO_RELU, raises=_NO_PER_CHANNEL
        )
        for n in (1, 2)
    },
    "conv_transpose3d": _float("no pattern, though there is a kernel"),
    "max_pool1d": _moved("max_pool1d", {LENGTH_1: "the kernel mixes up the channels"}),
    **{f"max_pool{n}d": _moved(f"max_pool{n}d") for n in (2, 3)},
    **{f"avg_pool{n}d": _inherits(f"avg_pool{n}d", share=0.25) for n in (1, 2, 3)},
    **{
        f"adaptive_avg_pool{n}d": _inherits(f"adaptive_avg_pool{n}d", share=0.25) for n in (1, 2, 3)
    },
    "mean": _inherits("mean", share=0.25),
    **{f"upsample_nearest{n}d": _moved(f"upsample_nearest{n}d") for n in (2, 3)},
    "upsample_nearest1d": _moved("upsample_nearest1d", _NO_KERNEL),
    "upsample_linear1d": _inherits("upsample_linear1d", 0.1, _NO_KERNEL),
    "upsample_bilinear2d": _inherits("upsample_bilinear2d", 0.1),
    "upsample_trilinear3d": _inherits("upsample_trilinear3d", 0.1, _NO_KERNEL),
    "upsample_bicubic2d": _float("no pattern, though it takes part in what moves before", 0.1),
    **{
        op: _moved(op)
        for op in (
            *("relu", "reshape", "flatten", "transpose", "permute", "squeeze", "unsqueeze"),
            *("chunk", "repeat", "repeat_interleave"),
        )
    },
    **{
        op: _float(_STAYS)
        for op in ("flip", "slice", "select", "split", "expand", "pad", "amax", "amin")
    },
    "cat": _observed("cat", share=0.01),
    "stack": _float("no pattern: the dequantize moves behind it if parameters agree", 0.01),
    **{
        f"add_{op}": _float(_RESIDUAL)
        for op in ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose3d")
    },
    **{f"add_conv_transpose{n}d": _float(_RESIDUAL, raises=_NO_PER_CHANNEL) for n in (1, 2)},
    "add": _observed("add", relu=True, share=0.01),
    "mul": _observed("mul", relu=True, share=0.01),
    "sub": _float(_NO_OP, 0.01),
    "matmul": _float("no pattern in the JIT tables (FX has quantized::matmul)", 0.01),
    **{
        f"{op}_scalar": Entry(
            f"quantized::{op}_scalar",
            floats={
                **_OWN,
                **_NO_RELU,
                FULL_CONSTANT: "its pattern takes a number",
            },
            unlike={ALWAYS: "it drops the output's parameters and gives its own"},
        )
        for op in ("add", "mul")
    },
    **{op: _float(_NO_OP, 0.01) for op in ("sub_scalar", "sub_scalar_left")},
    **{
        op: Entry(f"aten::{op}", floats=_FIXED, unlike=_SIGNED, share=0.01)
        for op in ("sigmoid", "hardsigmoid", "tanh")
    },
    "hardswish": _observed("hardswish", share=0.01),
    "elu": _observed("elu", share=0.01),
    "leaky_relu": _inherits("leaky_relu", 0.02),
    **{op: _float(_NO_OP, 0.01) for op in ("celu", "gelu", "silu", "prelu", "softmax")},
    "clamp": Entry(
        "aten::clamp",
        floats={ONE_BOUND: "its pattern has both bounds"},
        unlike={NEW_PARAMETERS: "the pattern drops the output's parameters: the input's stay"},
    ),
    "batch_norm": _observed(
        "batch_norm",
        relu=True,
        share=0.01,
        unlike={
            NO_WEIGHT: "the kernel raises: both must be provided",
            TRAINING: "the pattern does not look: it becomes the op for inference",
        },
    ),
    "layer_norm": _observed("layer_norm", floats=_NO_RELU, share=0.01),
    **{
        op: _observed(
            op,
            floats=_NO_RELU,
            share=0.01,
            unlike={RANK_2: "the kernel raises: at least 3 dimensions"},
        )
        for op in ("group_norm", "instance_norm")
    },
}
"""By the name of the row of the static table."""

_NO_CONV = "no pattern in the JIT tables (FX has it, and rounds its output to the input's steps)"

DYNAMIC: dict[str, Entry] = {
    "linear_dynamic": Entry("quantized::linear_dynamic", raises=_MATRICES),
    "linear_dynamic_on_device": Entry("quantized::linear_dynamic", raises=_MATRICES),
    "linear_dynamic_fp16": Entry("quantized::linear_dynamic_fp16", raises=_MATRICES),
    **{f"conv{n}d_dynamic": Entry("", _NO_CONV) for n in (1, 2, 3)},
}
"""By the name of the row of the dynamic table, on device or not. Results are f32."""
