"""A view in front of somebody, with a network whose answers it shows as the window would."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.document.shapes import check
from deepviz.gui.plots.look import Look
from deepviz.gui.settings import Settings
from deepviz.insight.subject import Subject, UnanswerableError
from deepviz.training.run_plan import facts_of
from tests.insight.made_subjects import ignored

AnyLook = TypeVar("AnyLook", bound=Look)
LEFT, RIGHT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton


def opened(
    qtbot: QtBot,
    kind: type[AnyLook],
    subject: Subject,
    size: tuple[int, int] = (640, 320),
    settings: Settings | None = None,
) -> AnyLook:
    """A view on the screen that is answered whenever it asks."""
    look = kind(None)
    qtbot.addWidget(look)
    look.resize(*size)
    if settings is not None:
        look.take_settings(settings)
    look.asked.connect(lambda: answer(look, subject))
    with qtbot.waitActive(look):
        look.show()
        look.activateWindow()
    look.show_project(subject.project, subject.data, check(subject.project, facts_of(subject.data)))
    return look


def answer(look: Look, subject: Subject) -> None:
    """Put the view's question to the network."""
    question = look.question()
    if question is not None:
        try:
            look.take_answer(question.answer(subject, ignored), subject.step)
        except UnanswerableError as error:
            look.take_refusal(str(error))


def mouse(widget: QWidget, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
    """One real mouse event at a point of a widget."""
    far = QPointF(widget.mapToGlobal(QPoint(0, 0))) + place
    QApplication.sendEvent(widget, QMouseEvent(kind, place, far, button, held, Qt.KeyboardModifier.NoModifier))


def drag(widget: QWidget, places: list[QPointF], button: Qt.MouseButton = LEFT) -> None:
    """Press at the first of some points, move through the others, release at the last."""
    mouse(widget, QEvent.Type.MouseButtonPress, places[0], button, button)
    for place in places[1:]:
        mouse(widget, QEvent.Type.MouseMove, place, NO_BUTTON, button)
    mouse(widget, QEvent.Type.MouseButtonRelease, places[-1], button, NO_BUTTON)


def click(widget: QWidget, place: QPointF) -> None:
    """Press and release at a point."""
    drag(widget, [place])
