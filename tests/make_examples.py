"""Makes the built-in examples by the edits that a person would make: `python -m tests.make_examples`.

A test holds the files in `resources/examples` against what this makes.
"""

from __future__ import annotations

from pathlib import Path

from deepviz.datasets import registry as sources
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.source import DatasetSource
from deepviz.document import edits
from deepviz.document.file_format import SUFFIX, save
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizers.adam import Adam

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "examples"
COLUMNS = 4


def mlp(
    name: str,
    source: DatasetSource,
    shape: tuple[int, ...],
    widths: tuple[int, ...],
    *,
    activation: type[Tanh] | type[ReLU] = Tanh,
    optimizer: Optimizer | None = None,
    batch_size: int = 32,
    epochs: int = 100,
    preprocessing: str = "standardise",
) -> Project:
    """A multilayer perceptron: Dense layers of some widths with an activation between them."""
    project = edits.rename(Project(), name)
    project = edits.set_data(project, DataChoice(source, preprocessing=Preprocessing(method=preprocessing)))
    plan = TrainingPlan(optimizer or Adam(learning_rate=0.01), RunSettings(batch_size=batch_size, epochs=epochs))
    project = edits.append(edits.set_plan(project, plan), Input(shape=shape))
    if len(shape) > 1:
        project = edits.append(project, Flatten())
    initializer = "he_normal" if activation is ReLU else "glorot_uniform"
    for width in widths[:-1]:
        project = edits.append(project, Dense(units=width, kernel_initializer=initializer))
        project = edits.append(project, activation())
    project = edits.append(project, Dense(units=widths[-1]))
    return edits.arrange(edits.append(project, SoftmaxCrossEntropy()), COLUMNS)


def examples() -> list[Project]:
    """All examples."""
    adam = Adam(learning_rate=0.001)
    return [
        mlp("spirals", sources["spirals"](), (2,), (16, 16, 16, 2), optimizer=adam, epochs=3000),
        mlp("circles", sources["circles"](), (2,), (8, 2)),
        mlp("xor", sources["xor"](), (2,), (8, 2)),
        mlp("blobs", sources["blobs"](), (2,), (3,)),
        mlp("iris", sources["iris"](), (4,), (16, 3), batch_size=16),
        mlp("wine", sources["wine"](), (13,), (16, 3), batch_size=16),
        mlp("breast-cancer", sources["breast-cancer"](), (30,), (16, 2), epochs=30),
        mlp(
            "digits-mlp", sources["digits"](), (8, 8, 1), (64, 32, 10), activation=ReLU, optimizer=adam, epochs=60,
            preprocessing="scale 0 to 1",
        ),
        mlp(
            "mnist-mlp", sources["idx"](), (28, 28, 1), (128, 64, 10), activation=ReLU,
            optimizer=Adam(learning_rate=0.002), batch_size=64, epochs=25, preprocessing="scale 0 to 1",
        ),
    ]  # fmt: skip


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for project in examples():
        save(project, FOLDER / f"{project.name}{SUFFIX}")


if __name__ == "__main__":
    main()
