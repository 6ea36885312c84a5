"""The sheet of Run to… counts steps and epochs exactly, and sends the run there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from deepviz.gui.panels.stop_panel import Course, StopPanel

LEFT = Qt.MouseButton.LeftButton
BEGUN = Course(steps=10, per_epoch=6, last=30, epochs=5)
"""Four steps into the second of five epochs of six steps."""


class Stage:
    """A window with a button and the sheet."""

    def __init__(self, show: Callable[..., QWidget]) -> None:
        window = QWidget()
        show(window, 700, 500)
        self.button = QPushButton("Run", window)
        self.button.setGeometry(300, 8, 100, 30)
        self.button.show()
        self.panel = StopPanel(window.window())
        self.sent: list[int] = []
        self.panel.step_chosen.connect(self.sent.append)

    def open(self, course: Course = BEGUN) -> StopPanel:
        self.panel.open_at(self.button, course)
        QApplication.processEvents()
        return self.panel

    def type(self, number: str) -> None:
        self.panel.number.selectAll()
        QTest.keyClicks(self.panel.number, number)


@pytest.fixture
def stage(show: Callable[..., QWidget]) -> Stage:
    return Stage(show)


def choose(panel: StopPanel, unit: str) -> None:
    panel.unit.setFocus()
    QTest.keyClick(panel.unit, unit[0])
    assert panel.unit.currentText() == unit


# Epochs and steps


@pytest.mark.parametrize(
    ("steps", "next_epoch"), [(0, 1), (1, 1), (5, 1), (6, 2), (7, 2), (11, 2), (12, 3), (29, 5), (24, 5)]
)
def test_the_next_epoch_is_the_first_that_is_not_over(steps: int, next_epoch: int) -> None:
    course = replace(BEGUN, steps=steps)
    assert course.next_epoch == next_epoch
    assert course.end_of(next_epoch) == 6 * next_epoch


def test_after_a_change_of_the_batch_size_epochs_end_where_they_do() -> None:
    # Two epochs of 6 steps; then 4 steps of the third and batches of three times the size: 1 more, then 2 an epoch.
    course = Course(steps=16, per_epoch=2, last=21, epochs=5)
    assert course.next_epoch == 3
    assert [course.end_of(epoch) for epoch in (3, 4, 5)] == [17, 19, 21]


def test_a_run_that_is_over_goes_on_for_as_many_epochs_again() -> None:
    over = replace(BEGUN, steps=30)
    assert over.gone_on(5) == Course(30, 6, 60, 10)
    assert over.gone_on(5).next_epoch == 6
    assert BEGUN.gone_on(5) == BEGUN


# The sheet


def test_it_offers_the_end_of_this_epoch_and_says_how_far_that_is(stage: Stage) -> None:
    panel = stage.open()
    assert (panel.unit.currentText(), panel.number.value()) == ("epoch", 2)
    assert panel.words.said == "That is step 12, 2 more steps."
    assert panel.number.hasFocus()
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert stage.sent == [12]
    assert not panel.isVisible()


def test_a_typed_number_and_a_click_on_run(stage: Stage) -> None:
    panel = stage.open()
    stage.type("4")
    assert panel.words.said == "That is step 24, 14 more steps."
    QTest.mouseClick(panel.go_button, LEFT)
    assert stage.sent == [24]


def test_steps_can_be_chosen_by_keyboard(stage: Stage) -> None:
    panel = stage.open(Course(10, 600, 3000, 5))
    choose(panel, "step")
    assert panel.number.value() == 110
    assert panel.words.said == "That is 100 more steps."
    panel.number.setFocus()
    QTest.keyClick(panel.number, Qt.Key.Key_Up)
    assert panel.words.said == "That is 101 more steps."
    stage.type("11")
    assert panel.words.said == "That is 1 more step."
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert stage.sent == [11]


@pytest.mark.parametrize(
    ("unit", "typed", "words"),
    [
        ("epoch", "9", "The run ends with epoch 5, step 30. Choose more epochs under Training."),
        ("epoch", "1", "Epoch 1 is over already."),
        ("step", "31", "The run ends with epoch 5, step 30. Choose more epochs under Training."),
        ("step", "10", "Step 10 is over already."),
        ("step", "3", "Step 3 is over already."),
    ],
)
def test_what_is_behind_or_beyond_is_told_and_not_made_something_else(
    stage: Stage, unit: str, typed: str, words: str
) -> None:
    panel = stage.open()
    choose(panel, unit)
    stage.type(typed)
    assert panel.words.said == words
    assert not panel.go_button.isEnabled()
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    QTest.mouseClick(panel.go_button, LEFT)
    assert stage.sent == []
    assert panel.isVisible()
    assert panel.number.value() == int(typed)


@pytest.mark.parametrize(("unit", "last", "step"), [("epoch", "5", 30), ("step", "30", 30), ("step", "11", 11)])
def test_the_ends_of_what_lies_ahead(stage: Stage, unit: str, last: str, step: int) -> None:
    panel = stage.open()
    choose(panel, unit)
    stage.type(last)
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert stage.sent == [step]


def test_near_the_end_the_offer_is_the_last_step(stage: Stage) -> None:
    panel = stage.open()
    choose(panel, "step")
    assert panel.number.value() == 30, "there are no 100 more"
    assert panel.words.said == "That is 20 more steps."


def test_where_nothing_is_ahead_it_says_so(stage: Stage) -> None:
    panel = stage.open(replace(BEGUN, steps=30))
    assert not panel.go_button.isEnabled()
    assert panel.words.said == "The run ends with epoch 5, step 30. Choose more epochs under Training."


@pytest.mark.parametrize("leave", ["escape", "cancel", "button", "elsewhere"])
def test_it_can_be_left_in_every_way(stage: Stage, leave: str) -> None:
    panel = stage.open()
    if leave == "escape":
        QTest.keyClick(panel.number, Qt.Key.Key_Escape)
    elif leave == "cancel":
        QTest.mouseClick(panel.cancel_button, LEFT)
    elif leave == "button":
        stage.open()
    else:
        QTest.mouseClick(panel.window(), LEFT, pos=QPoint(20, 480))
    assert not panel.isVisible()
    assert stage.sent == []


def test_its_heading_can_be_read_and_nothing_is_cut_off(stage: Stage) -> None:
    panel = stage.open()
    labels = [each for each in panel.findChildren(QWidget) if each.property("role") == "heading"]
    assert [label.accessibleName() for label in labels] == ["Run, and pause after"]
    assert labels[0].isVisible()
    for part in (*labels, panel.unit, panel.number, panel.words, panel.cancel_button, panel.go_button):
        corner = part.mapTo(panel, part.rect().bottomRight())
        assert panel.rect().contains(corner)
        assert part.width() >= min(part.sizeHint().width(), part.width())
    assert panel.unit.mapTo(panel, QPoint(0, 0)).x() < panel.number.mapTo(panel, QPoint(0, 0)).x(), "epoch 2"


# While the run goes on


def gone_to(stage: Stage, course: Course) -> StopPanel:
    """The run has come so far; the sheet is told as a window tells it."""
    stage.panel.course_now = lambda: course
    stage.panel.follow()
    return stage.panel


def test_what_is_offered_goes_on_with_the_run_and_stays_marked(stage: Stage) -> None:
    panel = stage.open()
    gone_to(stage, replace(BEGUN, steps=13))
    assert (panel.number.value(), panel.words.said) == (3, "That is step 18, 5 more steps.")
    assert panel.number.lineEdit().selectedText() == "3"
    gone_to(stage, replace(BEGUN, steps=14))
    assert panel.words.said == "That is step 18, 4 more steps."
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert stage.sent == [18]


def test_what_is_typed_stays_and_is_told_when_it_is_over(stage: Stage) -> None:
    panel = stage.open()
    stage.type("3")
    gone_to(stage, replace(BEGUN, steps=17))
    assert (panel.number.value(), panel.words.said) == (3, "That is step 18, 1 more step.")
    gone_to(stage, replace(BEGUN, steps=20))
    assert (panel.number.value(), panel.words.said) == (3, "Epoch 3 is over already.")
    assert not panel.go_button.isEnabled()


def test_arrows_choose_as_well_as_typing(stage: Stage) -> None:
    panel = stage.open()
    QTest.keyClick(panel.number, Qt.Key.Key_Up)
    gone_to(stage, replace(BEGUN, steps=13))
    assert panel.number.value() == 3
    gone_to(stage, replace(BEGUN, steps=25))
    assert panel.number.value() == 3


def test_half_a_number_is_left_alone(stage: Stage) -> None:
    panel = stage.open(Course(10, 6, 600, 100))
    stage.type("7")
    gone_to(stage, Course(60, 6, 600, 100))
    QTest.keyClicks(panel.number, "5")
    assert panel.number.value() == 75


def test_enter_on_what_is_over_meanwhile_says_so_and_does_not_pause(stage: Stage) -> None:
    panel = stage.open()
    stage.type("3")
    panel.course_now = lambda: replace(BEGUN, steps=18)
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert stage.sent == []
    assert panel.isVisible()
    assert panel.words.said == "Epoch 3 is over already."


def test_of_a_fast_run_what_is_offered_can_be_reached_in_time(stage: Stage) -> None:
    """Six steps an epoch and 600 a second: in six seconds 600 epochs later, in three 300."""
    fast = Course(10, 6, 6_000_000, 1_000_000, speed=600.0)
    panel = stage.open(fast)
    assert panel.number.value() == 2 + 600
    gone_to(stage, replace(fast, steps=10 + 299 * 6))
    assert panel.number.value() == 602, "it stays long enough to be read"
    gone_to(stage, replace(fast, steps=10 + 301 * 6))
    assert panel.number.value() == 2 + 301 + 600
    gone_to(stage, replace(fast, speed=0.0))
    assert panel.number.value() == 2, "the run begins anew or rests"
    choose(panel, "step")
    gone_to(stage, fast)
    assert panel.number.value() == 10 + 3600
    gone_to(stage, replace(fast, last=400))
    assert panel.number.value() == 400, "its last step"


def test_with_a_run_that_cannot_go_on_it_closes(stage: Stage) -> None:
    panel = stage.open()
    panel.course_now = lambda: None
    panel.follow()
    assert not panel.isVisible()
