"""A run that is changed on its way, at each of its moments, against the same run made by hand in plain NumPy.

Batch size, a frozen layer and clipping change in mid-run; what is said live, at an earlier moment and by a view that is
paused is compared: tables, words, hover boxes, cards, pages, the two bars and the list of runs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.document.compile import compile_project
from deepviz.document.project import Project
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.training.run_figures import figures_of
from deepviz.training.run_plan import RunPlan
from tests.e2e.run_by_hand import Run, Step
from tests.e2e.window import PATIENCE, OpenWindow, Person, chain
from tests.gui.plots.table_names import by_owner
from tests.gui.window_hands import choose_moment, train_steps, wait_for_answers

pytestmark = pytest.mark.slow

LAYERS = ("dense_1", "dense_2", "dense_3")
KEPT = (0, 20, 25, 30, 40, 45)
LIMIT = 0.02
CURVES = ("loss", "accuracy", "gradient_norms", "update_ratio", "learning_rate", "activations")
CLOSE = 2e-3
"""What single precision and a few thousand roundings may be off, as a share."""


class Told:
    """A window with a run that was changed three times, and the same run made by hand."""

    def __init__(self, person: Person, folder: Path) -> None:
        self.person, self.bench, self.folder = person, person.bench, folder
        bench = person.bench
        data = bench.editor.data
        assert data is not None
        assert data.validation is not None
        for number, key in enumerate((*CURVES, "layer_summary", "gradient_map")):
            bench.views.open(key)
            dock = bench.views.docks[key]
            dock.setFloating(True)
            dock.resize(620, 420)
            dock.move(20 * number, 20 * number)
            dock.show()
        self.views = bench.views.views
        self.views["gradient_map"].choose(Magnitude("l2", "parameters", clipped=True))
        QApplication.processEvents()
        nodes = [node.id for node in person.graph.nodes if not node.is_loss]
        parts = ((part.x.astype(np.float64), part.y) for part in (data.train, data.validation))
        network, _ = compile_project(person.project, RunPlan.of(person.project).facts)
        weights = {name: array.astype(np.float64) for name, array in network.parameters.items()}
        self.run = Run(nodes, weights, *parts)
        self.go_on(20)
        self.change(
            "Batch",
            lambda project: edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(batch_size=48))),
        )
        self.run.batch_size = 48
        self.go_on(5)
        self.change("Freeze", freezing(False))
        self.run.frozen = {"dense_1"}
        self.go_on(5)
        self.change(
            "Clip", lambda project: edits.set_optimizer(project, project.plan.optimizer.changed(global_clipnorm=LIMIT))
        )
        self.run.limit = LIMIT
        self.go_on(10)
        self.change("Thaw", freezing(True))
        self.run.frozen = set()
        self.go_on(5)

    def go_on(self, count: int) -> None:
        train_steps(self.person, count)
        self.run.go_on(count)

    def change(self, words: str, edit: Callable[[Project], Project]) -> None:
        self.bench.commands.edit(words, edit)
        QApplication.processEvents()

    def choose(self, step: int | None) -> None:
        """Drag the timeline's slider to a kept step, or to now."""
        choose_moment(self.person, step)
        QApplication.processEvents()

    def table(self, key: str) -> list[dict[str, str]]:
        view = self.bench.views.views[key]
        view.draw()
        path = self.folder / f"{key}.csv"
        view.save(path)
        with path.open(newline="", encoding="utf-8") as file:
            return [by_owner(row) for row in csv.DictReader(file)]

    def entries(self, key: str) -> dict[str, str]:
        self.views[key].draw()
        return {entry.name: entry.brief or entry.value for entry in self.views[key].header.entries}

    def at(self, step: int) -> Step:
        return self.run.steps[step - 1]

    def validation(self, step: int) -> tuple[float, float] | None:
        """What was last measured of the validation data."""
        found = [each.validation for each in self.run.steps[:step] if each.validation is not None]
        return found[-1] if found else None


