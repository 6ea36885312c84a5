"""A canvas with an owner that makes the edits it is asked for, and a hand that presses, drags and types on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.relu import ReLU
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from deepviz.gui.canvas.drops import DEFINITION_MIME
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point, Port
from deepviz.gui.canvas.hit_test import port_place
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.theme import DARK

NO_KEYS = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def chain() -> Project:
    """input_1 -> dense_1 -> relu_1 -> dense_2 -> loss_1, arranged in rows of four."""
    project, before = Project(), ""
    for layer in (Input(shape=(4,)), Dense(units=8), ReLU(), Dense(units=3), SoftmaxCrossEntropy()):
        project = edits.add_node(project, layer, (0.0, 0.0))
        added = project.graph.nodes[-1].id
        project = edits.connect(project, before, added) if before else project
        before = added
    return edits.arrange(project)


def branches() -> Project:
    """input_1 leads to dense_1 and dense_2, both lead to add_1; dense_3 stands alone."""
    project = Project()
    for layer, place in (
        (Input(shape=(4,)), (0.0, 96.0)),
        (Dense(units=8), (240.0, 0.0)),
        (Dense(units=8), (240.0, 200.0)),
        (Add(), (480.0, 96.0)),
        (Dense(units=8), (240.0, 400.0)),
    ):
        project = edits.add_node(project, layer, place)
    for source, target in (("input_1", "dense_1"), ("input_1", "dense_2"), ("dense_1", "add_1"), ("dense_2", "add_1")):
        project = edits.connect(project, source, target)
    return project


class Owner:
    """Shows a project on a canvas, makes the edits that the canvas asks for, and remembers them."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.project = Project()
        self.labels: list[str] = []
        self.refused: list[str] = []
        self.selections: list[tuple[str, ...]] = []
        self.activated: list[str] = []
        self.messages: list[str] = []
        view.edit_requested.connect(self._edit)
        view.selection_changed.connect(self.selections.append)
        view.node_activated.connect(self.activated.append)
        view.message.connect(self.messages.append)

    def show(self, project: Project, fit: bool = True) -> None:
        self.project = project
        self.view.show_graph(project.graph, check(project))
        if fit:
            self.view.fit()

    def _edit(self, label: str, edit: Callable[[Project], Project]) -> None:
        try:
            changed = edit(self.project)
        except edits.EditError as error:
            self.refused.append(str(error))
            self.view.edit_error(str(error))
            return
        self.labels.append(label)
        self.show(changed, fit=False)

    # Where things are

    @property
    def edges(self) -> set[Edge]:
        return set(self.project.graph.edges)

    def pairs(self) -> set[tuple[str, str]]:
        return {(edge.source, edge.target) for edge in self.project.graph.edges}

    def place(self, node_id: str) -> tuple[float, float]:
        return tuple(self.project.graph.node(node_id).position)

    def middle(self, node_id: str) -> Point:
        x, y = self.view.network.places[node_id]
        return Point(x + WIDTH / 2, y + HEIGHT - 14)

    def output(self, node_id: str) -> Point:
        return port_place(self.project.graph, self.view.network.places, Port(node_id, True))

    def input(self, node_id: str, number: int = 0) -> Point:
        return port_place(self.project.graph, self.view.network.places, Port(node_id, False, number))

    # What a hand does, in places of the scene

    def mouse(
        self, kind: QEvent.Type, point: Point, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS
    ) -> None:
        place = QPointF(self.view.place_of(point))
        moving = kind == QEvent.Type.MouseMove
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        pressed = Qt.MouseButton.NoButton if moving else button
        globally = QPointF(self.view.viewport().mapToGlobal(place.toPoint()))
        QApplication.sendEvent(self.view.viewport(), QMouseEvent(kind, place, globally, pressed, held, keys))

    def press(self, point: Point, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.mouse(QEvent.Type.MouseButtonPress, point, button, keys)

    def move(self, point: Point, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.mouse(QEvent.Type.MouseMove, point, button, keys)

    def release(self, point: Point, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.mouse(QEvent.Type.MouseButtonRelease, point, button, keys)

    def click(self, point: Point, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.press(point, keys=keys)
        self.release(point, keys=keys)

    def drag(
        self, start: Point, end: Point, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NO_KEYS
    ) -> None:
        self.press(start, button, keys)
        for step in range(1, 6):
            share = step / 5
            self.move(Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share), button, keys)
        self.release(end, button, keys)

    def wheel(self, point: Point, angle: int) -> None:
        place = QPointF(self.view.place_of(point))
        globally = QPointF(self.view.viewport().mapToGlobal(place.toPoint()))
        event = QWheelEvent(
            place, globally, QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton, NO_KEYS,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        QTest.keyClick(self.view, key, keys)

    # Drops from the palette

    def drag_over(self, key: str, point: Point, mime_type: str = DEFINITION_MIME) -> bool:
        """Drag a layer to a point without dropping it. Says whether the canvas would take it."""
        self._mime = QMimeData()
        self._mime.setData(mime_type, key.encode())
        place, copy = self.view.place_of(point), Qt.DropAction.CopyAction
        entering = QDragEnterEvent(place, copy, self._mime, LEFT, NO_KEYS)
        entering.ignore()
        QApplication.sendEvent(self.view.viewport(), entering)
        return self.drag_on(point) and entering.isAccepted()

    def drag_on(self, point: Point, keys: Qt.KeyboardModifier = NO_KEYS) -> bool:
        """Drag what is over the canvas to another point. Says whether the canvas would take it there."""
        place = self.view.place_of(point)
        moving = QDragMoveEvent(place, Qt.DropAction.CopyAction, self._mime, LEFT, keys)
        moving.ignore()
        QApplication.sendEvent(self.view.viewport(), moving)
        return moving.isAccepted()

    def drag_out(self) -> None:
        QApplication.sendEvent(self.view.viewport(), QDragLeaveEvent())

    def drop(self, key: str, point: Point, keys: Qt.KeyboardModifier = NO_KEYS) -> bool:
        """Drag a layer to a point and drop it there. Says whether the canvas took it."""
        self.drag_over(key, point)
        event = QDropEvent(QPointF(self.view.place_of(point)), Qt.DropAction.CopyAction, self._mime, LEFT, keys)
        event.ignore()
        QApplication.sendEvent(self.view.viewport(), event)
        return event.isAccepted()


@pytest.fixture
def owner(qtbot: QtBot) -> Owner:
    """An owner of an empty canvas of 1000 x 700 at 100 %."""
    view = CanvasView(DARK)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    qtbot.waitExposed(view)
    view.setFocus()
    return Owner(view)


@pytest.fixture
def on_chain(owner: Owner) -> Owner:
    """The owner of a canvas with a chain of five nodes."""
    owner.show(chain())
    return owner


@pytest.fixture
def on_branches(owner: Owner) -> Owner:
    """The owner of a canvas with two branches that meet, and a node of its own."""
    owner.show(branches())
    return owner
