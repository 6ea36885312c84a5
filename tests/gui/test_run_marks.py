"""The marks of changes on the curves: one for what one hand movement did, at the right step, and none left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.amounts import thousands
from deepviz.gui.run_repeats import branch
from tests.e2e.window import LEFT, NO_KEYS, PATIENCE, OpenWindow, Person, small_project
from tests.gui.window_hands import train_steps


@pytest.fixture
def trained(open_window: OpenWindow) -> Person:
    """Somebody whose run stands after step 10."""
    person = open_window(small_project(epochs=1_000_000))
    train_steps(person, 10)
    return person


def with_rate(project: Project, rate: float) -> Project:
    return edits.set_optimizer(project, project.plan.optimizer.changed(learning_rate=rate))


def set_rate(person: Person, rate: float) -> None:
    """Type another learning rate into the toolbar."""
    line = person.bench.learning_rate.line
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, str(rate))
    QTest.keyClick(line, Qt.Key.Key_Return)


def point(person: Person, kind: QEvent.Type, x: float) -> None:
    """A real event of the mouse on the slider of the learning rate."""
    slider = person.bench.learning_rate.slider
    place = QPointF(x, slider.height() / 2)
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
    event = QMouseEvent(kind, place, QPointF(slider.mapToGlobal(place.toPoint())), button, held, NO_KEYS)
    QApplication.sendEvent(slider, event)


def steps_go_on(person: Person) -> None:
    """Wait until the run has made more steps."""
    controller = person.bench.controller
    before = controller.step_count
    person.qtbot.waitUntil(lambda: controller.step_count > before, timeout=PATIENCE)


def rates_changed(person: Person) -> list[tuple[int, float]]:
    """Step and learning rate of each change in the history, exactly."""
    changes = person.bench.controller.history.changes
    return [(step, json.loads(text)["plan"]["optimizer"]["learning_rate"]) for step, text in changes]


def rates_said(words: str) -> tuple[float, float]:
    """The two rates of ``learning rate 0.01 → 0.003``."""
    first, _, second = words.removeprefix("learning rate ").partition(" → ")
    return float(first), float(second)


def marks(person: Person) -> tuple[tuple[int, str], ...]:
    return person.bench.controller.history.events


def settled(person: Person) -> None:
    """Wait until all changes that were asked for have reached the history of a paused run."""
    rate = person.project.plan.optimizer.learning_rate
    person.qtbot.waitUntil(lambda: rates_changed(person)[-1][1] == rate, timeout=PATIENCE)


def test_dragging_the_slider_while_it_runs_leaves_one_mark_and_every_change(open_window: OpenWindow) -> None:
    person = open_window(small_project(epochs=1_000_000))
    before = person.project.plan.optimizer.learning_rate
    person.press(person.bench.top_bar.run_button)
    steps_go_on(person)
    point(person, QEvent.Type.MouseButtonPress, 30)
    for x in range(32, 70, 4):
        point(person, QEvent.Type.MouseMove, x)
        steps_go_on(person)
    point(person, QEvent.Type.MouseButtonRelease, 66)
    after = person.project.plan.optimizer.learning_rate
    settled(person)
    (mark,) = marks(person)
    changes = rates_changed(person)
    assert len(changes) == 12, "how it began, the press, and ten movements"
    assert len({step for step, _ in changes}) > 5, "they came at different steps"
    assert mark[0] == changes[-1][0], "from there on the run goes by what the mark says"
    assert rates_said(mark[1].partition(" (")[0]) == (before, after)
    assert mark[1].endswith(f"(bit by bit since step {thousands(changes[1][0])})")


def test_two_drags_leave_two_marks(trained: Person) -> None:
    for x in (30, 60):
        point(trained, QEvent.Type.MouseButtonPress, x)
        point(trained, QEvent.Type.MouseMove, x + 6)
        point(trained, QEvent.Type.MouseButtonRelease, x + 6)
        settled(trained)
    first, second = (rates_said(text) for _, text in marks(trained))
    assert first[0] == 0.01
    assert first[1] == second[0]
    assert second[1] == trained.project.plan.optimizer.learning_rate


def test_a_drag_back_to_where_it_began_leaves_no_mark(trained: Person) -> None:
    point(trained, QEvent.Type.MouseButtonPress, 50)
    point(trained, QEvent.Type.MouseButtonRelease, 50)
    settled(trained)
    before, rate = marks(trained), trained.project.plan.optimizer.learning_rate
    point(trained, QEvent.Type.MouseButtonPress, 50)
    for x in (60, 70):
        point(trained, QEvent.Type.MouseMove, x)
        settled(trained)
        assert len(marks(trained)) == 2
    point(trained, QEvent.Type.MouseMove, 50)
    point(trained, QEvent.Type.MouseButtonRelease, 50)
    settled(trained)
    assert trained.project.plan.optimizer.learning_rate == rate
    assert marks(trained) == before


def test_undo_and_redo_of_a_drag_are_marked(trained: Person) -> None:
    point(trained, QEvent.Type.MouseButtonPress, 30)
    point(trained, QEvent.Type.MouseMove, 50)
    point(trained, QEvent.Type.MouseButtonRelease, 50)
    after = trained.project.plan.optimizer.learning_rate
    trained.bench.actions["undo"].trigger()
    settled(trained)
    trained.bench.actions["redo"].trigger()
    settled(trained)
    said = [rates_said(text) for _, text in marks(trained)]
    assert said == [(0.01, after), (after, 0.01), (0.01, after)]
    assert {step for step, _ in marks(trained)} == {10}


def test_what_else_happens_in_the_middle_keeps_its_mark(trained: Person) -> None:
    point(trained, QEvent.Type.MouseButtonPress, 30)
    settled(trained)
    trained.bench.controller.history.add_event(10, "something else")
    point(trained, QEvent.Type.MouseMove, 50)
    point(trained, QEvent.Type.MouseButtonRelease, 50)
    settled(trained)
    said = [text for _, text in marks(trained)]
    assert len(said) == 3
    assert said[1] == "something else"


# Runs that were not begun here


def test_a_change_after_a_file_was_opened_is_marked(trained: Person, open_window: OpenWindow, tmp_path: Path) -> None:
    set_rate(trained, 0.02)
    settled(trained)
    path = tmp_path / "trained.deepviz"
    assert trained.bench.files.save_to(path)
    other = open_window()
    other.bench.files.open(path)
    assert other.bench.controller.step_count == 10
    set_rate(other, 0.05)
    assert marks(other) == ((10, "learning rate 0.01 → 0.02"), (10, "learning rate 0.02 → 0.05"))
    train_steps(other, 2)
    assert rates_changed(other) == [(0, 0.01), (10, 0.02), (10, 0.05)], "Run notes nothing twice"


def test_a_change_after_a_branch_is_marked(trained: Person) -> None:
    set_rate(trained, 0.02)
    settled(trained)
    train_steps(trained, 5)
    set_rate(trained, 0.04)
    settled(trained)
    assert branch(trained.bench.controller, trained.bench.editor, 10)
    assert trained.project.plan.optimizer.learning_rate == 0.01
    assert marks(trained) == ()
    set_rate(trained, 0.08)
    assert marks(trained) == ((10, "learning rate 0.01 → 0.08"),)


def test_undo_after_a_branch_goes_on_with_the_later_settings_and_says_so(trained: Person) -> None:
    set_rate(trained, 0.02)
    settled(trained)
    train_steps(trained, 5)
    branch(trained.bench.controller, trained.bench.editor, 10)
    trained.bench.actions["undo"].trigger()
    assert trained.project.plan.optimizer.learning_rate == 0.02
    assert marks(trained) == ((10, "learning rate 0.01 → 0.02"),)
    train_steps(trained, 1)
    assert trained.bench.controller.history.at("learning_rate", 11) == 0.02
