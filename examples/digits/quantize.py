"""Post-training quantisation of the digits network.

Activations are u8 per tensor, their ranges the least and the greatest value seen in calibration;
weights are i8 in -127..127 with zero point 0; a bias is f32, or i32 with the accumulator's scale.
"""

from copy import copy
from dataclasses import dataclass

import numpy as np
from network import Affine, Floats, Layer
from numpy.typing import NDArray

Integers = NDArray[np.int64]

RANGES = {"u8": (0, 255), "i8<-127:127>": (-127, 127), "i32": (-(2**31), 2**31 - 1)}


@dataclass
class Quantizer:
    """`value = scale * (integer - zero_point)`, with one scale, or one for each index of axis 0."""

    storage: str
    scale: Floats
    """Shape [] or [channels]."""
    zero_point: int = 0

    def quantize(self, x: Floats) -> Integers:
        """Round to nearest, ties to even, then add the zero point and clamp."""
        steps = np.rint(x / self.scale_beside(x)).astype(np.int64)
        return np.clip(steps + self.zero_point, *RANGES[self.storage])

    def dequantize(self, q: Integers) -> Floats:
        """The f32 values that the integers stand for."""
        return (q - self.zero_point).astype(np.float32) * self.scale_beside(q)

    def scale_beside(self, tensor: Floats | Integers) -> Floats:
        """The scale, shaped to broadcast along the tensor's axis 0."""
        return self.scale.reshape(self.scale.shape + (1,) * (tensor.ndim - 1))


@dataclass
class QuantizedLayer:
    """A layer that computes with the rounded weights, and the integers that these come from."""

    layer: Layer
    output: Quantizer
    weight: tuple[Quantizer, Integers] | None = None
    """None for a layer without weights."""
    bias: tuple[Quantizer, Integers] | None = None
    """None for a float bias, which `layer` holds."""


@dataclass
class QuantizedNetwork:
    """What `digits.mlir` says."""

    input: Quantizer
    layers: list[QuantizedLayer]

    def run(self, x: Floats) -> Floats:
        """The logits, every activation on the way (and they) rounded to its quantised values."""
        x = self.input.dequantize(self.input.quantize(x))
        for layer in self.layers:
            x = layer.output.dequantize(layer.output.quantize(layer.layer.forward(x)))
        return x


def quantize(layers: list[Layer], calibration: Floats) -> QuantizedNetwork:
    """Quantise a trained network, with the ranges that its activations have on the given images."""
    network = QuantizedNetwork(activation(calibration), [])
    x, scale_in = calibration, network.input
    for layer in layers:
        x = layer.forward(x)
        output = scale_in if layer.keeps_range else activation(x)
        network.layers.append(
            quantize_affine(layer, scale_in, output)
            if isinstance(layer, Affine)
            else QuantizedLayer(layer, output)
        )
        scale_in = output
    return network


def activation(values: Floats) -> Quantizer:
    """All of u8 over the values' range, widened to hold zero, which is then exact."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    scale = np.float32((high - low) / 255)
    return Quantizer("u8", np.asarray(scale), int(np.rint(-low / scale)))


def quantize_affine(layer: Affine, given: Quantizer, output: Quantizer) -> QuantizedLayer:
    """Quantise the weight, and the bias where it is to be int32."""
    axes = tuple(range(1, layer.weight.ndim)) if layer.per_axis else None
    weight = Quantizer("i8<-127:127>", np.asarray(np.abs(layer.weight).max(axes) / np.float32(127)))
    integers = weight.quantize(layer.weight)
    rounded = copy(layer)
    rounded.weight = weight.dequantize(integers)
    if not layer.int_bias:
        return QuantizedLayer(rounded, output, (weight, integers))
    bias = Quantizer("i32", given.scale * weight.scale)
    bias_integers = bias.quantize(layer.bias)
    rounded.bias = bias.dequantize(bias_integers)
    return QuantizedLayer(rounded, output, (weight, integers), (bias, bias_integers))
