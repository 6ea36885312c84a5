"""What floats on the canvas is found by screen readers, and gives the keyboard back to the canvas when it goes."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsView, QPushButton
from pytestqt.qtbot import QtBot

from deepviz.gui.canvas_stage import CanvasStage
from tests.e2e.window import OpenWindow, Person, small_project


def told(face: QAccessibleInterface | None) -> Iterator[str]:
    """The names of all that a screen reader comes across below something."""
    if face is not None and face.isValid():
        yield face.text(QAccessible.Text.Name)
        for number in range(face.childCount()):
            yield from told(face.child(number))


def test_what_is_taken_is_told_of_and_stays_where_and_as_it_is(qtbot: QtBot) -> None:
    canvas = QGraphicsView()
    shown, hidden = QPushButton("shown", canvas), QPushButton("hidden", canvas)
    shown.move(40, 30)
    hidden.hide()
    stage = CanvasStage(canvas)
    qtbot.addWidget(stage)
    stage.show()
    assert "shown" not in told(QAccessible.queryAccessibleInterface(stage)), "Qt tells of it by itself: a needless part"
    stage.take(shown, hidden)
    assert "shown" in told(QAccessible.queryAccessibleInterface(stage))
    assert shown.pos() == QPoint(40, 30)
    assert shown.isVisible()
    assert hidden.isHidden()
    assert canvas.geometry() == stage.rect()


def test_the_control_of_the_bars_and_the_offer_of_templates_are_told_of(open_window: OpenWindow) -> None:
    bench = open_window().bench
    names = list(told(QAccessible.queryAccessibleInterface(bench.window)))
    assert "Start from a template" in names
    assert any(name.startswith("Bars beside the layers") for name in names)


def test_after_the_last_repair_the_keyboard_is_on_the_canvas(person: Person) -> None:
    bench = person.bench
    person.set_value("dense_2", "units", "5")
    bench.canvas.network.select(("loss_1",))
    (button,) = (each for card in bench.properties.cards if not card.isHidden() for each in card.buttons)
    button.setFocus()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert person.problems == []
    assert bench.canvas.hasFocus()


def test_after_one_of_several_repairs_the_keyboard_is_on_the_next(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    bench = person.bench
    person.drop_from_palette("SoftmaxCrossEntropy", person.in_viewport(0.8, 0.9))
    buttons = [each for card in bench.properties.cards if not card.isHidden() for each in card.buttons]
    assert len(buttons) > 1
    QTest.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)
    left = [each for card in bench.properties.cards if not card.isHidden() for each in card.buttons]
    assert left[0].hasFocus() if left else bench.canvas.hasFocus()
