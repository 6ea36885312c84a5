"""A small project to look at, and a window in the product's own look to put a panel in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.editor import Editor
from deepviz.gui.settings import Settings
from tests.gui.panels.form_stage import Everything, Shown

KINDS = ("Dense", "ReLU", "Dense", "SoftmaxCrossEntropy")

Show = Callable[..., QWidget]


def small_network() -> Project:
    """input_1 (2) -> dense_1 (8) -> relu_1 -> dense_2 (2) -> loss_1, on spirals."""
    project = edits.add_node(Project(name="small"), edits.new_layer("Input"), (0.0, 0.0))
    for kind in KINDS:
        layer = edits.new_layer(kind)
        if kind == "Dense":
            layer = layer.changed(units=2 if "dense_1" in project.graph.by_id else 8)
        project = edits.append_after(project, layer, project.graph.nodes[-1].id)
    return project


@pytest.fixture
def editor(qapp: QApplication) -> Iterator[Editor]:
    """An editor with a small network that has no problems. It goes after the test, and with it all that follows it."""
    made = Editor(small_network())
    assert not made.report.problems
    yield made
    made.deleteLater()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of nobody."""
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def show(qtbot: QtBot, dressed: None) -> Iterator[Show]:
    """Put a panel in a window of its own and show it, with the keyboard."""
    windows: list[QWidget] = []

    def shown(panel: QWidget, width: int = 288, height: int = 700) -> QWidget:
        window = QWidget()
        row = QHBoxLayout(window)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(panel)
        window.resize(width, height)
        qtbot.addWidget(window)
        windows.append(window)
        with qtbot.waitExposed(window):
            window.show()
        with qtbot.waitActive(window):
            window.activateWindow()
        window.setFocus(Qt.FocusReason.OtherFocusReason)
        return window

    yield shown
    for window in windows:
        window.close()


@pytest.fixture
def choose_in(qtbot: QtBot) -> Callable[[QComboBox, str], None]:
    """Choose an entry of a drop-down list as a person does without a pointer: open it, arrows, Enter."""

    def choose(box: QComboBox, label: str) -> None:
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

    return choose


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    """A form with every kind of field, in a window."""
    return Shown(qtbot, Everything())
