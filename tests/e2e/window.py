"""A whole window for a test, and a person at it who drags, clicks and types with real events.

`open_window` is a fixture; `tests/e2e/conftest.py` and `tests/gui/conftest.py` take it over from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QMessageBox,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.graph import Edge, Graph
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine.optimizers.adam import Adam
from deepviz.gui.canvas.edge_item import EdgeItem
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point, Port
from deepviz.gui.canvas.hit_test import port_place
from deepviz.gui.panels.fields import TypedField
from deepviz.gui.panels.form import DefinitionForm
from deepviz.gui.plots import all_views, view
from deepviz.gui.settings import VIEWS_OFFERED, Settings
from deepviz.gui.workbench import Workbench
from tests.patient_hand import PATIENCE

LEFT = Qt.MouseButton.LeftButton
AS_WIDE = 1206
"""Pixels that a window of a test is wide at least, so that all words of its bars have room, until it is resized."""
NO_KEYS = Qt.KeyboardModifier.NoModifier
COPY = Qt.DropAction.CopyAction


def chain(*layers: tuple[str, dict[str, object]], data: DataChoice | None = None, **run: object) -> Project:
    """A project with these layers one after another, trained by Adam."""
    settings = RunSettings().changed(**run)
    project = Project(plan=TrainingPlan(Adam(learning_rate=0.01), settings))
    if data is not None:
        project = edits.set_data(project, data)
    for key, changes in layers:
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    return edits.arrange(project)


def small_project(units: int = 8, epochs: int = 3, **run: object) -> Project:
    """input_1 (2) -> dense_1 -> tanh_1 -> dense_2 (2) -> loss_1, on spirals."""
    dense = ("Dense", {"units": units}), ("Tanh", {}), ("Dense", {"units": 2})
    return chain(("Input", {}), *dense, ("SoftmaxCrossEntropy", {}), epochs=epochs, **run)


class Person:
    """Someone at a window.

    Attributes
    ----------
    bench
        The window and all its parts.
    """

    def __init__(self, bench: Workbench, qtbot: QtBot) -> None:
        self.bench, self.qtbot = bench, qtbot

    # What can be seen

    @property
    def project(self) -> Project:
        return self.bench.editor.project

    @property
    def graph(self) -> Graph:
        return self.project.graph

    @property
    def problems(self) -> list[str]:
        return [problem.text for problem in self.bench.editor.report.problems]

    @property
    def notice(self) -> str:
        return self.bench.notice.text

    @property
    def offers(self) -> list[str]:
        """The words on the buttons of the message."""
        buttons = self.bench.notice.findChildren(QPushButton)
        return [button.text() for button in buttons if not button.isHidden()]

    def card(self, node_id: str) -> tuple[str, str, str]:
        """Shape, number of parameters and problem as the card of a node says them."""
        face = self.bench.canvas.network.node_items()[node_id].face
        return face.shape, face.parameters, face.problem

    def pairs(self) -> set[tuple[str, str]]:
        return {(edge.source, edge.target) for edge in self.graph.edges}

    def edge_item(self, source: str, target: str) -> EdgeItem:
        items = self.bench.canvas.network.edge_items()
        return next(item for edge, item in items.items() if (edge.source, edge.target) == (source, target))

    # Places of the canvas

    def middle(self, node_id: str) -> Point:
        x, y = self.bench.canvas.network.places[node_id]
        return Point(x + WIDTH / 2, y + HEIGHT - 14)

    def output(self, node_id: str) -> Point:
        return port_place(self.graph, self.bench.canvas.network.places, Port(node_id, True))

    def input(self, node_id: str, number: int = 0) -> Point:
        return port_place(self.graph, self.bench.canvas.network.places, Port(node_id, False, number))

    def in_viewport(self, x: float, y: float) -> Point:
        """The point of the scene at a place of the viewport, given as shares of its width and height."""
        viewport = self.bench.canvas.viewport()
        return self.bench.canvas.scene_point(QPointF(x * viewport.width(), y * viewport.height()))

    # What a hand does on the canvas

    def mouse(self, kind: QEvent.Type, point: Point) -> None:
        viewport = self.bench.canvas.viewport()
        place = QPointF(self.bench.canvas.place_of(point))
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
        pressed = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
        globally = QPointF(viewport.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(viewport, QMouseEvent(kind, place, globally, pressed, held, NO_KEYS))

    def click_at(self, point: Point) -> None:
        self.mouse(QEvent.Type.MouseButtonPress, point)
        self.mouse(QEvent.Type.MouseButtonRelease, point)

    def drag(self, start: Point, end: Point) -> None:
        """Press at a point of the scene, move in steps to another, and let go."""
        self.mouse(QEvent.Type.MouseButtonPress, start)
        for share in (0.2, 0.4, 0.6, 0.8, 1.0):
            middle = Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
            self.mouse(QEvent.Type.MouseMove, middle)
        self.mouse(QEvent.Type.MouseButtonRelease, end)

    def connect(self, source: str, target: str) -> None:
        """Drag from the port of one node to that of another."""
        self.drag(self.output(source), self.input(target))

    def drop_from_palette(self, key: str, point: Point) -> str:
        """Pull a row out of the palette, carry it over the canvas and let it go. Returns the new node's id."""
        palette, before = self.bench.palette, set(self.graph.by_id)
        palette.choose(key)  # its group may be closed
        carried: list[QDrag] = []
        run_drag, palette.run_drag = palette.run_drag, carried.append  # offscreen a drag returns at once
        try:
            self._pull(palette.view, palette.view.visualRect(palette.model.index_of(key)).center())
        finally:
            palette.run_drag = run_drag
        assert len(carried) == 1, f"{key} cannot be dragged"
        data = QMimeData()  # what the drag carries belongs to it and goes with it
        for mime_type in carried[0].mimeData().formats():
            data.setData(mime_type, carried[0].mimeData().data(mime_type))
        viewport, place = self.bench.canvas.viewport(), self.bench.canvas.place_of(point)
        for event in (
            QDragEnterEvent(QPoint(2, 2), COPY, data, LEFT, NO_KEYS),
            QDragMoveEvent(place, COPY, data, LEFT, NO_KEYS),
            QDropEvent(QPointF(place), COPY, data, LEFT, NO_KEYS),
        ):
            event.ignore()
            QApplication.sendEvent(viewport, event)
            assert event.isAccepted(), f"the canvas refuses {type(event).__name__} of {key}"
        (added,) = set(self.graph.by_id) - before
        return added

    def _pull(self, view: QAbstractItemView, place: QPoint) -> None:
        """Press at a place of a list and move far enough for a drag to begin."""
        viewport, away = view.viewport(), QPoint(3 * QApplication.startDragDistance(), 0)
        for kind, at in (
            (QEvent.Type.MouseButtonPress, place),
            (QEvent.Type.MouseMove, place + away),
            (QEvent.Type.MouseMove, place + 2 * away),
            (QEvent.Type.MouseButtonRelease, place + 2 * away),
        ):
            pressed = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
            held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
            globally = QPointF(viewport.mapToGlobal(at))
            QApplication.sendEvent(viewport, QMouseEvent(kind, QPointF(at), globally, pressed, held, NO_KEYS))

    # What a hand does elsewhere

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS, widget: QWidget | None = None) -> None:
        """Press a key where the keyboard is, or in a widget."""
        QTest.keyClick(widget or QApplication.focusWidget() or self.bench.window, key, keys)

    def undo(self) -> None:
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def redo(self) -> None:
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)

    def press(self, button: QAbstractButton) -> None:
        """Click a button that can be seen."""
        assert button.isVisible(), f"{button.text()!r} cannot be seen"
        assert button.isEnabled(), f"{button.text()!r} is disabled"
        QTest.mouseClick(button, LEFT)

    def take_offer(self, words: str) -> None:
        """Click a button of the message."""
        buttons = self.bench.notice.findChildren(QPushButton)
        self.press(next(button for button in buttons if button.text() == words and not button.isHidden()))

    def type_value(self, form: DefinitionForm, name: str, text: str, finish: bool = True) -> None:
        """Put the keyboard into a field of a form, type, and press Enter."""
        form.focus_field(name)
        field = form.field(name)
        assert isinstance(field, TypedField)
        assert field.line.isVisible()
        QTest.keyClicks(field.line, text)
        if finish:
            QTest.keyClick(field.line, Qt.Key.Key_Return)

    def set_value(self, node_id: str, name: str, text: str) -> None:
        """Double-click a node and type a value into its form."""
        self.click_at(self.middle(node_id))
        self.mouse(QEvent.Type.MouseButtonDblClick, self.middle(node_id))
        self.type_value(self.bench.properties.form, name, text)

    def choose_in(self, box: QComboBox, label: str) -> None:
        """Choose an entry of a drop-down list: open it, arrows, Enter."""
        goal = box.findText(label)
        assert goal >= 0, f"{label} is not listed"
        box.setFocus()
        box.showPopup()
        view = box.view()
        for _ in range(box.count()):
            if view.currentIndex().row() == goal:
                break
            QTest.keyClick(view, Qt.Key.Key_Down if view.currentIndex().row() < goal else Qt.Key.Key_Up)
        QTest.keyClick(view, Qt.Key.Key_Return)
        self.come_back()

    def come_back(self) -> None:
        """Make the window the active one again, as a window manager does when a list or dialog has closed."""
        with self.qtbot.waitActive(self.bench.window):
            self.bench.window.activateWindow()

    # Training

    def reach(self, *statuses: str, timeout: int = PATIENCE) -> None:
        """Wait until the run is in one of these states."""
        self.qtbot.waitUntil(lambda: self.bench.controller.status in statuses, timeout=timeout)

    def run_to_the_end(self, timeout: int = PATIENCE) -> None:
        """Press Run, and wait until training is done."""
        self.press(self.bench.top_bar.run_button)
        self.reach("finished", "diverged", "failed", timeout=timeout)
        assert self.bench.controller.status == "finished", self.notice
        self.see_all_drawn()

    def see_all_drawn(self) -> None:
        """Wait until every view has had its turn to draw what is new."""
        self.qtbot.waitUntil(lambda: not self.bench.views._waiting, timeout=PATIENCE)


