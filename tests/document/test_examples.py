"""The built-in examples are what their recipe makes, fit their data, and learn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deepviz.datasets import source_for_files
from deepviz.document import edits, examples
from deepviz.document.file_format import SUFFIX, save
from deepviz.document.layout import CARD_PITCH, CARD_SIZE
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.resources_path import resource
from deepviz.training.run_plan import RunPlan
from tests import make_examples

NAMES = [
    "spirals", "blobs", "breast-cancer", "circles", "digits-cnn", "digits-mlp", "iris", "mnist-lenet", "mnist-mlp",
    "wine", "xor",
]  # fmt: skip
OF_FILES = ["mnist-lenet", "mnist-mlp"]


def test_names() -> None:
    assert examples.names() == NAMES
    assert all(examples.open_example(name).name == name for name in NAMES)
    with pytest.raises(KeyError):
        examples.open_example("../examples/spirals")


@pytest.mark.parametrize("made", make_examples.examples(), ids=lambda project: project.name)
def test_the_files_are_what_the_recipe_makes(made: Project, tmp_path: Path) -> None:
    """If this fails after a change on purpose: ``python -m tests.make_examples``."""
    save(made, tmp_path / "made.deepviz")
    assert resource("examples", made.name + SUFFIX).read_bytes() == (tmp_path / "made.deepviz").read_bytes()
    assert examples.open_example(made.name) == made


def test_no_file_is_without_a_recipe() -> None:
    assert sorted(NAMES) == sorted(project.name for project in make_examples.examples())


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_FILES])
def test_an_example_can_be_trained_as_it_is(name: str) -> None:
    project = examples.open_example(name)
    assert check(project, RunPlan.of(project).facts).problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_cards_stand_in_four_columns_without_touching(name: str) -> None:
    places = [node.position for node in examples.open_example(name).graph.nodes]
    for x, y in places:
        assert (x % CARD_PITCH[0], y % CARD_PITCH[1]) == (0, 0)
        assert 0 <= x <= 3 * CARD_PITCH[0]
    assert len(set(places)) == len(places)
    assert CARD_PITCH[0] > CARD_SIZE[0]
    assert CARD_PITCH[1] > CARD_SIZE[1]


def test_only_mnist_wants_files() -> None:
    wanting = [name for name in NAMES if type(examples.open_example(name).data.source).needs_files]
    assert wanting == OF_FILES


def accuracies(project: Project, seed: int) -> dict[str, float]:
    """Accuracy on each part after the training that the project plans, from a seed."""
    plan = edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(seed=seed)))
    run = RunPlan.of(plan)
    trainer = run.trainer(())
    for _ in trainer.steps():
        pass
    parts = {"validation": run.data.validation, "test": run.data.test}
    found = {}
    for name, part in parts.items():
        assert part is not None
        accuracy = trainer.evaluate(part.x, part.y).accuracy
        assert accuracy is not None
        found[name] = accuracy
    return found


@pytest.mark.parametrize("seed", range(3))
def test_spirals_are_told_apart_with_any_seed(seed: int) -> None:
    assert accuracies(examples.open_example("spirals"), seed)["validation"] >= 0.98


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("circles", 0.98),
        ("xor", 0.98),
        ("blobs", 0.98),
        ("iris", 0.93),
        ("breast-cancer", 0.95),
        ("digits-mlp", 0.95),
        ("digits-cnn", 0.97),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_the_other_examples_learn_as_well(name: str, wanted: float, seed: int) -> None:
    assert accuracies(examples.open_example(name), seed)["test"] >= wanted


@pytest.mark.parametrize("seed", range(3))
def test_wine_learns(seed: int) -> None:
    """With 18 samples in each part, one sample is 5.6 %, so the two parts are taken together."""
    assert sum(accuracies(examples.open_example("wine"), seed).values()) / 2 >= 0.85


@pytest.mark.parametrize(
    ("name", "headlines"),
    [("mnist-mlp", ["128", "64", "10"]), ("mnist-lenet", ["6 · 5×5", "16 · 5×5", "120", "84", "10"])],
)
def test_mnist_is_divided_as_promised_and_fits(name: str, headlines: list[str], mnist_files: tuple[Path, Path]) -> None:
    """How well it is told apart, the test of the command line says."""
    project = examples.open_example(name)
    project = edits.set_data(project, replace(project.data, source=source_for_files(mnist_files)))
    plan = RunPlan.of(project)
    parts = (plan.data.train, plan.data.validation, plan.data.test)
    assert [0 if part is None else len(part) for part in parts] == [8000, 1000, 1000]
    assert check(project, plan.facts).problems == ()
    layers = [node.layer for node in project.graph.nodes]
    assert [layer.headline() for layer in layers if layer.key in ("Conv2D", "Dense")] == headlines
