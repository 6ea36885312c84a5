"""A rate that was found or clicked at goes into the plan by one button, exactly as the button says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.engine.schedules.cosine_decay import CosineDecay
from deepviz.gui.plots.rate_finder import RateFinder
from deepviz.insight.subject import Subject
from tests.gui.plots.conftest import MakeHistory
from tests.gui.plots.looks import click, images, looking, subject_of, tell
from tests.gui.plots.rate_curves import Edit, edited, found, place, press, words


@pytest.fixture
def subject() -> Subject:
    return subject_of(images())


@pytest.fixture
def look(subject: Subject, qtbot: QtBot) -> RateFinder:
    return looking(RateFinder, subject, qtbot)


@pytest.fixture
def made_up(look: RateFinder) -> RateFinder:
    press(look)
    look.take_answer(found(), 40)
    return look


def wanted_edit(look: RateFinder, qtbot: QtBot, do: Callable[[], None]) -> tuple[str, Edit]:
    with qtbot.waitSignal(look.edit_wanted) as sent:
        do()
    assert sent.args is not None
    return sent.args[0], sent.args[1]


def test_the_button_uses_the_suggested_rate_exactly_as_it_says(
    made_up: RateFinder, subject: Subject, qtbot: QtBot
) -> None:
    assert made_up.use_button.text() == "Use 0.0012"
    middle = QPointF(made_up.use_button.rect().center())
    label, edit = wanted_edit(made_up, qtbot, lambda: click(made_up.use_button, middle))
    assert label == "Change learning rate"
    after = edit(subject.project)
    assert after.plan.optimizer == subject.project.plan.optimizer.changed(learning_rate=0.0012)
    assert replace(after, plan=subject.project.plan) == subject.project, "and nothing else"
    tell(made_up, edited(subject, edit))
    assert made_up.answer is not None, "the curve does not depend on the rate of the plan"
    assert "now 0.0012" in words(made_up)
    assert not made_up.use_button.isEnabled()
    assert "already" in made_up.use_button.toolTip()


def test_a_click_on_the_curve_chooses_a_rate(made_up: RateFinder, subject: Subject, qtbot: QtBot) -> None:
    shown = made_up.answer
    assert shown is not None
    click(made_up.area.viewport(), place(made_up, float(shown.rates[25])))
    rate = float(f"{shown.rates[25]:.1e}")
    assert made_up.rate == rate
    assert words(made_up)[0] == f"chosen {rate:.2g}"
    assert made_up.use_button.text() == f"Use {rate:.2g}"
    _, edit = wanted_edit(made_up, qtbot, made_up.use)
    assert edit(subject.project).plan.optimizer.learning_rate == rate
    tell(made_up, edited(subject, edit))
    assert words(made_up)[:2] == ["suggested 0.0012", f"now {rate:.2g}"]
    click(made_up.area.viewport(), place(made_up, 1e-5))
    assert made_up.chosen is not None
    QTest.keyClick(made_up.area, Qt.Key.Key_Escape)  # the cross-hair, if there is one
    QTest.keyClick(made_up.area, Qt.Key.Key_Escape)
    assert made_up.chosen is None
    assert made_up.use_button.text() == "Use 0.0012"


def test_the_keyboard_chooses_as_well(made_up: RateFinder) -> None:
    shown = made_up.answer
    assert shown is not None
    QTest.keyClick(made_up.area, Qt.Key.Key_Return)
    assert made_up.chosen is None, "there is no cross-hair yet"
    for _ in range(4):
        QTest.keyClick(made_up.area, Qt.Key.Key_Right)
    QTest.keyClick(made_up.area, Qt.Key.Key_Return)
    near = int(np.abs(np.log(shown.rates / 1.2e-3)).argmin())
    assert made_up.chosen == float(f"{shown.rates[near + 3]:.1e}")


def test_a_drag_moves_the_picture_and_chooses_nothing(made_up: RateFinder) -> None:
    view, start = made_up.area.viewport(), place(made_up, 1e-3).toPoint()
    before = made_up.area.x_range
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for shift in (10, 20, 40):
        QTest.mouseMove(view, start + QPointF(shift, 0).toPoint())
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPointF(40, 0).toPoint())
    assert made_up.chosen is None
    assert made_up.area.x_range[0] < before[0]


def test_without_a_suggestion_words_say_why_and_a_rate_can_still_be_chosen(look: RateFinder) -> None:
    look.compute()
    look.take_answer(found(None), 9)
    assert "falls nowhere by clearly more than batches differ" in look.note.text()
    assert look.note.isVisible()
    assert words(look) == ["now 0.01"], "the lowest loss is one by chance"
    assert look.use_button.text() == "Use"
    assert not look.use_button.isEnabled()
    click(look.area.viewport(), place(look, 1e-3))
    assert look.use_button.isEnabled()
    look.compute()
    look.take_answer(found(lowest=10.0, ended_early=False), 9)
    assert "still fell at the largest rate" in look.note.text()
    assert look.chosen is None, "that was of another curve"


def test_schedule_and_frozen_layers_are_mentioned(made_up: RateFinder, subject: Subject) -> None:
    made_up.compute()
    made_up.take_answer(found(), 0)
    assert made_up.note.isHidden(), "nothing has to be said of a network that has not learnt"

    def scheduled(project: Project) -> Project:
        return edits.set_plan(project, replace(project.plan, schedule=CosineDecay()))

    tell(made_up, edited(subject, scheduled))
    assert made_up.answer is not None
    assert made_up.note.text() == f"Without the schedule, {CosineDecay().label}, which starts from the rate you choose."

    def frozen(project: Project) -> Project:
        layer = project.graph.node("dense_1").layer.changed(trainable=False)
        return edits.set_layer(project, "dense_1", layer)

    tell(made_up, edited(subject, frozen))
    assert made_up.answer is None, "it was of a network that learns in another way"
    made_up.compute()
    made_up.take_answer(found(), 0)
    assert made_up.note.text() == "Frozen: 1 of 2 layers with parameters."


def test_what_was_found_for_a_run_that_is_gone_is_forgotten(made_up: RateFinder, make_history: MakeHistory) -> None:
    first, second = make_history(40), make_history(3)
    made_up.show_history(first)
    made_up.compute()
    made_up.take_answer(found(), 40)
    assert "For going on from step 40" in made_up.note.text()
    made_up.show_history(first)
    assert made_up.answer is not None, "the run is the same"
    made_up.show_history(second)
    assert made_up.answer is None
    assert "step 40" not in made_up.note.text()
    assert "Press Compute" in made_up.words.text()
    made_up.compute(fresh=True)
    made_up.take_answer(found(), 3)
    made_up.show_history(make_history(9))
    assert made_up.answer is not None, "fresh weights are those of any run"
    made_up.compute()
    made_up.take_answer(found(), 0)
    made_up.show_history(None)
    assert made_up.answer is not None


@pytest.mark.parametrize("height", [210, 300, 500])
def test_words_leave_room_for_the_curve(made_up: RateFinder, subject: Subject, height: int) -> None:
    def changed(project: Project) -> Project:
        layer = project.graph.node("dense_1").layer.changed(trainable=False)
        project = edits.set_layer(project, "dense_1", layer)
        return edits.set_plan(project, replace(project.plan, schedule=CosineDecay()))

    tell(made_up, edited(subject, changed))
    made_up.compute()
    made_up.take_answer(found(), 40)
    made_up.resize(420, height)
    QApplication.processEvents()
    assert made_up.note.isVisible()
    assert "Try fresh weights" in made_up.note.text()
    assert made_up.area.height() >= (130 if "Without the schedule" in made_up.note.text() else 90)
    assert ("Frozen: 1 of 2" in made_up.note.text()) == (height >= 300)
    assert "Frozen: 1 of 2" in made_up.accessibleDescription(), "all of it can be heard"