def freezing(trainable: bool) -> Callable[[Project], Project]:
    return lambda project: edits.set_layer(
        project, "dense_1", project.graph.node("dense_1").layer.changed(trainable=trainable)
    )


@pytest.fixture
def told(open_window: OpenWindow, tmp_path: Path) -> Told:
    dense = ("Dense", {"units": 6}), ("Tanh", {}), ("Dense", {"units": 4}), ("ReLU", {}), ("Dense", {"units": 2})
    project = chain(("Input", {}), *dense, ("SoftmaxCrossEntropy", {}), epochs=9)
    return Told(open_window(edits.set_optimizer(project, SGD(learning_rate=0.2))), tmp_path)


def number(text: str) -> float:
    """The first number of a text; a percentage as a share."""
    found = re.search(r"-?\d[\d\u202f]*(\.\d+)?(e-?\d+)?", text)
    assert found is not None, text
    value = float(found.group().replace("\u202f", ""))
    return value / 100 if "%" in text else value


def about(value: float, text: str) -> Any:
    """A number as exactly as a text of it can be: half a unit of its last figure, and what rounding is off."""
    mantissa, _, power = re.sub(r"[^\d.e-]", "", text).partition("e")
    places = len(mantissa.partition(".")[2]) + 2 * ("%" in text)
    return pytest.approx(value, rel=CLOSE, abs=0.5 * 10.0 ** (int(power or 0) - places) * 1.001)


def test_tables_of_curves_have_every_step_of_the_run(told: Told) -> None:
    steps = told.run.steps
    loss, accuracy = told.table("loss"), told.table("accuracy")
    assert [int(row["step"]) for row in loss] == list(range(1, 46))
    for row, other, step in zip(loss, accuracy, steps, strict=True):
        assert float(row["train"]) == pytest.approx(step.loss, rel=CLOSE)
        assert float(other["train"]) == pytest.approx(step.accuracy, abs=1e-6)
        assert bool(row["validation"]) == (step.validation is not None)
        if step.validation is not None:
            assert float(row["validation"]) == pytest.approx(step.validation[0], rel=CLOSE)
            assert float(other["validation"]) == pytest.approx(step.validation[1], abs=1e-6)
    assert sum(step.validation is not None for step in steps) == 3
    for key, of in (("gradient_norms", "norms"), ("gradient_map", "clipped"), ("update_ratio", "ratios")):
        rows = told.table(key)
        assert rows
        for row in rows:
            assert row.get("from_step") == row.get("to_step")
            expected = getattr(told.at(int(row.get("step") or row["from_step"])), of)
            for layer in LAYERS:
                if row[layer] == "not measured":
                    assert key == "gradient_map", "only what is looked at now and then may be missing"
                elif np.isnan(expected[layer]):
                    assert row[layer] == "frozen", (key, row)
                else:
                    assert float(row[layer]) == pytest.approx(expected[layer], rel=CLOSE), (key, row)
        assert int(rows[-1].get("step") or rows[-1]["to_step"]) == 45
    rows = told.table("gradient_map")
    last = np.linalg.norm([float(rows[-1][layer]) for layer in LAYERS])
    assert last == pytest.approx(LIMIT, rel=1e-5), "not 1.0004 times the limit"