OpenWindow = Callable[..., Person]


@pytest.fixture
def open_window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenWindow]:
    """Open a window: with an empty project and settings of its own unless others are given. All are closed again.

    A question that a test does not answer fails it, where a real one would wait for ever.
    """
    # A view that takes long rests afterwards: on a loaded machine it would show the end of a run too late.
    monkeypatch.setattr(view, "LARGEST_SHARE", 1e9)
    palette, font = qapp.palette(), qapp.font()
    people: list[Person] = []
    for dialog, names in {
        QMessageBox: ("question", "about", "exec"),
        QFileDialog: ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"),
    }.items():
        for name in names:
            monkeypatch.setattr(dialog, name, partial(_unexpected, f"{dialog.__name__}.{name}"))

    def opened(project: Project | None = None, settings: Settings | None = None) -> Person:
        if settings is None:
            settings = Settings(tmp_path / f"settings_{len(people)}.ini")
            # Else what is open at first would depend on the data of a test.
            settings.set(VIEWS_OFFERED, tuple(kind.key for kind in all_views()))
        person = Person(Workbench(qapp, Project() if project is None else project, settings), qtbot)
        people.append(person)
        window = person.bench.window
        window.resize(max(window.width(), AS_WIDE), window.height())  # the screen of tests is narrow
        with qtbot.waitExposed(person.bench.window):
            person.bench.window.show()
        person.come_back()
        person.bench.canvas.fit()
        return person

    yield opened
    ended = [person.bench.controller.shut_down() for person in people]
    for person in people:
        close(person.bench)
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
    qapp.setFont(font)
    qapp.setProperty("theme", None)
    qapp.styleHints().unsetColorScheme()
    assert all(ended), "the thread of a run did not end"


def _unexpected(dialog: str, *arguments: object) -> None:
    words = [argument for argument in arguments if isinstance(argument, str)]
    raise AssertionError(f"{dialog} was called, and the test does not say what to answer: {words}")


def close(bench: Workbench) -> None:
    """Take a window away without asking, with all that belongs to it."""
    bench.shut_down()
    bench.canvas.bubble.dismiss()
    bench.window.hide()
    for part in (bench, bench.window, bench.menu):
        part.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def edges_between(*node_ids: str) -> list[Edge]:
    """The edges of a chain."""
    return [Edge(source, target) for source, target in pairwise(node_ids)]


def colors_of(widget: QWidget) -> dict[str, int]:
    """How many pixels of each colour there are in what a widget looks like, by `#rrggbb`."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()]
    values, counts = np.unique(pixels & 0xFFFFFF, return_counts=True)
    return {f"#{value:06x}": count for value, count in zip(values.tolist(), counts.tolist(), strict=True)}
