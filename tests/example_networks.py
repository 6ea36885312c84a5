"""The networks of the built-in examples, put together by the edits that a person would make."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.source import DatasetSource
from deepviz.document import edits
from deepviz.document.layout import CARD_PITCH
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine.layer import Layer
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.batch_norm import BatchNorm
from deepviz.engine.layers.conv2d import Conv2D
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.dropout import Dropout
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.gaussian_noise import GaussianNoise
from deepviz.engine.layers.gelu import GELU
from deepviz.engine.layers.global_average_pool import GlobalAveragePool
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.layer_norm import LayerNorm
from deepviz.engine.layers.max_pool2d import MaxPool2D
from deepviz.engine.layers.multi_head_attention import MultiHeadAttention
from deepviz.engine.layers.positional_encoding import PositionalEncoding
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.layers.reshape import Reshape
from deepviz.engine.layers.sigmoid import Sigmoid
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.layers.up_sample2d import UpSample2D
from deepviz.engine.loss import Loss
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizers.adam import Adam

COLUMNS = 4
"""Of cards; more only where there would be more rows than columns after all."""


def started(
    name: str,
    source: DatasetSource,
    *,
    optimizer: Optimizer | None = None,
    batch_size: int = 32,
    epochs: int = 100,
    preprocessing: str = "standardise",
) -> Project:
    """A project that has data and a plan, and no layer yet."""
    project = edits.rename(Project(), name)
    project = edits.set_data(project, DataChoice(source, preprocessing=Preprocessing(method=preprocessing)))
    run = RunSettings(batch_size=batch_size, epochs=epochs)
    return edits.set_plan(project, TrainingPlan(optimizer or Adam(learning_rate=0.01), run))


def chain(project: Project, layers: Sequence[Layer], loss: Loss | None = None) -> Project:
    """Layers in a row with a loss at their end, that for classes if none is named."""
    for layer in (*layers, loss or SoftmaxCrossEntropy()):
        project = edits.append(project, layer)
    return edits.arrange(project, max(COLUMNS, math.ceil(math.sqrt(len(project.graph.nodes)))))


def mlp(
    shape: tuple[int, ...],
    widths: tuple[int, ...],
    activation: type[Tanh] | type[ReLU] = Tanh,
    initializer: str = "",
) -> tuple[Layer, ...]:
    """A multilayer perceptron: Dense layers of some widths with an activation between them."""
    initializer = initializer or ("he_normal" if activation is ReLU else "glorot_uniform")
    hidden = [
        layer
        for width in widths[:-1]
        for layer in (Dense.checked({"units": width, "kernel_initializer": initializer}), activation())
    ]
    flatten = (Flatten(),) if len(shape) > 1 else ()
    return (Input(shape=shape), *flatten, *hidden, Dense(units=widths[-1]))


def lenet() -> tuple[Layer, ...]:
    """LeNet-5 (LeCun et al. 1998) with ReLU and largest values where it had sigmoids and means."""
    return (Input(shape=(28, 28, 1)), *_lenet_layers("same"))


def enlarged_lenet() -> tuple[Layer, ...]:
    """LeNet-5 on images of 8 x 8 pixels, enlarged to the 32 x 32 that it was made for."""
    return (Input(shape=(8, 8, 1)), UpSample2D(size=(4, 4), interpolation="bilinear"), *_lenet_layers("valid"))


def _lenet_layers(padding: str) -> tuple[Layer, ...]:
    first = Conv2D.checked({"filters": 6, "kernel_size": (5, 5), "padding": padding, "kernel_initializer": "he_normal"})
    second = Conv2D(filters=16, kernel_size=(5, 5), kernel_initializer="he_normal")
    convolutions = [layer for conv in (first, second) for layer in (conv, ReLU(), MaxPool2D())]
    return (*convolutions, *mlp((5, 5, 16), (120, 84, 10), ReLU)[1:])


def small_cnn() -> tuple[Layer, ...]:
    """Two convolutions with batch normalisation, and dropout before the last layer."""
    layers: list[Layer] = [Input(shape=(8, 8, 1))]
    for filters in (16, 32):
        layers += [_conv(filters), BatchNorm(), ReLU(), MaxPool2D()]
    return (*layers, Flatten(), Dropout(rate=0.25), Dense(units=10))


def small_vgg() -> tuple[Layer, ...]:
    """After VGG (Simonyan and Zisserman 2015): pairs of 3 x 3 convolutions between pools, then Dense layers."""
    layers: list[Layer] = [Input(shape=(8, 8, 1))]
    for filters in (16, 32):
        for _ in range(2):
            layers += [Conv2D(filters=filters, padding="same", kernel_initializer="he_normal"), ReLU()]
        layers.append(MaxPool2D())
    return (*layers, *mlp((2, 2, 32), (64, 10), ReLU)[1:])


def autoencoder(code: int, noise: float = 0.0) -> tuple[Layer, ...]:
    """From 64 pixels down to a code of few numbers and up again; with `noise`, what is seen is spoilt first."""
    spoilt = (GaussianNoise(stddev=noise),) if noise else ()
    way = [Dense(units=48, kernel_initializer="he_normal"), ReLU()]
    return (Input(shape=(8, 8, 1)), *spoilt, Flatten(), *way, Dense(units=code), *way, Dense(units=64), Sigmoid())


def recurrent(layer: Layer, shape: tuple[int, ...], classes: int) -> tuple[Layer, ...]:
    """A recurrent layer that reads a sequence, or an image row by row, and a Dense that says what it was."""
    rows = (Reshape(target_shape=shape[:2]),) if len(shape) > 2 else ()
    return (Input(shape=shape), *rows, layer, Dense(units=classes))


def resnet(project: Project, filters: tuple[int, int, int] = (16, 32, 64)) -> Project:
    """ResNet-20 (He et al. 2016): a convolution, nine residual blocks of two, a Dense; a row a block."""
    rows = _Rows(project)
    end = rows.add(Input(shape=(8, 8, 1)), _conv(filters[0]), _norm(), ReLU())
    for stage, count in enumerate(filters):
        for number in range(3):
            halves = stage > 0 and number == 0
            skipped, strides = end, 1
            if halves:  # half the size and twice the channels: the way around needs a convolution of its own
                strides = 2
                skipped = rows.add(_conv(count, size=1, strides=2), _norm(), after=end)
            rows.next()
            way = rows.add(_conv(count, strides=strides), _norm(), ReLU(), _conv(count), _norm(), Add(), after=end)
            rows.connect(skipped, way)
            end = rows.add(ReLU(), after=way)
    rows.next()
    rows.add(GlobalAveragePool(), Dense(units=10), SoftmaxCrossEntropy(), after=end)
    return rows.project


def transformer(project: Project, width: int = 32, blocks: int = 2) -> Project:
    """A small transformer encoder (Vaswani et al. 2017) that reads the rows of an image as words; a row a block."""
    rows = _Rows(project)
    end = rows.add(Input(shape=(8, 8, 1)), Reshape(target_shape=(8, 8)), Dense(units=width), PositionalEncoding())
    for _ in range(blocks):
        rows.next()
        seen = rows.add(MultiHeadAttention(num_heads=4, key_dim=width // 4), Add(), after=end)
        rows.connect(end, seen)
        middle = rows.add(LayerNorm(), after=seen)
        thought = rows.add(Dense(units=2 * width), GELU(), Dense(units=width), Add(), after=middle)
        rows.connect(middle, thought)
        end = rows.add(LayerNorm(), after=thought)
    rows.next()
    rows.add(GlobalAveragePool(), Dense(units=10), SoftmaxCrossEntropy(), after=end)
    return rows.project


def _conv(filters: int, size: int = 3, strides: int = 1) -> Conv2D:
    """A convolution before a batch normalisation, which makes its bias superfluous."""
    return Conv2D(
        filters=filters,
        kernel_size=(size, size),
        strides=(strides, strides),
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )


def _norm() -> BatchNorm:
    """Of a run of a few hundred steps: its means follow faster than those of a long one need to."""
    return BatchNorm(momentum=0.9)


class _Rows:
    """Places layers from left to right in rows, connected as is said."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._column = self._row = 0

    def next(self) -> None:
        """Begin another row."""
        self._column, self._row = 0, self._row + 1

    def add(self, *layers: Layer | Loss, after: str = "") -> str:
        """Place layers one after another in this row, the first connected to `after`. Returns the id of the last."""
        for layer in layers:
            place = (self._column * CARD_PITCH[0], self._row * CARD_PITCH[1])
            self.project = edits.add_node(self.project, layer, place)
            placed = self.project.graph.nodes[-1].id
            if after:
                self.connect(after, placed)
            after = placed
            self._column += 1
        return after

    def connect(self, source: str, target: str) -> None:
        """Connect what has been placed."""
        self.project = edits.connect(self.project, source, target)
