"""Makes the built-in examples by the edits that a person would make: `python -m tests.make_examples`.

A test holds the files in `resources/examples` against what this makes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from deepviz.datasets import registry as sources
from deepviz.document.examples import CATALOGUE, Example
from deepviz.document.file_format import SUFFIX, save
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.engine.layers.gru import GRU
from deepviz.engine.layers.lstm import LSTM
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.losses.binary_cross_entropy import BinaryCrossEntropy
from deepviz.engine.losses.hinge import Hinge
from deepviz.engine.losses.mean_squared_error import MeanSquaredError
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.optimizers.sgd import SGD
from tests import example_networks as networks
from tests.example_networks import chain, mlp, started

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "examples"
PIXELS = "scale 0 to 1"

Row = tuple[Project, str, str, str, int]
"""A project, its title, what it is in one sentence, what it reaches, and about how many seconds that takes."""


def examples() -> list[Project]:
    """All examples."""
    return [project for rows in _by_category().values() for project, *_ in rows]


def catalogue() -> list[Example]:
    """What is to be said about them."""
    return [_entry(category, row) for category, rows in _by_category().items() for row in rows]


def _entry(category: str, row: Row) -> Example:
    project, title, description, result, seconds = row
    return Example(
        name=project.name,
        title=title,
        category=category,
        description=description,
        result=result,
        seconds=seconds,
        data=project.data.source.label,
        layers=sum(not node.is_loss for node in project.graph.nodes),
        parameters=check(project).total_parameters,
        epochs=project.plan.run.epochs,
        needs_files=type(project.data.source).needs_files,
    )


def _by_category() -> dict[str, list[Row]]:
    return {
        "First steps": list(_first_steps()),
        "Regression": list(_regression()),
        "Deep": list(_deep()),
        "Images": list(_images()),
        "Sequences": list(_sequences()),
        "Without labels": list(_without_labels()),
    }


def _first_steps() -> Iterator[Row]:
    yield (
        chain(
            started("spirals", sources["spirals"](), optimizer=Adam(learning_rate=0.001), epochs=3000),
            mlp((2,), (16, 16, 16, 2)),
        ),
        "Two spirals",
        "Three small hidden layers part two arms that no straight line can separate.",
        "98 % of the points it has not seen",
        5,
    )
    yield (
        chain(
            started("perceptron", sources["blobs"](classes=2), optimizer=SGD(learning_rate=0.1), epochs=20),
            mlp((2,), (1,)),
            Hinge(),
        ),
        "Perceptron",
        "A single neuron draws one straight line between two clouds of points.",
        "every point on its side",
        1,
    )
    yield (
        chain(
            started("logistic-regression", sources["breast-cancer"](), epochs=30),
            mlp((30,), (1,)),
            BinaryCrossEntropy(),
        ),
        "Logistic regression",
        "One output and a sigmoid give the probability that a tumour is benign.",
        "96 % of the test samples",
        1,
    )
    yield (
        chain(started("blobs", sources["blobs"]()), mlp((2,), (3,))),
        "Softmax regression",
        "One Dense layer tells three clouds of points apart by straight lines.",
        "98 % of the points it has not seen",
        1,
    )
    yield (
        chain(started("xor", sources["xor"]()), mlp((2,), (8, 2))),
        "XOR",
        "The smallest problem that no single neuron can solve, and one hidden layer can.",
        "98 % of the points it has not seen",
        1,
    )
    yield (
        chain(started("circles", sources["circles"]()), mlp((2,), (8, 2))),
        "Circles",
        "One hidden layer closes a curve around the inner of two circles.",
        "98 % of the points it has not seen",
        1,
    )
    yield (
        chain(started("iris", sources["iris"](), batch_size=16), mlp((4,), (16, 3))),
        "Iris",
        "Three species of iris by the length and width of their leaves.",
        "93 % of the test flowers",
        1,
    )
    yield (
        chain(started("wine", sources["wine"](), batch_size=16), mlp((13,), (16, 3))),
        "Wine",
        "Three cultivars by thirteen chemical measurements of their wine.",
        "more than 9 of 10 wines",
        1,
    )
    yield (
        chain(started("breast-cancer", sources["breast-cancer"](), epochs=30), mlp((30,), (16, 2))),
        "Breast cancer",
        "Benign and malignant tumours, by a hidden layer on thirty measurements.",
        "95 % of the test samples",
        1,
    )


def _regression() -> Iterator[Row]:
    yield (
        chain(
            started("linear-regression", sources["line"](), optimizer=SGD(learning_rate=0.05), epochs=30),
            mlp((1,), (1,)),
            MeanSquaredError(),
        ),
        "Linear regression",
        "A weight and a bias find the straight line that noisy points were taken from.",
        "an error as small as the noise, 0.3",
        1,
    )
    yield (
        chain(started("sine", sources["sine"](), epochs=150), mlp((1,), (32, 32, 1)), MeanSquaredError()),
        "Fit a curve",
        "Two hidden layers bend a line until it follows a noisy sine.",
        "97 % of the variation explained",
        1,
    )
    yield (
        chain(started("hills", sources["hills"](), epochs=200), mlp((2,), (16, 16, 1)), MeanSquaredError()),
        "Fit a surface",
        "Two hidden layers bend a plane until it follows hills and hollows.",
        "97 % of the variation explained",
        1,
    )
    yield (
        chain(started("auto-mpg", sources["auto-mpg"](), epochs=60), mlp((9,), (16, 1), ReLU), MeanSquaredError()),
        "Miles per gallon",
        "How far a car goes on a gallon, from its weight, power, year and origin.",
        "off by 3.5 miles or less on average",
        1,
    )


def _deep() -> Iterator[Row]:
    spirals, digits = sources["spirals"](), sources["digits"]()
    yield (
        chain(started("shallow-mlp", spirals, optimizer=Adam(learning_rate=0.02), epochs=3000), mlp((2,), (125, 2))),
        "Shallow MLP",
        "One wide hidden layer does what the deep MLP does, in twice the epochs.",
        "96 % of the points it has not seen",
        5,
    )
    yield (
        chain(
            started("deep-mlp", spirals, optimizer=Adam(learning_rate=0.002), epochs=1500),
            mlp((2,), (11, 11, 11, 11, 11, 2)),
        ),
        "Deep MLP",
        "Two spirals by five narrow hidden layers: each folds the plane once more.",
        "98 % of the points it has not seen",
        3,
    )
    yield (
        chain(
            started("digits-mlp", digits, optimizer=Adam(learning_rate=0.001), epochs=60, preprocessing=PIXELS),
            mlp((8, 8, 1), (64, 32, 10), ReLU),
        ),
        "Digits, MLP",
        "Handwritten digits by Dense layers, which see 64 numbers and no picture.",
        "95 % of the test digits",
        3,
    )
    yield (
        chain(
            started("mlp-30", digits, optimizer=Adam(learning_rate=0.001), epochs=20),
            mlp((8, 8, 1), (32,) * 29 + (10,), Tanh, "orthogonal"),
        ),
        "Very deep MLP, 30 layers",
        "Thirty Dense layers; orthogonal weights keep the gradient alive on its way back.",
        "95 % of the test digits",
        2,
    )
    yield (
        chain(
            started("mlp-100", digits, optimizer=Adam(learning_rate=0.0002), epochs=60),
            mlp((8, 8, 1), (32,) * 99 + (10,), Tanh, "orthogonal"),
        ),
        "Very deep MLP, 100 layers",
        "A hundred Dense layers in a row: see how much of the gradient reaches the first.",
        "93 % of the test digits",
        5,
    )
    yield (
        chain(
            started(
                "mnist-mlp", sources["idx"](), optimizer=Adam(learning_rate=0.002), batch_size=64, epochs=25,
                preprocessing=PIXELS,
            ),
            mlp((28, 28, 1), (128, 64, 10), ReLU),
        ),
        "MNIST, MLP",
        "Dense layers for 28 × 28 images from your own files, such as MNIST's.",
        "",
        0,
    )  # fmt: skip


def _images() -> Iterator[Row]:
    digits, faster = sources["digits"](), Adam(learning_rate=0.002)
    yield (
        chain(started("digits-cnn", digits, optimizer=faster, epochs=20, preprocessing=PIXELS), networks.small_cnn()),
        "Digits, CNN",
        "Two convolutions with batch normalisation, and dropout before the last layer.",
        "97 % of the test digits",
        3,
    )
    yield (
        chain(started("lenet-5", digits, optimizer=faster, epochs=8, preprocessing=PIXELS), networks.enlarged_lenet()),
        "LeNet-5",
        "The classic of 1998, on small digits enlarged to the 32 × 32 it was made for.",
        "96 % of the test digits",
        3,
    )
    yield (
        chain(started("small-vgg", digits, optimizer=faster, epochs=12, preprocessing=PIXELS), networks.small_vgg()),
        "Small VGG",
        "Pairs of 3 × 3 convolutions between pools, as in VGG, for digits of 8 × 8 pixels.",
        "97 % of the test digits",
        3,
    )
    yield (
        networks.resnet(
            started("resnet-20", digits, optimizer=Adam(learning_rate=0.001), epochs=10, preprocessing=PIXELS)
        ),
        "ResNet-20",
        "Nine residual blocks, built as for CIFAR-10, on digits of 8 × 8 pixels.",
        "94 % of the test digits",
        10,
    )
    yield (
        chain(
            started("mnist-lenet", sources["idx"](), optimizer=faster, batch_size=64, epochs=8, preprocessing=PIXELS),
            networks.lenet(),
        ),
        "MNIST, LeNet-5",
        "LeNet-5 for 28 × 28 images from your own files, such as MNIST's.",
        "",
        0,
    )


def _sequences() -> Iterator[Row]:
    waves, digits = sources["waves"](), sources["digits"]()
    adam = Adam(learning_rate=0.005)
    yield (
        chain(
            started("lstm", waves, optimizer=adam, epochs=40, preprocessing="none"),
            networks.recurrent(LSTM(units=32), (32, 1), 4),
        ),
        "LSTM",
        "Tells sine, square, triangle and sawtooth waves apart, number by number.",
        "97 % of the test waves",
        2,
    )
    yield (
        chain(
            started("gru", digits, optimizer=adam, epochs=20, preprocessing=PIXELS),
            networks.recurrent(GRU(units=32), (8, 8, 1), 10),
        ),
        "GRU",
        "Reads a handwritten digit row by row, as a sequence of eight steps.",
        "95 % of the test digits",
        1,
    )
    yield (
        networks.transformer(
            started("transformer", digits, optimizer=Adam(learning_rate=0.002), epochs=15, preprocessing=PIXELS)
        ),
        "Transformer encoder",
        "Two blocks of attention: every row of a digit looks at every other.",
        "96 % of the test digits",
        2,
    )


def _without_labels() -> Iterator[Row]:
    images, adam = sources["digit-images"](), Adam(learning_rate=0.002)
    yield (
        chain(
            started("autoencoder", images, optimizer=adam, epochs=150, preprocessing="none"),
            networks.autoencoder(code=8),
            MeanSquaredError(),
        ),
        "Autoencoder",
        "Squeezes 64 pixels through 8 numbers and rebuilds the digit from them.",
        "pixels off by 0.12 of 1 (root mean square)",
        2,
    )
    yield (
        chain(
            started("denoising-autoencoder", images, optimizer=adam, epochs=150, preprocessing="none"),
            networks.autoencoder(code=16, noise=0.3),
            MeanSquaredError(),
        ),
        "Denoising autoencoder",
        "Sees digits under noise, wants them clean, and so learns what digits look like.",
        "more than two thirds of the noise's power taken away",
        2,
    )


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for project in examples():
        save(project, FOLDER / f"{project.name}{SUFFIX}")
    (FOLDER / CATALOGUE).write_text(catalogue_text(), encoding="utf-8", newline="\n")


def catalogue_text() -> str:
    """The catalogue as it is stored."""
    return json.dumps([asdict(each) for each in catalogue()], ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    main()