@pytest.mark.parametrize("pause", [False, True], ids=["scrubbed", "paused"])
def test_words_above_curves_are_of_the_moment(told: Told, pause: bool) -> None:
    for view in told.views.values() if pause else ():
        view.draw()
        view.set_paused(True)
    if pause:
        train_steps(told.person, 3)
        told.run.go_on(3)
    for step in (45,) if pause else (20, 25, 30, 40, None):
        if not pause:
            told.choose(step)
        at = 45 if step is None else step
        by_hand, measured = told.at(at), told.validation(at)
        shown = told.entries("loss")
        assert number(shown["train"]) == about(by_hand.loss, shown["train"])
        assert measured is not None
        assert number(shown["validation"]) == about(measured[0], shown["validation"])
        shown = told.entries("accuracy")
        assert number(shown["train"]) == about(by_hand.accuracy, shown["train"])
        assert number(shown["validation"]) == about(measured[1], shown["validation"])
        for key, expected in (("gradient_norms", by_hand.norms), ("update_ratio", by_hand.ratios)):
            view = told.views[key]
            box = dict(line.rsplit(" ", 1) for line in view.hover_text(at).splitlines()[1:] if " " in line)
            assert view.hover_text(at).startswith(f"step {at} · epoch {by_hand.epoch}")
            for layer in LAYERS:
                if layer in box and not np.isnan(expected[layer]):
                    assert number(box[layer]) == about(expected[layer], box[layer]), (key, at, layer)
                else:
                    assert np.isnan(expected[layer]) or key == "update_ratio", (key, at, box)
        box = told.views["loss"].hover_text(at)
        assert number(box.splitlines()[1].removeprefix("train ")) == pytest.approx(by_hand.loss, rel=CLOSE)


def test_cards_and_pages_are_of_the_moment(told: Told) -> None:
    bench = told.bench
    for step in (20, 30, 40, None):
        told.choose(step)
        at = told.at(45 if step is None else step)
        items = bench.canvas.network.node_items()
        for layer in LAYERS:
            trace, norm = items[layer].live.trace, at.norms[layer]
            bench.canvas.select((layer,))
            said = bench.properties.facts.value("‖∂L/∂θ‖")
            if np.isnan(norm):
                assert said == "frozen"
                assert trace is None or trace.value == "frozen"
            else:
                assert trace is not None
                assert number(trace.value) == about(norm, trace.value)
                assert number(said) == about(norm, said)
        headline = items["loss_1"].live.trace.headline  # type: ignore[union-attr]
        assert number(headline) == about(at.loss, headline.removeprefix("loss "))
        bench.canvas.select(())
        facts = bench.properties.facts
        measured = told.validation(45 if step is None else step)
        assert measured is not None
        for name, value in (
            ("Loss of the batch", at.loss), ("Accuracy of the batch", at.accuracy),
            ("Validation loss", measured[0]), ("Validation accuracy", measured[1]),
        ):  # fmt: skip
            assert number(facts.value(name)) == about(value, facts.value(name)), name
    history = bench.canvas.network.node_items()["dense_3"].live.trace.history  # type: ignore[union-attr]
    np.testing.assert_allclose(history[-10:], [step.norms["dense_3"] for step in told.run.steps[-10:]], rtol=CLOSE)


def test_what_layers_give_is_of_the_moment(told: Told) -> None:
    for step in (20, 30, None):
        told.choose(step)
        rows = told.table("layer_summary")
        view = told.views["layer_summary"]
        assert rows
        (at,) = {int(row["step"]) for row in rows}
        assert at <= (45 if step is None else step)
        assert view.step_in_words == f"batch of step {at}"
        lines = dict(view.lines.layers)
        for row in rows:
            values = told.at(at).outputs[row["layer"]]
            assert float(row["mean"]) == pytest.approx(values.mean(), rel=CLOSE, abs=1e-5)
            assert float(row["deviation"]) == pytest.approx(values.std(), rel=CLOSE)
            assert float(row["zeros"]) == pytest.approx((values == 0).mean(), abs=1e-6)
            assert lines[row["layer"]].dead_text == f"{(values == 0).all(axis=0).sum()} of {values.shape[1]}"
            mean, spread = lines[row["layer"]].mean_text.split(" ± ")
            assert number(mean) == pytest.approx(values.mean(), rel=CLOSE, abs=1e-5)
            assert number(spread) == pytest.approx(values.std(), rel=CLOSE)


