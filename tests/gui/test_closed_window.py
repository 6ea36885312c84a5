"""What is left of a window that was closed, and of an editor that nobody holds any more: nothing.

A part that holds itself, by a connection to something without an owner, keeps its whole window with it.
"""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsItem
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.editor import Editor
from deepviz.gui.plots import all_views
from deepviz.gui.settings import VIEWS_OFFERED, Settings
from deepviz.gui.workbench import Workbench
from tests.e2e.window import OpenWindow, Person, close, small_project
from tests.gui.window_hands import press_shortcut

Use = Callable[[Person], None]


def look(_person: Person) -> None:
    """Only look at it."""


def train_with_all_views(person: Person) -> None:
    """Open every view, train, and wait for what they show."""
    for kind in all_views():
        person.bench.views.open(kind.key)
    person.run_to_the_end()
    person.qtbot.waitUntil(lambda: not person.bench.inspector.is_busy)


def open_sheets(person: Person) -> None:
    """Open the sheets, the menus of cards and the runs, and change the theme to and fro."""
    bench = person.bench
    for name in ("shortcuts", "about", "runs", "theme", "theme", "problems", "bars", "views", "picture", "history"):
        bench.actions[name].trigger()
        QApplication.processEvents()
        person.key(Qt.Key.Key_Escape)
    person.click_at(person.middle("tanh_1"))
    person.key(Qt.Key.Key_Slash, widget=bench.canvas)
    assert bench.add_menu.isVisible()
    person.key(Qt.Key.Key_Escape)


def edit(person: Person) -> None:
    """Choose, type, draw and undo."""
    person.set_value("dense_1", "units", "9")
    person.click_at(person.middle("tanh_1"))
    person.key(Qt.Key.Key_Delete)
    QTest.keyClicks(person.bench.palette.search, "conv")
    press_shortcut("Ctrl+Z", person.bench.canvas)
    QApplication.processEvents()


def left_of_qt() -> Counter[str]:
    """What Python still has of Qt's objects and drawn items, alive or not, by kind."""
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, (QObject, QGraphicsItem)))


@pytest.mark.parametrize("use", [look, train_with_all_views, open_sheets, edit])
def test_a_closed_window_leaves_nothing(
    use: Use, open_window: OpenWindow, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    def open_and_close(name: str) -> weakref.ref[Workbench]:
        settings = Settings(tmp_path / f"{name}.ini")
        settings.set(VIEWS_OFFERED, tuple(kind.key for kind in all_views()))
        person = Person(Workbench(qapp, small_project(), settings), qtbot)
        with qtbot.waitExposed(person.bench.window):
            person.bench.window.show()
        person.come_back()
        use(person)
        assert person.bench.controller.shut_down()
        close(person.bench)
        return weakref.ref(person.bench)

    open_and_close("first")  # what is made once for all windows may stay
    before = left_of_qt()
    gone = open_and_close("second")
    assert left_of_qt() - before == Counter()
    assert gone() is None


def test_an_editor_that_nobody_holds_takes_its_steps_along(qapp: QApplication) -> None:
    """Freed in this order, the younger steps first, Qt's stack was left with steps that were gone: a crash."""
    gc.collect()
    editor = Editor(Project())
    gc.collect(0)  # from here on it is older than what comes
    for kind in ("Input", "Dense", "ReLU"):
        editor.apply(f"Add {kind}", lambda project, kind=kind: edits.append(project, edits.new_layer(kind)))
    assert editor.undo_stack.count() == 3
    gone, stack = weakref.ref(editor), weakref.ref(editor.undo_stack)
    del editor
    gc.collect()
    assert gone() is None
    assert stack() is None
