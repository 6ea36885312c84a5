"""The tour: it builds what it says, by edits, and what it writes is sound and can be recomputed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from safetensors.numpy import load_file

from deepviz import app
from deepviz.document import edits, examples
from deepviz.document.file_format import load
from deepviz.document.graph import Graph
from deepviz.document.project import Project
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.settings import HINTS_ON, Settings
from deepviz.gui.tour import FILES, SCREENSHOT_SIZE, building_steps, take_tour
from tests.e2e.window import OpenWindow, Person

EXAMPLE = "xor"  # quick to train, and of the same kind as the one that newcomers see


def without_places(graph: Graph) -> Graph:
    """A graph without where things are, and with its edges in one order."""
    nodes = tuple(replace(node, position=(0.0, 0.0)) for node in graph.nodes)
    return replace(graph, nodes=nodes, edges=tuple(sorted(graph.edges)))


def colors_in(path: Path) -> int:
    """How many colours there are in a picture."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    assert not image.isNull(), f"{path.name} is no picture"
    return len(np.unique(np.frombuffer(image.constBits(), np.uint32)))


def accuracy_of(weights: dict[str, np.ndarray], project: Project, x: np.ndarray, y: np.ndarray) -> float:
    """How good the exported weights are, computed from them alone: a chain of Dense and tanh."""
    values = x.astype(np.float64)
    for node in project.graph.nodes:
        if f"{node.id}/W" in weights:
            values = values @ weights[f"{node.id}/W"].astype(np.float64) + weights[f"{node.id}/b"]
        elif isinstance(node.layer, Tanh):
            values = np.tanh(values)
    return float((values.argmax(axis=1) == y).mean())


@pytest.fixture
def person(open_window: OpenWindow, tmp_path: Path) -> Person:
    """Someone at an empty project, with whom nobody talks."""
    settings = Settings(tmp_path / "quiet.ini")
    settings.set(HINTS_ON, False)
    return open_window(settings=settings)


@pytest.mark.parametrize("name", ["spirals", "xor", "iris", "digits-mlp", "mnist-mlp"])
def test_the_edits_of_a_person_give_the_example(name: str) -> None:
    example, project = examples.open_example(name), Project()
    labels = []
    for label, edit in building_steps(example):
        project = edit(project)
        labels.append(label)
    assert without_places(project.graph) == without_places(example.graph)
    assert replace(project, graph=example.graph) == example
    assert labels.count("Add Dense") == sum(node.layer.key == "Dense" for node in example.graph.nodes)
    places = [node.position for node in project.graph.nodes]
    assert len(set(places)) == len(places)


def test_everything_is_written_and_sound(person: Person, tmp_path: Path) -> None:
    example = examples.open_example(EXAMPLE)
    folder = tmp_path / "made" / "by the tour"
    files = take_tour(person.bench, example, folder)
    assert [path.name for path in files] == list(FILES)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)

    screenshots = [folder / "build.png", folder / "train.png"]
    for path in screenshots:
        size = QImage(str(path)).size()
        wanted = [max(side, least) for side, least in zip(SCREENSHOT_SIZE, least_size(person), strict=True)]
        assert [size.width(), size.height()] == wanted
        assert colors_in(path) > 200, f"{path.name} is blank"
    assert screenshots[0].read_bytes() != screenshots[1].read_bytes(), "training can be seen"
    assert QImage(str(folder / "curves.png")).width() > 1000
    assert colors_in(folder / "curves.png") > 200
    picture = QSvgRenderer(str(folder / "network.svg"))
    assert picture.isValid()
    assert picture.defaultSize().width() > 400
    text = (folder / "network.svg").read_text(encoding="utf-8")
    assert text.count("Dense") >= sum(node.layer.key == "Dense" for node in example.graph.nodes)

    loaded = load(folder / "project.deepviz")
    assert without_places(loaded.project.graph) == without_places(example.graph)
    assert (loaded.project.data, loaded.project.plan) == (example.data, example.plan)
    assert loaded.trained is not None
    with np.load(folder / "weights.npz") as stored:
        weights = {name: stored[name] for name in stored.files}
    others = load_file(folder / "weights.safetensors")
    assert weights.keys() == others.keys() == loaded.trained.state.parameters.keys()
    for name, array in weights.items():
        np.testing.assert_array_equal(array, others[name])
        np.testing.assert_array_equal(array, loaded.trained.state.parameters[name])

    data, history = person.bench.editor.data, person.bench.controller.history
    assert data is not None
    assert data.validation is not None
    found = accuracy_of(weights, example, data.validation.x, data.validation.y)
    assert found == pytest.approx(history.latest("validation_accuracy"), abs=1e-6)
    assert found >= 0.95


def least_size(person: Person) -> tuple[int, int]:
    return person.bench.window.minimumWidth(), person.bench.window.minimumHeight()


def test_a_run_that_diverges_ends_the_tour_in_words(person: Person, tmp_path: Path) -> None:
    example = examples.open_example(EXAMPLE)
    layers = [edits.new_layer("Input"), edits.new_layer("Dense").changed(units=2), edits.new_layer("MeanSquaredError")]
    project = replace(example, graph=Graph(), plan=replace(example.plan, optimizer=SGD(learning_rate=1e5)))
    for layer in layers:
        project = edits.append(project, layer)
    with pytest.raises(RuntimeError, match="diverged at step"):
        take_tour(person.bench, project, tmp_path / "tour")


def test_a_network_that_cannot_be_trained_ends_the_tour_in_words(person: Person, tmp_path: Path) -> None:
    example = examples.open_example(EXAMPLE)
    wrong = edits.set_layer(example, "dense_1", example.graph.node("dense_1").layer)
    wrong = edits.delete(wrong, ("loss_1",))
    with pytest.raises(RuntimeError, match="There is no loss"):
        take_tour(person.bench, wrong, tmp_path / "tour")


@pytest.mark.usefixtures("plain_application")
def test_the_command_prints_its_files_and_says_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "FIRST_EXAMPLE", EXAMPLE)
    assert app.tour(str(tmp_path / "out")) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "out" / name) for name in FILES]
    (tmp_path / "a file").write_text("", encoding="utf-8")
    assert app.tour(str(tmp_path / "a file")) == 1
    complaint = capsys.readouterr()
    assert complaint.err.startswith("deepviz: error: the tour stopped:")
    assert complaint.out == ""
