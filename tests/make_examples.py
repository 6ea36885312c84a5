"""Makes the built-in examples by the edits that a person would make: `python -m tests.make_examples`.

A test holds the files in `resources/examples` against what this makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepviz.datasets import registry as sources
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.source import DatasetSource
from deepviz.document import edits
from deepviz.document.file_format import SUFFIX, save
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine.layer import Layer
from deepviz.engine.layers.batch_norm import BatchNorm
from deepviz.engine.layers.conv2d import Conv2D
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.dropout import Dropout
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.max_pool2d import MaxPool2D
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizers.adam import Adam

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "examples"
COLUMNS = 4


def chain(
    name: str,
    source: DatasetSource,
    layers: Sequence[Layer],
    *,
    optimizer: Optimizer | None = None,
    batch_size: int = 32,
    epochs: int = 100,
    preprocessing: str = "standardise",
) -> Project:
    """Layers in a row, and the loss for classes at their end."""
    project = edits.rename(Project(), name)
    project = edits.set_data(project, DataChoice(source, preprocessing=Preprocessing(method=preprocessing)))
    plan = TrainingPlan(optimizer or Adam(learning_rate=0.01), RunSettings(batch_size=batch_size, epochs=epochs))
    project = edits.set_plan(project, plan)
    for layer in (*layers, SoftmaxCrossEntropy()):
        project = edits.append(project, layer)
    return edits.arrange(project, COLUMNS)


def mlp(
    shape: tuple[int, ...], widths: tuple[int, ...], activation: type[Tanh] | type[ReLU] = Tanh
) -> tuple[Layer, ...]:
    """A multilayer perceptron: Dense layers of some widths with an activation between them."""
    initializer = "he_normal" if activation is ReLU else "glorot_uniform"
    hidden = [
        layer for width in widths[:-1] for layer in (Dense(units=width, kernel_initializer=initializer), activation())
    ]
    flatten = (Flatten(),) if len(shape) > 1 else ()
    return (Input(shape=shape), *flatten, *hidden, Dense(units=widths[-1]))


def lenet() -> tuple[Layer, ...]:
    """LeNet-5 (LeCun et al. 1998) with ReLU and largest values where it had sigmoids and means."""
    first = Conv2D(filters=6, kernel_size=(5, 5), padding="same", kernel_initializer="he_normal")
    second = Conv2D(filters=16, kernel_size=(5, 5), kernel_initializer="he_normal")
    convolutions = [layer for conv in (first, second) for layer in (conv, ReLU(), MaxPool2D())]
    return (Input(shape=(28, 28, 1)), *convolutions, *mlp((5, 5, 16), (120, 84, 10), ReLU)[1:])


def small_cnn() -> tuple[Layer, ...]:
    """Two convolutions with batch normalisation, and dropout before the last layer."""
    layers: list[Layer] = [Input(shape=(8, 8, 1))]
    for filters in (16, 32):
        conv = Conv2D(filters=filters, padding="same", use_bias=False, kernel_initializer="he_normal")
        layers += [conv, BatchNorm(), ReLU(), MaxPool2D()]
    return (*layers, Flatten(), Dropout(rate=0.25), Dense(units=10))


def examples() -> list[Project]:
    """All examples."""
    adam, faster = Adam(learning_rate=0.001), Adam(learning_rate=0.002)
    return [
        chain("spirals", sources["spirals"](), mlp((2,), (16, 16, 16, 2)), optimizer=adam, epochs=3000),
        chain("circles", sources["circles"](), mlp((2,), (8, 2))),
        chain("xor", sources["xor"](), mlp((2,), (8, 2))),
        chain("blobs", sources["blobs"](), mlp((2,), (3,))),
        chain("iris", sources["iris"](), mlp((4,), (16, 3)), batch_size=16),
        chain("wine", sources["wine"](), mlp((13,), (16, 3)), batch_size=16),
        chain("breast-cancer", sources["breast-cancer"](), mlp((30,), (16, 2)), epochs=30),
        chain(
            "digits-mlp", sources["digits"](), mlp((8, 8, 1), (64, 32, 10), ReLU), optimizer=adam, epochs=60,
            preprocessing="scale 0 to 1",
        ),
        chain(
            "digits-cnn", sources["digits"](), small_cnn(), optimizer=faster, epochs=20, preprocessing="scale 0 to 1",
        ),
        chain(
            "mnist-mlp", sources["idx"](), mlp((28, 28, 1), (128, 64, 10), ReLU), optimizer=faster, batch_size=64,
            epochs=25, preprocessing="scale 0 to 1",
        ),
        chain(
            "mnist-lenet", sources["idx"](), lenet(), optimizer=faster, batch_size=64, epochs=8,
            preprocessing="scale 0 to 1",
        ),
    ]  # fmt: skip


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for project in examples():
        save(project, FOLDER / f"{project.name}{SUFFIX}")


if __name__ == "__main__":
    main()