def test_answers_are_of_the_weights_of_the_moment(told: Told) -> None:
    bench = told.bench
    for key in ("confusion", "decision_boundary", "worst_predictions"):
        bench.views.open(key)
        for step in (20, 40, 0, None):
            told.choose(step)
            wait_for_answers(told.person)
            view = bench.views.views[key]
            at = 45 if step is None else step
            assert view.step == at
            _, accuracy, shares = told.run.evaluated(told.run.states[at], *told.run.validation)
            taken, y = shares.argmax(1), told.run.validation[1]
            if key == "confusion":
                counts = [[int(((y == true) & (taken == other)).sum()) for other in range(2)] for true in range(2)]
                assert view.answer.counts.tolist() == counts
                assert view.grid.cells.text(0, 1) == str(counts[0][1])
                assert number(view.grid.caption) == about(accuracy, view.grid.caption.partition(" %")[0] + " %")
            elif key == "worst_predictions":
                losses = -np.log(shares[np.arange(len(y)), y])
                assert number(view.caption.text().partition("mean loss ")[2]) == pytest.approx(losses.mean(), rel=CLOSE)
                assert number(told.table(key)[0]["loss"]) == pytest.approx(losses.max(), rel=CLOSE)
            else:
                train = told.run.evaluated(told.run.states[at], *told.run.train)
                wrong = round((1 - train[1]) * len(told.run.train[1]))
                assert f"480 training samples, {wrong} wrong" in view.area.caption.replace("\u00a0", " ")


def test_the_bars_and_the_list_of_runs_say_what_was_made(told: Told) -> None:
    """Epochs: 15 steps, 5 of 32 and 7 of 48 and so on; ten of 48 in each of the seven after them."""
    bench = told.bench
    steps, last = told.run.steps, told.run.steps[-1]
    assert bench.controller.progress.total_steps == 15 + 5 + 7 + 10 * 7
    figures = bench.status.figures
    assert f"epoch {last.epoch} of 9" in figures
    assert "step 45" in figures
    assert bench.top_bar._epoch.toolTip() == f"epoch {last.epoch} of 9"
    assert (bench.top_bar._bar.maximum(), bench.top_bar._bar.value()) == (97, 45)
    assert bench.live_bar.timeline.label.text() == "step 45 · now"
    told.choose(20)
    assert bench.live_bar.timeline.label.text() == "step 20 of 45"
    told.choose(None)
    found = figures_of(bench.controller.history)
    means = [np.mean([step.loss for step in steps if step.epoch == epoch]) for epoch in range(1, last.epoch)]
    assert (found["loss"].last, found["loss"].best) == pytest.approx((means[-1], min(means)), rel=CLOSE)
    measured = [step.validation for step in steps if step.validation is not None]
    assert found["validation_loss"].last == pytest.approx(measured[-1][0], rel=CLOSE)
    assert found["validation_accuracy"].best == pytest.approx(max(each[1] for each in measured), abs=1e-6)


def test_the_list_of_runs_tells_means_of_epochs_and_what_was_validated(told: Told) -> None:
    bench, person = told.bench, told.person
    person.run_to_the_end()
    told.run.go_on(97 - 45)
    assert bench.controller.step_count == 97
    assert "epoch 9 of 9" in bench.status.figures
    assert bench.top_bar._epoch.toolTip() == "epoch 9 of 9"
    bench.actions["runs"].trigger()
    model = bench.runs.panel.model
    person.qtbot.waitUntil(lambda: len(model.runs) == 1, timeout=PATIENCE)
    row = {column.key: str(model.index(0, number).data()) for number, column in enumerate(model.columns)}
    assert row["epochs"] == "9"
    steps = told.run.steps
    epochs = [[step for step in steps if step.epoch == epoch] for epoch in range(1, 10)]
    measured = [step.validation for step in steps if step.validation is not None]
    assert len(measured) == 9
    loss, accuracy = (
        [np.mean([getattr(each, of) for each in epoch]) for epoch in epochs] for of in ("loss", "accuracy")
    )
    expected = {
        "last loss": loss[-1], "best loss": min(loss),
        "last accuracy": accuracy[-1], "best accuracy": max(accuracy),
        "last validation_loss": measured[-1][0], "best validation_loss": min(each[0] for each in measured),
        "last validation_accuracy": measured[-1][1], "best validation_accuracy": max(each[1] for each in measured),
    }  # fmt: skip
    for key, value in expected.items():
        assert number(row[key]) == about(float(value), row[key]), key
