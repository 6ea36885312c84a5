"""Every live view of every template: before training, while and after it, at earlier moments, and after edits.

A view shows what belongs to what is open now, or says in words why it shows nothing; it never raises anything.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from deepviz.datasets.sources.idx_files import IdxFiles
from deepviz.document import edits, examples
from deepviz.document.project import Project
from deepviz.document.repeats import unrolled
from deepviz.engine.layers.dense import Dense
from deepviz.gui.amounts import thousands
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.part_look import parts_of
from deepviz.gui.plots.projection import Projection
from deepviz.gui.plots.view import View
from deepviz.gui.settings import HINTS_ON
from deepviz.gui.view_docks import SMALLEST_VIEW
from tests.e2e.png_reader import read_png
from tests.e2e.window import PATIENCE, OpenWindow, Person
from tests.gui.window_hands import wait_for_answers

pytestmark = pytest.mark.slow

GROUPS = (
    ("spirals", "digits-cnn", "sine"),
    ("perceptron", "logistic-regression", "mnist-mlp", "linear-regression", "lstm"),
    ("iris", "autoencoder", "blobs", "transformer"),
    ("wine", "mlp-30", "xor", "auto-mpg", "gru"),
    ("circles", "lenet-5", "breast-cancer", "denoising-autoencoder", "hills"),
    ("shallow-mlp", "small-vgg", "deep-mlp", "digits-mlp"),
    ("resnet-20", "mnist-lenet"),
    ("mlp-100",),
)
PROGRESS, CLASSES, NUMBERS = {"loss"}, {"confusion", "roc"}, {"residuals"}


def test_no_template_is_left_out() -> None:
    names = [name for group in GROUPS for name in group]
    assert sorted(names) == sorted(entry.name for entry in examples.catalogue())


class Onlooker:
    """Somebody who has every view open at once, each in a window of its own."""

    def __init__(self, person: Person) -> None:
        self.person, self.bench = person, person.bench
        for key, dock in self.bench.views.docks.items():
            view = self.bench.views.view(key)
            dock.setFloating(True)
            dock.resize(420, 300)
            dock.show()
            if isinstance(view, Projection):
                view.choose_samples(200)
        QApplication.processEvents()

    @property
    def views(self) -> dict[str, View]:
        return self.bench.views.views

    @property
    def step(self) -> int:
        """After which step the weights were that are to be shown."""
        chosen = self.bench.controller.moments.chosen
        return self.bench.controller.step_count if chosen is None else chosen

    def settle(self) -> None:
        """Wait until every question is answered for the present weights."""
        QApplication.processEvents()
        wait_for_answers(self.person)

    def train(self, steps: int) -> None:
        controller = self.bench.controller
        goal = controller.step_count + steps
        controller.step(steps)
        self.person.qtbot.waitUntil(
            lambda: not controller.is_running and (controller.step_count == goal or controller.status == "finished"),
            timeout=PATIENCE,
        )
        self.settle()

    # What has to be true

    def check(self) -> None:
        """Each view shows something of what is open now, or words."""
        self.settle()
        assert set(self.views) == set(self.bench.views.kinds)
        for key, view in self.views.items():
            missing = view.what_is_missing()
            assert "worked out:" not in missing, f"{key}: {missing}"
            own_window = view.header.close_button.width() + 2  # this button is there only while it is detached
            widths = view.header.minimumSizeHint().width() - own_window, view.minimumSizeHint().width()
            assert max(widths) <= SMALLEST_VIEW, f"{key} cannot stand beside others: {widths}"
            assert view.words.text() == missing, key
            assert view._shows_content is not bool(missing), key
            assert not missing or missing[0].isupper() or missing[0].isdigit(), f"{key}: {missing}"
            if isinstance(view, Look):
                self._check_look(key, view, bool(missing))
            elif not missing and view.history is not None:
                assert view.history is self.bench.controller.history, key
        data, can_run = self.bench.editor.data, not self.bench.editor.report.problems
        assert data is not None
        shown = {key for key, view in self.views.items() if not view.what_is_missing()}
        if can_run:
            assert shown >= {"explorer", "worst_predictions", "filters", "feature_maps", "projection"}
            assert shown >= (CLASSES if data.task == "classification" else NUMBERS)
            assert not shown & (NUMBERS if data.task == "classification" else CLASSES)
            assert ("decision_boundary" in shown) == (
                data.task == "classification" and len(data.sample_shape) == 1 and data.sample_shape[0] > 1
            )
            assert ("regression_fit" in shown) == (data.task == "regression" and len(data.sample_shape) == 1)
        assert shown >= PROGRESS or not self.bench.controller.step_count

    def _check_look(self, key: str, view: Look, is_missing: bool) -> None:
        editor = self.bench.editor
        assert view.project is editor.project, key
        assert view.data is editor.data, key
        if is_missing or not view.is_live:
            return
        if isinstance(view, PredictionExplorer) and view.question() is None:
            return  # nothing is drawn yet
        assert view.step == self.step, f"{key} is of step {view.step}"
        assert view.header.note == (f"step {thousands(self.step)}" if self.step else "untrained"), key
        answer = view.answer  # type: ignore[attr-defined]  # every look of the window has one
        data = editor.data
        assert data is not None
        whole = unrolled(editor.project.graph)
        layers = [node.id for node in whole.graph.nodes if not node.is_loss]
        shapes = {node: editor.report.shapes[whole.origin[node]] for node in layers}
        if hasattr(answer, "part") and hasattr(answer, "total"):
            assert answer.total == len(parts_of(data)[answer.part]), key
        if hasattr(answer, "data"):
            assert answer.data is data, key
        classes = len(data.class_names)
        checks: dict[str, Any] = {
            "confusion": lambda: answer.counts.shape == (classes, classes) and answer.counts.sum() == answer.samples,
            "feature_maps": lambda: answer.values.shape == shapes[answer.node],
            "filters": lambda: answer.node in layers and answer.values.size > 0,
            "projection": lambda: sorted(each.node for each in answer.layers) == sorted(layers),
            "roc": lambda: answer.positive < classes,
            "neuron_responses": lambda: all(shapes[node] == (answer.counts[node],) for node in answer.maps),
            "explorer": lambda: answer.outputs.size == np.prod(shapes[layers[-1]]),
            "worst_predictions": lambda: answer.outputs.shape[1:] == shapes[layers[-1]],
        }
        assert checks.get(key, lambda: True)(), key

    def export(self, folder: Path) -> None:
        """Write every picture and every table, and read them with programs of other people."""
        explorer = self.views["explorer"]
        assert isinstance(explorer, PredictionExplorer)
        if explorer.is_blank and not explorer.what_is_missing():
            explorer.load_sample("train", 0)
            self.check()
        for key, view in self.views.items():
            if view.what_is_missing():
                continue
            for suffix in ("png", "svg", "csv"):
                view.save(folder / f"{key}.{suffix}")
            *size, lines = read_png(folder / f"{key}.png")
            assert size == [round(2 * side) for side in view.picture_size().toTuple()], key
            assert lines > 20, f"{key} is empty"
            root = ElementTree.parse(folder / f"{key}.svg").getroot()
            assert root.tag.endswith("svg"), key
            assert len(list(root.iter())) > 10, key
            with (folder / f"{key}.csv").open(newline="", encoding="utf-8") as file:
                heading, *rows = list(csv.reader(file))
            assert len(set(heading)) == len(heading) > 1, f"{key}: {heading}"
            assert rows, key
            assert {len(row) for row in rows} == {len(heading)}, key


def template(name: str, files: tuple[Path, Path]) -> Project:
    project = examples.open_example(name)
    if isinstance(project.data.source, IdxFiles):
        source = project.data.source.changed(images=str(files[0]), labels=str(files[1]))
        project = edits.set_data(project, replace(project.data, source=source))
    return project


def hidden_layers(project: Project) -> Iterable[str]:
    """Layers that lie between others."""
    graph = project.graph
    return [node.id for node in graph.nodes if not node.is_loss and graph.inputs_of(node.id)][:-1]


@pytest.mark.parametrize("names", GROUPS, ids=[group[0] for group in GROUPS])
def test_every_view_of_every_template(
    open_window: OpenWindow,
    mnist_files: tuple[Path, Path],
    tmp_path: Path,
    names: tuple[str, ...],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    person = open_window(template(names[0], mnist_files))
    bench = person.bench
    bench.settings.set(HINTS_ON, False)
    onlooker = Onlooker(person)
    for name in names:
        if name != names[0]:
            bench.inspector.begin_anew()  # so that questions about the one before are on their way
            QApplication.processEvents()
            bench.controller.load(None)
            bench.editor.open(template(name, mnist_files))
        onlooker.check()
        for steps in (3, 2):
            onlooker.train(steps)
        onlooker.check()
        folder = tmp_path / name
        folder.mkdir()
        onlooker.export(folder)

        earlier = bench.controller.moments.timeline.steps[0]
        bench.controller.moments.choose(earlier)
        onlooker.check()
        bench.controller.moments.choose(None)
        bench.controller.reset()
        onlooker.check()

        hidden = hidden_layers(person.project)
        for node_id in hidden[len(hidden) // 2 : len(hidden) // 2 + 1]:
            bench.editor.apply("Remove", lambda project, node_id=node_id: edits.delete(project, [node_id]))
            onlooker.check()
            bench.editor.undo_stack.undo()
        for node in person.graph.nodes:
            if isinstance(node.layer, Dense) and node.id in hidden:
                wider = node.layer.changed(units=node.layer.units + 1)
                bench.editor.apply("Widen", lambda project, node=node, wider=wider: edits.set_layer(
                    project, node.id, wider
                ))  # fmt: skip
                onlooker.check()
                break
    assert not caplog.records, [record.getMessage() for record in caplog.records]
