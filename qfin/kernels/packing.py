"""The byte layout of dense weights, the same for every target.

`[group][block of output channels][tap][ceil(I/4)][B][4]`: the kernel reads a block's weights
strictly in sequence, B output channels (a multiple of the vector's int32 lanes) times 4 input
channels at a time. What pads output channels to B and input channels to 4 is zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pack_dense_weights(w: NDArray[np.int8], groups: int, block: int) -> NDArray[np.int8]:
    """Pack int8 `w[groups*O, I, kh, kw]` (a linear layer's as `[O, I, 1, 1]`) in blocks of `block`
    channels.

    Returns int8 `[groups, ceil(O/block), kh*kw, ceil(I/4), block, 4]`, contiguous.
    """
    channels, inputs, kernel_h, kernel_w = w.shape
    outputs = channels // groups
    blocks, steps = -(-outputs // block), -(-inputs // 4)
    padded = np.zeros((groups, blocks * block, steps * 4, kernel_h * kernel_w), np.int8)
    padded[:, :outputs, :inputs] = w.reshape(groups, outputs, inputs, kernel_h * kernel_w)
    split = padded.reshape(groups, blocks, block, steps, 4, kernel_h * kernel_w)
    return np.ascontiguousarray(split.transpose(0, 1, 5, 3, 2, 4))


def unpack_dense_weights(
    packed: NDArray[np.int8], outputs: int, inputs: int, kernel: tuple[int, int]
) -> NDArray[np.int8]:
    """The inverse: int8 `[groups*outputs, inputs, *kernel]`, outputs and inputs being those of one
    group."""
    groups, blocks, taps, steps, block, _ = packed.shape
    padded = packed.transpose(0, 1, 4, 3, 5, 2).reshape(groups, blocks * block, steps * 4, taps)
    return np.ascontiguousarray(
        padded[:, :outputs, :inputs].reshape(groups * outputs, inputs, *kernel)
    )


def folds_kernel_width(in_channels: int, kernel_w: int, groups: int, dilation_w: int) -> bool:
    """Whether a convolution gains from `fold_kernel_width`: its channels do not fill steps of 4,
    and in compact NHWC the taps of a kernel row lie next to each other."""
    return in_channels % 4 != 0 and kernel_w > 1 and groups == 1 and dilation_w == 1


def fold_kernel_width(w: NDArray[np.int8]) -> NDArray[np.int8]:
    """The weights `[O, I, kh, kw]` of a convolution as those of one whose kernel is 1 wide and has
    `kw * I` channels: `[O, kw*I, kh, 1]`. An RGB image's 7x7 kernel then takes 7 runs of 21 bytes
    in 6 steps, not 49 steps of 3. `DenseSpec.folded` is the kernel's side of it."""
    outputs, inputs, kernel_h, kernel_w = w.shape
    folded = w.transpose(0, 3, 1, 2).reshape(outputs, kernel_w * inputs, kernel_h, 1)
    return np.ascontiguousarray(folded)


def pad_channels(values: NDArray[np.generic], groups: int, block: int) -> NDArray[np.generic]:
    """One value an output channel, `[groups*O]`, zero-padded to `[groups * ceil(O/block) *
    block]`."""
    outputs = values.size // groups
    blocks = -(-outputs // block)
    padded = np.zeros((groups, blocks * block), values.dtype)
    padded[:, :outputs] = values.reshape(groups, outputs)
    return padded.reshape(-1)
