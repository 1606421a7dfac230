"""Networks in which convolutions, residuals, activations, moves, products of matrices and ops on
two tensors read each other's results in any order: compiled, they give the interpreter's bits."""

from __future__ import annotations

from math import prod

from typing_extensions import override

from .case_targets import module_seeds
from .compiled import check_random_module
from .random_modules import Shape, Value
from .random_windows import Window
from .test_compile_binary import BinaryModule
from .test_compile_matmul import MatmulModule
from .test_compile_movement import MovementModule
from .test_compile_residual import ResidualModule
from .test_compile_unary import UnaryModule

LARGEST = 3_000
KINDS = {3: "conv1d", 4: "conv2d", 5: "conv3d"}


class NetworkModule(UnaryModule, BinaryModule, MovementModule, ResidualModule, MatmulModule):
    """One network: each op reads what is before it, often the last value, and most values keep the
    shape of the input, so that any two may be added."""

    @override
    def image(self) -> Shape:
        rng = self.rng
        channels = rng.choice([1, 3, 4, 8, 16, rng.randint(1, 40)])
        size = rng.choice([1, 3, 4, 6, 9])
        return rng.choice([1, 1, 2]), channels, size, rng.choice([size, size, 5])

    @override
    def chain(self) -> None:
        rng = self.rng
        shape = self.image()
        if rng.random() < 0.15:
            shape = shape[:-1]
        self.values = [self.source(shape)]
        for _ in range(rng.randint(4, 9)):
            x = rng.choice([*self.values[-2:], rng.choice(self.values)])
            value = self.op(x)
            if 0 < prod(value.shape) <= LARGEST:
                self.values.append(value)
        given = [self.values[-1], *rng.choices(self.values, k=rng.randint(0, 2))]
        for value in {value.name: value for value in given}.values():
            self.results.append((value.name, value.type))

    @override
    def op(self, x: Value) -> Value:
        rng = self.rng
        rank = len(x.shape)
        choices = [self.any_unary, self.any_binary]
        if rank in KINDS:
            choices += [self.any_block] * 3 + [self.any_unary]
        if rank == 4:
            choices += [self.conv2d, self.depthwise, self.pooled]
        if rank >= 2:
            choices += [self.any_matmul]
        if rank >= 1:
            choices += [self.any_move]
        return rng.choice(choices)(x)

    def any_unary(self, x: Value) -> Value:
        return UnaryModule.op(self, x) if self.rng.random() < 0.9 else self.requantize(x)

    def any_move(self, x: Value) -> Value:
        return MovementModule.op(self, x)

    def any_block(self, x: Value) -> Value:
        return self.block(x, KINDS[len(x.shape)])

    def any_binary(self, x: Value) -> Value:
        same = [value for value in self.values if value.shape == x.shape]
        return self.binary(x, self.rng.choice(same))

    def depthwise(self, x: Value) -> Value:
        """A convolution of its own for each channel, that leaves the shape as it is."""
        channels = x.shape[1]
        window = self.rng.choice([Window(((1, 1, 0, 0, 1),) * 2), Window(((3, 1, 1, 1, 1),) * 2)])
        weight = (channels, 1, *window.kernel)
        return self.contraction(x, "conv2d", weight, x.shape, window, channels)

    def any_matmul(self, x: Value) -> Value:
        """With its own transpose, with a value that fits, or with an argument."""
        *batch, rows, columns = x.shape
        kind = self.rng.choice(["own", "other", "argument"])
        fits = [value for value in self.values if value.shape == (*batch, columns, rows)]
        if kind == "argument":
            y = self.view((columns, self.rng.choice([1, 3, columns])))
        elif kind == "other" and fits:
            y = self.rng.choice(fits)
        else:
            turned = (*batch, columns, rows)
            y = self.moved(x, "nn.transpose", "{dim0 = -1 : i64, dim1 = -2 : i64}", turned)
        return self.matmul(x, y, (*batch, rows, y.shape[-1]))

    @override
    def residual(self, shape: Shape, scale: float) -> Value:
        """Mostly a value that is there."""
        fits = [value for value in self.values if value.shape == shape]
        if fits and self.rng.random() < 0.8:
            return self.rng.choice(fits)
        return super().residual(shape, scale)


@module_seeds
def test_random_network(seed: int) -> None:
    check_random_module(NetworkModule(seed, chains=1), ())
