"""Layers now and Histograms show a step that the run did not look at, worked out from its weights."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.activation_figures import is_stale
from deepviz.gui.plots.asking import Asking
from deepviz.gui.plots.layer_summary import LayerSummary
from deepviz.gui.plots.ridge import Histograms
from deepviz.insight.subject import Subject
from deepviz.training.history import History
from tests.e2e.window import PATIENCE, Person
from tests.gui.plots.conftest import Record
from tests.gui.plots.looks import answer, flat, subject_of, tell, trained

STEPS = 30


@pytest.fixture(scope="module")
def subject() -> Subject:
    return replace(trained(subject_of(flat()), seed=4, step=STEPS), step=STEPS)


def history_of(subject: Subject, measured: tuple[int, ...] = ()) -> History:
    """A run of which nobody has looked at the layers, but at some steps."""
    network = subject.network
    history = History([node.id for node in network.trained_nodes], [node.id for node in network.nodes])
    figures = {name: np.full(len(network.nodes), 9.0) for name in ("mean", "deviation", "zeros", "saturated", "dead")}
    looked = {f"activations/{name}": values for name, values in figures.items()}
    looked["activations/units"] = np.full(len(network.nodes), 5.0)
    for step in range(1, STEPS + 1):
        history.append([Record(step, 1, {"loss": 1.0} | (looked if step in measured else {}))])
    return history


def shown(qtbot: QtBot, view: Asking, subject: Subject, history: History | None) -> None:
    qtbot.addWidget(view)
    view.resize(620, 260)
    tell(view, subject)  # type: ignore[arg-type]
    view.show_history(history)
    with qtbot.waitExposed(view):
        view.show()
    answer(view, subject)  # type: ignore[arg-type]


def outputs(subject: Subject) -> dict[str, np.ndarray]:
    x = subject.data.train.x.astype(np.float64)
    x = x[[place * len(x) // min(len(x), 512) for place in range(min(len(x), 512))]]
    weights = {name: array.astype(np.float64) for name, array in subject.network.weights().items()}
    first = x @ weights["dense_1/W"] + weights["dense_1/b"]
    last = np.tanh(first) @ weights["dense_2/W"] + weights["dense_2/b"]
    return {"dense_1": first, "tanh_1": np.tanh(first), "dense_2": last}


@pytest.mark.parametrize("has_run", [False, True])
def test_layers_of_a_step_that_nobody_looked_at_are_worked_out(
    qtbot: QtBot, subject: Subject, tmp_path: Path, has_run: bool
) -> None:
    view = LayerSummary()
    shown(qtbot, view, subject, history_of(subject) if has_run else None)
    wanted = outputs(subject)
    assert not view.words.isVisible()
    assert [name for name, _ in view.lines.layers] == list(wanted)
    for name, each in view.lines.layers:
        assert each.mean == pytest.approx(wanted[name].mean(), rel=1e-4, abs=1e-6)
        assert each.deviation == pytest.approx(wanted[name].std(), rel=1e-4)
        assert each.dead_text == f"0 of {wanted[name].shape[1]}"
    count = len(wanted["dense_1"])
    assert view.header.note == f"after step 30, {count} training samples"
    view.save(tmp_path / "layers.csv")
    with (tmp_path / "layers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["step"], row["layer"]) for row in rows] == [("30", name) for name in wanted]
    assert {row["of"] for row in rows} == {f"{count} training samples, after the update"}
    assert float(rows[0]["mean"]) == view.lines.layers[0][1].mean


def test_what_the_run_has_measured_lately_is_not_worked_out_again(qtbot: QtBot, subject: Subject) -> None:
    view = LayerSummary()
    shown(qtbot, view, subject, history_of(subject, (10, 20, 28)))
    assert view.question() is None
    assert {each.mean for _, each in view.lines.layers} == {9.0}
    assert view.header.note == "batch of step 28"
    view.show_moment(24)  # somebody wants that step and no other one
    assert view.question() is not None
    view.take_answer(view.question().answer(subject, lambda share: None), 24)
    assert view.header.note.startswith("after step 24, ")
    view.show_moment(20)
    assert view.question() is None
    assert view.header.note == "batch of step 20"


@pytest.mark.parametrize(
    ("steps", "shown", "is_moment", "stale"),
    [
        ([], 10, False, True),
        ([5], 20, False, False),
        ([5], 26, False, True),
        ([100, 110, 120], 160, False, False),
        ([100, 110, 120], 161, False, True),
        ([100, 110, 120], 121, True, True),
        ([100, 110, 120], 110, True, False),
        ([100, 110, 120], 99, True, True),
    ],
)
def test_a_gap_is_long_by_the_one_before(steps: list[int], shown: int, is_moment: bool, stale: bool) -> None:
    assert is_stale(np.array(steps, np.int64), shown, is_moment) is stale


@pytest.mark.parametrize(("of", "node"), [("activations", "tanh_1"), ("weights", "dense_2")])
def test_histograms_of_a_step_that_nobody_looked_at_are_worked_out(
    qtbot: QtBot, subject: Subject, tmp_path: Path, of: str, node: str
) -> None:
    view = Histograms()
    view.choose_kind(of)
    view.choose_node(node)
    shown(qtbot, view, subject, history_of(subject))
    assert not view.words.isVisible()
    view.save(tmp_path / "counts.csv")
    with (tmp_path / "counts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["quantity"], row["layer"], row["step"]) for row in rows} == {(of, node, "30")}
    weights = subject.network.weights()
    numbers = outputs(subject)[node] if of == "activations" else np.append(weights[f"{node}/W"], weights[f"{node}/b"])
    assert sum(int(row["count"]) for row in rows) == numbers.size
    assert float(rows[0]["from"]) == pytest.approx(numbers.min(), rel=1e-4)
    assert float(rows[-1]["to"]) == pytest.approx(numbers.max(), rel=1e-4)
    edges = np.array([float(row["from"]) for row in rows] + [float(rows[-1]["to"])])
    by_hand = np.histogram(numbers.astype(np.float64), edges)[0]
    counts = np.array([int(row["count"]) for row in rows])
    assert np.abs(np.cumsum(counts) - np.cumsum(by_hand)).max() <= 2, "numbers that are rounded in another way"
    assert view.header.note.startswith("after step 30")
    assert view.header.note.endswith("training samples") == (of == "activations")


def test_gradients_are_not_worked_out(qtbot: QtBot, subject: Subject) -> None:
    view = Histograms()
    view.choose_kind("gradients")
    shown(qtbot, view, subject, history_of(subject))
    assert view.question() is None
    assert view.words.text().startswith("Gradients are measured only while this can be seen")


def test_opened_after_a_run_the_layers_are_there(person: Person) -> None:
    views, bench = person.bench.views, person.bench
    bench.controller.step(5)
    person.qtbot.waitUntil(
        lambda: bench.controller.step_count == 5 and not bench.controller.is_running, timeout=PATIENCE
    )
    views.open("layer_summary")
    view = views.view("layer_summary")
    assert isinstance(view, LayerSummary)
    person.qtbot.waitUntil(lambda: bool(view.lines.layers) and not view.words.isVisible(), timeout=PATIENCE)
    assert view.header.note.startswith("after step 5, ")
