"""Train a small CNN on scikit-learn's 8x8 digits, quantise it, and write it as QDQ MLIR text.

Needs only numpy and scikit-learn (`pip install -e '.[train]'`), and about fifteen seconds. Writes,
beside this file, `digits.mlir` (the quantised network) and `heldout.npz` (images it never saw).
"""

from pathlib import Path
from typing import Any, cast

import numpy as np
from mlir_text import to_mlir
from network import Affine, Floats, Layer, build
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from quantize import quantize

Labels = NDArray[np.int64]

HERE = Path(__file__).parent
SEED, EPOCHS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 0, 60, 64, 2e-3, 1e-2
HELD_OUT = 360


def load() -> tuple[NDArray[np.uint8], NDArray[np.uint8], Labels, Labels]:
    """The raw images [N, 8, 8] (pixels 0..16) and labels: those to learn from, those held out."""
    # Only this script needs scikit-learn, so it may well be absent where the rest is checked.
    from sklearn.datasets import load_digits  # pyright: ignore[reportMissingImports]
    from sklearn.model_selection import train_test_split  # pyright: ignore[reportMissingImports]

    digits = cast("Any", load_digits())
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.int64)
    split = train_test_split(images, labels, test_size=HELD_OUT, stratify=labels, random_state=SEED)
    learn, held, learn_labels, held_labels = cast("list[Any]", split)
    return learn, held, learn_labels, held_labels


def normalise(images: NDArray[np.uint8]) -> Floats:
    """Raw images as the network's input: [N, 1, 8, 8] in [0, 1]."""
    return images[:, None].astype(np.float32) / np.float32(16)


def shifted(images: Floats, rng: np.random.Generator) -> Floats:
    """Each image moved by -1, 0 or 1 pixel along each side."""
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (8, 8), axis=(2, 3))
    row, column = rng.integers(0, 3, (2, len(images)))
    return windows[np.arange(len(images)), :, row, column]


def train(layers: list[Layer], images: Floats, labels: Labels) -> None:
    """Fit the layers' weights to the images, in place, printing the loss as it falls.

    Adam with decoupled weight decay and a cosine schedule, on cross entropy.
    """
    rng = np.random.default_rng(SEED)
    affine = [layer for layer in layers if isinstance(layer, Affine)]
    weights = [tensor for layer in affine for tensor in (layer.weight, layer.bias)]
    means = [np.zeros_like(weight) for weight in weights]
    squares = [np.zeros_like(weight) for weight in weights]
    batches = len(images) // BATCH
    step = 0
    for epoch in range(1, EPOCHS + 1):
        losses: list[float] = []
        order = rng.permutation(len(images))[: batches * BATCH]
        for batch in np.split(order, batches):
            x, y = shifted(images[batch], rng), labels[batch]
            for layer in layers:
                x = layer.forward(x)
            exps = np.exp(x - x.max(1, keepdims=True))
            grad = exps / exps.sum(1, keepdims=True)
            losses.append(float(-np.log(grad[np.arange(BATCH), y]).mean()))
            grad[np.arange(BATCH), y] -= 1
            grad /= BATCH
            for layer in reversed(layers):
                grad = layer.backward(grad)
            step += 1
            rate = LEARNING_RATE * (1 + np.cos(np.pi * step / (EPOCHS * batches))) / 2
            grads = [g for layer in affine for g in (layer.grad_weight, layer.grad_bias)]
            for weight, g, mean, square in zip(weights, grads, means, squares, strict=True):
                mean += 0.1 * (g - mean)
                square += 0.001 * (g * g - square)
                update = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
                weight -= rate * (update + WEIGHT_DECAY * weight)
        if epoch % 5 == 0:
            print(f"epoch {epoch:3} of {EPOCHS}   loss {np.mean(losses):.4f}", flush=True)


def accuracy(logits: Floats, labels: Labels) -> float:
    """The share of images whose largest logit is that of their digit."""
    return float((logits.argmax(1) == labels).mean())


def main() -> None:
    """Train, quantise, check, write."""
    train_images, held_images, train_labels, held_labels = load()
    layers = build()
    train(layers, normalise(train_images), train_labels)

    float_logits = normalise(held_images)
    for layer in layers:
        float_logits = layer.forward(float_logits)
    network = quantize(layers, normalise(train_images))
    in_float = accuracy(float_logits, held_labels)
    quantised = accuracy(network.run(normalise(held_images)), held_labels)
    figures = f"held-out accuracy: float {in_float:.2%}, quantised {quantised:.2%}"
    print(figures)
    if quantised < in_float - 0.01:
        raise SystemExit("quantisation costs more than 1 % of accuracy; nothing written")

    comment = f"8x8 digits, trained and quantised by train.py; {figures}"
    (HERE / "digits.mlir").write_text(to_mlir(network, comment))
    np.savez_compressed(
        HERE / "heldout.npz",
        images=held_images,
        labels=held_labels.astype(np.uint8),
        float_logits=float_logits,
    )
    for name in ("digits.mlir", "heldout.npz"):
        print(f"wrote {name}: {(HERE / name).stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main()
