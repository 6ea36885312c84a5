"""What is measured: networks of the sizes that people build, each with a batch, a loss, an optimizer and its bars.

The names and the bars are those of the table in the design. A workload says what its network is made of in Keras's
words; `deepviz_side` and `torch_side` build it, each as its users would.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Samples = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Part:
    """A layer by its key, with those of its hyperparameters that are not the default."""

    key: str
    hyperparameters: Mapping[str, Any]


@dataclass(frozen=True)
class Skip:
    """Layers in a row, and a connection around them: their output is added to their input."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Bars:
    """What is wanted of a workload. None: nothing.

    Attributes
    ----------
    one, best
        PyTorch's time divided by DeepViz's must be at least this: with one process, and with the better of one and two.
    memory
        DeepViz's peak of memory divided by PyTorch's: at most so much, of the whole process.
    """

    one: float | None
    best: float | None
    memory: float


@dataclass(frozen=True)
class Workload:
    """A network and how it is trained.

    Attributes
    ----------
    input_shape
        Shape of one sample, channels last.
    batch
        Samples in a step.
    loss, optimizer
        Keys of DeepViz's registries.
    bars
        What is wanted of it.
    batches
        How many different batches there are; they come again and again.
    """

    name: str
    input_shape: tuple[int, ...]
    parts: tuple[Part | Skip, ...]
    batch: int
    loss: str
    optimizer: str
    bars: Bars
    batches: int = 25

    @property
    def is_classification(self) -> bool:
        """Whether the targets are class numbers."""
        return self.loss == "SoftmaxCrossEntropy"

    def layers(self) -> Iterator[Part]:
        """The layers in the order in which data goes through them, those inside skips too."""
        for part in self.parts:
            yield from part.parts if isinstance(part, Skip) else (part,)

    def samples(self) -> Samples:
        """Random samples ``(n, *input_shape)`` and targets: class numbers ``(n,)`` or numbers ``(n, outputs)``."""
        rng = np.random.default_rng(0)
        count = self.batch * self.batches
        x = rng.standard_normal((count, *self.input_shape), dtype=np.float32)
        outputs = [part.hyperparameters["units"] for part in self.layers() if part.key == "Dense"][-1]
        if self.is_classification:
            return x, rng.integers(0, outputs, count)
        return x, rng.uniform(-0.9, 0.9, (count, outputs)).astype(np.float32)

    def order(self, epoch: int) -> np.ndarray:
        """The order of the samples in an epoch (counted from 0), the same on both sides: the trainer's, for seed 0."""
        return np.random.default_rng((0, epoch)).permutation(self.batch * self.batches)


def part(key: str, **hyperparameters: Any) -> Part:
    """A layer."""
    return Part(key, hyperparameters)


def dense(*widths: int, activation: str = "ReLU", last: bool = False) -> tuple[Part, ...]:
    """Dense layers of these widths, each with an activation; none after the last unless `last`."""
    parts = [
        layer
        for units in widths
        for layer in (part("Dense", units=units, kernel_initializer="he_normal"), part(activation))
    ]
    return tuple(parts if last else parts[:-1])


def convolutions(*filters: int, kernel: int, padding: str, norm: bool = False) -> tuple[Part, ...]:
    """Convolutions with ReLU, and batch normalisation before it if `norm`; then pooling by 2."""
    parts: list[Part] = []
    for count in filters:
        parts.append(part("Conv2D", filters=count, kernel_size=kernel, padding=padding, kernel_initializer="he_normal"))
        parts += [part("BatchNorm")] if norm else []
        parts.append(part("ReLU"))
    return (*parts, part("MaxPool2D", pool_size=2))


def vgg(norm: bool) -> tuple[Part, ...]:
    """Two times two convolutions of 3 x 3, and two dense layers."""
    first, second = (convolutions(n, n, kernel=3, padding="same", norm=norm) for n in (32, 64))
    return (*first, *second, part("Flatten"), *dense(256, 10))


LENET = (
    *convolutions(8, kernel=5, padding="valid"),
    *convolutions(16, kernel=5, padding="valid"),
    part("Flatten"),
    *dense(120, 84, 10),
)
TRANSFORMER = (
    Skip((part("LayerNorm"), part("MultiHeadAttention", num_heads=4, key_dim=16))),
    Skip((part("LayerNorm"), *dense(256, 64))),
    part("GlobalAveragePool"),
    part("Dense", units=10),
)
CROSS_ENTROPY, SQUARED_ERROR = "SoftmaxCrossEntropy", "MeanSquaredError"
HALF, QUARTER = 0.5, 0.25


def _tanh(name: str, widths: tuple[int, ...], batch: int, bars: Bars) -> Workload:
    """A small network of tanh units throughout that learns numbers."""
    parts = dense(*widths[1:], activation="Tanh", last=True)
    return Workload(name, widths[:1], parts, batch, SQUARED_ERROR, "SGD", bars)


def _classifier(
    name: str,
    input_shape: tuple[int, ...],
    parts: tuple[Part | Skip, ...],
    batch: int,
    bars: Bars,
    *,
    optimizer: str = "Adam",
) -> Workload:
    """A network that learns classes. Where samples are large there are few of them."""
    batches = 25 if math.prod(input_shape) < 1000 else 5
    return Workload(name, input_shape, parts, batch, CROSS_ENTROPY, optimizer, bars, batches)


WORKLOADS = {
    workload.name: workload
    for workload in (
        _tanh("tiny", (2, 4, 2, 1), 10, Bars(11, 14, QUARTER)),
        _tanh("toy", (2, 8, 8, 8, 1), 32, Bars(10, 14, QUARTER)),
        _classifier("toy16", (2,), dense(16, 16, 2), 32, Bars(None, None, QUARTER), optimizer="SGD"),
        _classifier("digits", (64,), dense(64, 32, 10), 32, Bars(8, 9, QUARTER)),
        _classifier("mnist", (784,), dense(512, 256, 10), 128, Bars(1.4, 2.2, QUARTER)),
        _classifier("deep", (64,), dense(*[64] * 100, 10), 64, Bars(5, 7.5, QUARTER)),
        _classifier("lenet", (28, 28, 1), LENET, 64, Bars(2, 3, QUARTER)),
        _classifier("vgg", (32, 32, 3), vgg(norm=False), 64, Bars(0.75, 1.3, HALF)),
        _classifier("vgg_bn", (32, 32, 3), vgg(norm=True), 64, Bars(0.9, 1.6, HALF)),
        _classifier("wide", (2048,), dense(2048, 2048, 10), 256, Bars(1.3, 2.2, HALF)),
        _classifier("lstm", (28, 28), (part("LSTM", units=64), part("Dense", units=10)), 64, Bars(0.7, 1.1, QUARTER)),
        _classifier("attention", (32, 64), TRANSFORMER, 32, Bars(1.1, 2, QUARTER)),
    )
}
