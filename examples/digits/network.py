"""The digits network: layers that can be trained in plain numpy, with images as [N, C, H, W] f32.

Each layer has a forward, a backward (which takes the gradient of the last forward's output and
returns that of its input), and the name of the MLIR op of the same meaning.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass
class Layer:
    """One step of the network, whose output is quantised once it has been calibrated."""

    name: str
    op: str = ""
    keeps_range = False
    """The output is quantised with the input's parameters, since it holds the input's values."""

    def forward(self, x: Floats) -> Floats:
        raise NotImplementedError

    def backward(self, grad: Floats) -> Floats:
        raise NotImplementedError


@dataclass
class Affine(Layer):
    """`relu?(rows(x) @ weight.T + bias)`, with the weight [out, ...] flattened to [out, K]."""

    shape: tuple[int, ...] = ()
    relu: bool = True
    per_axis: bool = True
    """One weight scale per output channel, or one for the whole tensor."""
    int_bias: bool = False
    """The bias is stored as int32 (scale: input's times weight's), or as float."""

    def __post_init__(self) -> None:
        # He's rule: the variance of a relu network's activations stays about 1.
        fan_in = int(np.prod(self.shape[1:]))
        normal = np.random.default_rng(list(self.name.encode())).normal(size=self.shape)
        self.weight: Floats = (normal * np.sqrt(2 / fan_in)).astype(np.float32)
        self.bias: Floats = np.zeros(self.shape[0], np.float32)

    def rows(self, x: Floats) -> Floats:
        """The input as [rows, K]."""
        return x

    def unrows(self, grad: Floats) -> Floats:
        """The gradient of the input from that of its rows."""
        return grad

    def forward(self, x: Floats) -> Floats:
        self.x, self.cols = x, self.rows(x)
        y = self.cols @ self.weight.reshape(len(self.weight), -1).T + self.bias
        self.y = np.maximum(y, 0) if self.relu else y
        return self.y

    def backward(self, grad: Floats) -> Floats:
        grad = grad * (self.y > 0) if self.relu else grad
        self.grad_weight = (grad.T @ self.cols).reshape(self.shape)
        self.grad_bias = grad.sum(0)
        return self.unrows(grad @ self.weight.reshape(len(self.weight), -1))


@dataclass
class Linear(Affine):
    op: str = "nn.linear"


@dataclass
class Conv(Affine):
    """A 3x3 convolution, padding 1: an affine map of each pixel's 3x3 neighbourhood."""

    op: str = "nn.conv2d"

    def rows(self, x: Floats) -> Floats:
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = sliding_window_view(padded, (3, 3), axis=(2, 3))  # [N, C, H, W, 3, 3]
        return windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, 9 * x.shape[1])

    def unrows(self, grad: Floats) -> Floats:
        n, c, h, w = self.x.shape
        windows = grad.reshape(n, h, w, c, 3, 3).transpose(4, 5, 0, 3, 1, 2)
        padded = np.zeros((n, c, h + 2, w + 2), np.float32)
        for i, j in np.ndindex(3, 3):
            padded[:, :, i : i + h, j : j + w] += windows[i, j]
        return padded[:, :, 1:-1, 1:-1]

    def forward(self, x: Floats) -> Floats:
        n, _, h, w = x.shape
        return super().forward(x).reshape(n, h, w, -1).transpose(0, 3, 1, 2)

    def backward(self, grad: Floats) -> Floats:
        return super().backward(grad.transpose(0, 2, 3, 1).reshape(-1, self.shape[0]))


def blocks(x: Floats) -> Floats:
    """An image [N, C, H, W] as its 2x2 blocks, [N, C, H/2, 2, W/2, 2]."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2)


@dataclass
class MaxPool(Layer):
    op: str = "nn.max_pool2d"
    keeps_range = True

    def forward(self, x: Floats) -> Floats:
        self.x, self.y = x, blocks(x).max((3, 5))
        return self.y

    def backward(self, grad: Floats) -> Floats:
        largest = blocks(self.x) == self.y[:, :, :, None, :, None]
        return (largest * grad[:, :, :, None, :, None]).reshape(self.x.shape)


@dataclass
class AvgPool(Layer):
    """The mean of each quarter of an image whose sides are even: adaptive pooling 4x4 -> 2x2."""

    op: str = "nn.adaptive_avg_pool2d"

    def forward(self, x: Floats) -> Floats:
        return blocks(x).mean((3, 5))

    def backward(self, grad: Floats) -> Floats:
        return grad.repeat(2, 2).repeat(2, 3) / np.float32(4)


@dataclass
class Flatten(Layer):
    op: str = "nn.flatten"
    keeps_range = True

    def forward(self, x: Floats) -> Floats:
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad: Floats) -> Floats:
        return grad.reshape(self.shape)


def build() -> list[Layer]:
    """The network: images [N, 1, 8, 8] in [0, 1] to logits [N, 10]."""
    return [
        Conv("conv1", shape=(16, 1, 3, 3)),
        Conv("conv2", shape=(32, 16, 3, 3)),
        MaxPool("pool1"),
        Conv("conv3", shape=(32, 32, 3, 3), int_bias=True),
        AvgPool("pool2"),
        Flatten("flat"),
        Linear("fc1", shape=(64, 128)),
        Linear("fc2", shape=(10, 64), relu=False, per_axis=False, int_bias=True),
    ]
