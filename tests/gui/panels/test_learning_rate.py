"""The learning rate is dragged, stepped and typed; each gesture is one undo step and every value stays legal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from deepviz.document import edits
from deepviz.engine import optimizers
from deepviz.gui.editor import Editor
from deepviz.gui.panels.learning_rate import LearningRateSlider

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def rate(editor: Editor, show: Callable[..., QWidget]) -> LearningRateSlider:
    made = LearningRateSlider(editor)
    show(made, 400, 60)
    return made


def drag(rate: LearningRateSlider, start: int, end: int) -> None:
    slider, middle = rate.slider, rate.slider.height() // 2
    QTest.mousePress(slider, LEFT, pos=QPoint(start, middle))
    for x in range(start, end, 3 if end > start else -3):
        QTest.mouseMove(slider, QPoint(x, middle))
    QTest.mouseMove(slider, QPoint(end, middle))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(end, middle))


def type_rate(rate: LearningRateSlider, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    rate.line.setFocus()
    rate.line.selectAll()
    QTest.keyClicks(rate.line, text)
    QTest.keyClick(rate.line, key)


def test_it_shows_the_value_in_two_figures(rate: LearningRateSlider) -> None:
    assert rate.line.text() == "0.001"
    assert rate.slider.value() == -300


def test_a_drag_is_one_undo_step(rate: LearningRateSlider, editor: Editor) -> None:
    drag(rate, 48, 90)
    assert rate.value > 0.05
    assert rate.value == float(f"{rate.value:.1e}")
    assert editor.undo_stack.count() == 1
    drag(rate, 90, 30)
    assert editor.undo_stack.count() == 2
    editor.undo_stack.undo()
    assert rate.value > 0.05
    editor.undo_stack.undo()
    assert rate.value == 0.001
    assert rate.slider.value() == -300


def test_the_ends_of_the_slider(rate: LearningRateSlider) -> None:
    drag(rate, 50, 400)
    assert rate.value == 10.0
    drag(rate, 50, -400)
    assert rate.value == pytest.approx(1e-6)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Qt.Key.Key_Right, 0.002),
        (Qt.Key.Key_Down, 0.0005),
        (Qt.Key.Key_PageUp, 0.01),
        (Qt.Key.Key_PageDown, 0.0001),
        (Qt.Key.Key_Home, 1e-6),
        (Qt.Key.Key_End, 10.0),
    ],
)
def test_keys_step_along_round_values(rate: LearningRateSlider, key: Qt.Key, value: float) -> None:
    rate.slider.setFocus()
    QTest.keyClick(rate.slider, key)
    assert rate.value == pytest.approx(value)


def test_quick_steps_are_one_undo_step(rate: LearningRateSlider, editor: Editor) -> None:
    rate.slider.setFocus()
    for _ in range(4):
        QTest.keyClick(rate.slider, Qt.Key.Key_Up)
    assert rate.value == pytest.approx(0.02)
    assert editor.undo_stack.count() == 1


@pytest.mark.parametrize(("text", "value"), [("0.03", 0.03), ("1e-4", 1e-4), ("0,5", 0.5), ("250", 250.0)])
def test_a_value_can_be_typed(rate: LearningRateSlider, text: str, value: float) -> None:
    type_rate(rate, text)
    assert rate.value == pytest.approx(value)
    rate.slider.setFocus()
    assert float(rate.line.text()) == pytest.approx(value, rel=0.05)


@pytest.mark.parametrize("text", ["0", "-1", "fast", "1e9", "nan"])
def test_what_is_no_learning_rate_changes_nothing(rate: LearningRateSlider, editor: Editor, text: str) -> None:
    type_rate(rate, text)
    assert rate.value == 0.001
    assert editor.undo_stack.count() == 0
    assert rate.line.property("invalid")
    assert "Learning rate must be" in rate.line.toolTip()
    rate.slider.setFocus()
    assert rate.line.text() == "0.001"
    assert not rate.line.property("invalid")


def test_escape_takes_back_what_is_half_typed(rate: LearningRateSlider, editor: Editor) -> None:
    type_rate(rate, "0.5", Qt.Key.Key_Escape)
    rate.slider.setFocus()
    assert rate.value == 0.001
    assert editor.undo_stack.count() == 0


def test_the_whole_value_is_shown_while_typing(rate: LearningRateSlider, editor: Editor) -> None:
    type_rate(rate, "0.00123")
    assert rate.line.text() == "0.00123"
    rate.slider.setFocus()
    assert rate.line.text() == "0.0012"
    assert rate.value == 0.00123
    assert editor.undo_stack.count() == 1  # showing it in short must not have changed it


def test_the_wheel_needs_the_keyboard(rate: LearningRateSlider) -> None:
    def turn() -> None:
        centre = QPointF(rate.slider.rect().center())
        QApplication.sendEvent(
            rate.slider,
            QWheelEvent(
                centre,
                rate.slider.mapToGlobal(centre),
                QPoint(),
                QPoint(0, 120),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    rate.line.setFocus()
    turn()
    assert rate.value == 0.001
    rate.slider.setFocus()
    turn()
    assert rate.value == 0.002


def test_it_follows_other_changes(rate: LearningRateSlider, editor: Editor) -> None:
    plan = editor.project.plan
    changed = type(plan)(optimizers.SGD(learning_rate=0.1), plan.run)
    editor.apply("Use SGD", lambda project: edits.set_plan(project, changed))
    assert rate.line.text() == "0.1"
    assert rate.slider.value() == -100
    drag(rate, 60, 48)
    assert isinstance(editor.project.plan.optimizer, optimizers.SGD)


def test_it_fits_the_toolbar(rate: LearningRateSlider) -> None:
    assert rate.minimumSizeHint().height() <= 44
    assert rate.sizeHint().width() <= 208
    assert rate.slider.accessibleName() == rate.line.accessibleName() == "Learning rate"
