"""Whether the minimap is wanted is one thing: in the menu, on the canvas, and at the next start."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepviz.gui.settings import MINIMAP
from tests.e2e.window import OpenWindow, Person, small_project


def test_it_is_switched_by_key_and_by_menu_and_remembered(person: Person, open_window: OpenWindow) -> None:
    bench = person.bench
    action = bench.actions["minimap"]
    assert (action.isCheckable(), action.isChecked(), bench.canvas.minimap.is_wanted) == (True, True, True)
    bench.canvas.setFocus()
    QTest.keyClick(bench.canvas, Qt.Key.Key_M)
    assert (action.isChecked(), bench.settings.get(MINIMAP)) == (False, False)
    action.trigger()
    assert (action.isChecked(), bench.canvas.minimap.is_wanted, bench.settings.get(MINIMAP)) == (True, True, True)
    action.trigger()
    again = open_window(small_project(), bench.settings).bench
    assert not again.canvas.minimap.is_wanted
    assert not again.actions["minimap"].isChecked()
