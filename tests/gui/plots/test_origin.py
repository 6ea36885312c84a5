"""Whatever is shown of a step says whether it is of its batch or of the weights after it, and never mixes the two."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.engine.histogram import BINS
from deepviz.engine.histogram import Histograms as Counted
from deepviz.gui.plots.layer_summary import LayerSummary
from deepviz.gui.plots.origin import Origin
from deepviz.gui.plots.ridge import Histograms
from deepviz.insight.subject import Subject
from deepviz.training.history import History
from tests.e2e.window import PATIENCE, OpenWindow, Person, small_project
from tests.gui.plots.conftest import Record
from tests.gui.plots.looks import flat, subject_of, trained
from tests.gui.plots.test_layers_worked_out import shown as show_worked_out
from tests.gui.window_hands import train_steps

SAMPLES = 480


@pytest.mark.parametrize(
    ("origin", "words", "cell"),
    [
        (Origin(12, True), "batch of step 12", "batch, before the update"),
        (Origin(1234, False), "after step 1\u202f234", "after the update"),
        (
            Origin(3, False, 1480),
            "after step 3, 1\u202f480 training samples",
            "1480 training samples, after the update",
        ),
        (Origin(0, False, 480), "untrained, 480 training samples", "480 training samples, untrained"),
        (Origin(0, False), "untrained", "untrained"),
    ],
)
def test_in_words(origin: Origin, words: str, cell: str) -> None:
    assert (origin.words, origin.cell) == (words, cell)


# In one view, with made-up figures


@pytest.fixture(scope="module")
def subject() -> Subject:
    return replace(trained(subject_of(flat()), seed=4, step=6), step=6)


def history_of(subject: Subject, steps: int, measured: tuple[int, ...]) -> History:
    network = subject.network
    nodes = [node.id for node in network.nodes]
    history = History([node.id for node in network.trained_nodes], nodes)
    for step in range(1, steps + 1):
        values: dict[str, Any] = {"loss": 1.0}
        if step in measured:
            counts, ranges = np.ones((len(nodes), BINS), np.int64), np.array([[-1.0, 1.0]] * len(nodes))
            values["activation_histogram"] = Counted(counts, ranges)
        history.append([Record(step, 1, values)])
    return history


def shown(qtbot: QtBot, subject: Subject, history: History) -> Histograms:
    view = Histograms()
    view.choose_node("tanh_1")
    show_worked_out(qtbot, view, subject, history)
    return view


def drawn(view: Histograms) -> list[int]:
    assert view.area.drawing is not None
    return view.area.drawing.steps.tolist()


def rows(view: Any, folder: Path) -> list[dict[str, str]]:
    path = folder / "shown.csv"
    view.save(path)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_written(view: Histograms, folder: Path) -> bool:
    """Whether it stands at a histogram that it is of other samples than those of the others."""
    view.save(folder / "picture.svg")
    # Once in the header, once in the picture.
    return (folder / "picture.svg").read_text("utf-8").count("480 training samples<") == 2


def test_worked_out_activations_leave_once_measured_ones_are_newer(
    qtbot: QtBot, subject: Subject, tmp_path: Path
) -> None:
    history = history_of(subject, 6, ())
    view = shown(qtbot, subject, history)
    assert drawn(view) == [6]
    assert view.header.note == "after step 6, 480 training samples"
    assert view.hover_text(0, 0.0).splitlines()[0] == "after step 6 · epoch 1 · 480 training samples"
    assert is_written(view, tmp_path)
    view.resize(240, 260)
    view.save(tmp_path / "narrow.svg")
    assert ">480 training samples<" in (tmp_path / "narrow.svg").read_text("utf-8"), "the shortest that says it"
    view.resize(620, 260)
    view.show_moment(4)  # until there is an answer about that one
    assert (drawn(view), view.header.note) == ([6], "after step 6, 480 training samples")
    view.show_moment(None)
    measured = history_of(subject, 8, (7, 8))
    _, counts, ranges = measured.histogram("activation_histogram")
    for place, step in enumerate((7, 8)):
        values = {"loss": 1.0, "activation_histogram": Counted(counts[place].astype(np.int64), ranges[place])}
        history.append([Record(step, 1, values)])
    view.draw()
    assert drawn(view) == [7, 8]
    assert not is_written(view, tmp_path)
    assert {row["of"] for row in rows(view, tmp_path)} == {"batch, before the update"}
    assert view.hover_text(1, 0.0).splitlines()[0] == "batch of step 8 · epoch 1"


def test_among_measured_ones_worked_out_activations_are_said_to_be_such(
    qtbot: QtBot, subject: Subject, tmp_path: Path
) -> None:
    view = shown(qtbot, subject, history_of(subject, 9, (2, 5, 7, 9)))
    view.show_moment(6)
    question = view.question()
    assert question is not None
    view.take_answer(question.answer(subject, lambda share: None), 6)
    assert drawn(view) == [2, 5, 6, 7, 9]
    assert view.area._moment == 2
    assert view.header.note == "after step 6, 480 training samples"
    kinds = {row["step"]: row["of"] for row in rows(view, tmp_path)}
    assert kinds == dict.fromkeys("2579", "batch, before the update") | {"6": "480 training samples, after the update"}
    for is_map in (True, False):
        view.set_map(is_map)
        assert is_written(view, tmp_path)
    view.area.fit()
    assert is_written(view, tmp_path)
    view.show_moment(7)
    assert not is_written(view, tmp_path)
    assert drawn(view) == [2, 5, 7, 9]
    assert view.header.note == "batch of step 7"
    view.show_moment(5)
    assert drawn(view) == [2, 5, 7, 9]
    assert view.header.note == "batch of step 5"
    view.show_moment(None)
    assert drawn(view) == [2, 5, 7, 9]


# In the window, where all samples are in each batch


@pytest.fixture
def person(open_window: OpenWindow) -> Person:
    return open_window(small_project(epochs=1000, batch_size=SAMPLES))


def opened(person: Person, key: str) -> Any:
    person.bench.views.open(key)
    person.bench.views.docks[key].setFloating(True)
    person.bench.views.docks[key].resize(620, 360)
    person.bench.views.docks[key].show()
    QApplication.processEvents()
    return person.bench.views.view(key)


def weights(person: Person) -> dict[str, np.ndarray]:
    state = person.bench.controller.checkpoint()
    assert state is not None
    return {name: array.astype(np.float64) for name, array in state.state.weights.items()}


def test_no_step_has_the_weights_of_another_one(person: Person, tmp_path: Path) -> None:
    """Histograms are opened after step 6 and see the steps from there on: row 6 was worked out, the others are live."""
    train_steps(person, 6)
    after = {6: weights(person)}
    view = opened(person, "histograms")
    assert isinstance(view, Histograms)
    view.choose_kind("weights")
    view.choose_node("dense_1")
    person.qtbot.waitUntil(lambda: view.answer is not None and view.answer.of == "weights", timeout=PATIENCE)
    for step in (7, 8):
        train_steps(person, 1)
        after[step] = weights(person)
    view.draw()
    found = rows(view, tmp_path)
    assert {row["of"] for row in found} == {"after the update"}
    assert {int(row["step"]) for row in found} == set(after)
    counted = []
    for step, state in after.items():
        numbers = np.append(state["dense_1/W"], state["dense_1/b"])
        part = [row for row in found if int(row["step"]) == step]
        assert float(part[0]["from"]) == pytest.approx(numbers.min(), rel=1e-12)
        assert float(part[-1]["to"]) == pytest.approx(numbers.max(), rel=1e-12)
        assert [int(row["count"]) for row in part] == np.histogram(numbers, BINS)[0].tolist()
        counted.append([row["from"] for row in part])
    assert counted[0] != counted[1] != counted[2]


def test_layers_now_say_whether_they_are_of_the_batch_or_of_the_weights_after_the_step(
    person: Person, tmp_path: Path
) -> None:
    train_steps(person, 3)
    kept = weights(person)
    view = opened(person, "layer_summary")
    assert isinstance(view, LayerSummary)
    person.qtbot.waitUntil(lambda: view.answer is not None, timeout=PATIENCE)
    assert view.header.note == "after step 3, 480 training samples"
    x = person.bench.editor.data.train.x.astype(np.float64)  # type: ignore[union-attr]
    given = np.tanh(x @ kept["dense_1/W"] + kept["dense_1/b"])

    def of_tanh() -> dict[str, str]:
        (row,) = (row for row in rows(view, tmp_path) if row["layer"] == "tanh_1")
        return row

    worked_out = of_tanh()
    assert (worked_out["step"], worked_out["of"]) == ("3", "480 training samples, after the update")
    assert float(worked_out["mean"]) == pytest.approx(given.mean(), rel=1e-4)
    train_steps(person, 1)
    person.qtbot.waitUntil(lambda: view.header.note == "batch of step 4", timeout=PATIENCE)
    live = of_tanh()
    # The weights before update 4 are those after update 3, and the batch holds all samples.
    assert (live["step"], live["of"]) == ("4", "batch, before the update")
    for name in ("mean", "deviation"):
        assert float(live[name]) == pytest.approx(float(worked_out[name]), rel=1e-4)
