"""Figures that change while a run goes on are painted in place: nothing else in the window is placed anew for them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.app import application
from deepviz.gui.steady_label import SteadyLabel
from deepviz.gui.workbench import Workbench
from tests.e2e.window import PATIENCE, OpenWindow, small_project
from tests.gui.window_hands import train_steps


class Requests(QObject):
    """Counts which widgets are asked to lay themselves out."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and isinstance(target, QWidget):
            self.seen[type(target).__name__] += 1
        return False


def status_line(bench: Workbench, step: int) -> None:
    bench.status.show_figures("training", 1, 50, step, 1000.0 + step, "", 0.05)


def top_bar(bench: Workbench, step: int) -> None:
    bench.top_bar.show_progress(1, 50, step, 10_000, f"{step} s left")


def timeline(bench: Workbench, step: int) -> None:
    bench.live_bar.timeline.show_steps((1, 50), step)


def facts(bench: Workbench, step: int) -> None:
    bench.properties.show_values({"loss": step / 1000, "accuracy": 0.5, "learning_rate": 0.01})


@pytest.mark.parametrize("show", [status_line, top_bar, timeline, facts])
def test_other_figures_lay_no_more_out_than_the_rows_that_they_are_in(
    open_window: OpenWindow, qtbot: QtBot, show: Callable[[Workbench, int], None]
) -> None:
    person = open_window(small_project(epochs=50))
    train_steps(person, 5)
    bench, requests, app = person.bench, Requests(), QApplication.instance()
    assert app is not None

    def is_quiet() -> bool:
        requests.seen.clear()
        for _ in range(20):
            QApplication.processEvents()
        return not requests.seen

    # Fonts have figures of several widths: once all have been seen, the widest are known.
    for step in range(100, 1000, 111):
        show(bench, step)
    app.installEventFilter(requests)
    try:
        qtbot.waitUntil(is_quiet, timeout=PATIENCE)
        for step in (222, 333, 444):
            show(bench, step)
            for _ in range(20):
                QApplication.processEvents()
    finally:
        app.removeEventFilter(requests)
    outside = {name for name in requests.seen if name not in ("FactRows", "QWidget")}
    assert outside == set(), requests.seen
    assert requests.seen["QWidget"] <= 3, "the rows of the facts, once for each value"


@pytest.mark.parametrize("nodes", [(), ("dense_1",), ("dense_1", "tanh_1")])
def test_facts_are_put_together_once_for_each_picture(
    nodes: tuple[str, ...], open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = open_window(small_project(epochs=50))
    train_steps(person, 5)
    bench, made = person.bench, []
    ids = {node.id for node in bench.editor.project.graph.nodes}
    bench.properties.show_nodes(tuple(node for node in nodes if node in ids))
    put = bench.properties.facts.set_facts

    def counted(*given: Any) -> None:
        made.append(given)
        put(*given)

    monkeypatch.setattr(bench.properties.facts, "set_facts", counted)
    bench.display.show_numbers()
    assert len(made) == 1


def test_one_thread_paints(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    monkeypatch.delenv("QT_NO_GUI_THREADPOOL", raising=False)
    assert application(["deepviz"]) is qapp
    assert os.environ["QT_NO_GUI_THREADPOOL"]
    monkeypatch.setenv("QT_NO_GUI_THREADPOOL", "0")
    application(["deepviz"])
    assert os.environ["QT_NO_GUI_THREADPOOL"] == "0", "who has set it knows why"


class Paints(QObject):
    """Notes what labels said when they were painted last."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(target, SteadyLabel):
            self.said[target.accessibleName()] = target.text()
        return False


def test_the_line_below_is_painted_with_the_figures_of_the_bar_above(open_window: OpenWindow) -> None:
    """The bar of progress paints at once. What was told only after that was seen with the next picture."""
    person = open_window(small_project(epochs=1, batch_size=50))  # so few steps that each makes the bar longer
    bench, paints, app = person.bench, Paints(), QApplication.instance()
    train_steps(person, 1)
    seen: list[tuple[str, str]] = []

    def look() -> None:
        if bench.controller.step_count == 2:
            seen.append((paints.said.get("Progress of training", ""), bench.status.figures))

    bench.controller.grew.connect(look)
    assert app is not None
    app.installEventFilter(paints)
    try:
        train_steps(person, 1)
    finally:
        app.removeEventFilter(paints)
    assert seen
    assert all("step 2" in shown and painted == shown for painted, shown in seen), seen
