"""The smallest window there can be, with every view open: nothing of the panels beside the canvas is cut off."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QTabBar

from tests.e2e.window import OpenWindow, small_project
from tests.gui.window_hands import train_steps


def test_with_all_views_open_the_panels_keep_their_room(open_window: OpenWindow) -> None:
    person = open_window(small_project())
    window = person.bench.window
    window.show_workspace("train")
    train_steps(person, 5)
    for key in person.bench.views.kinds:
        person.bench.views.open(key)
    window.resize(window.minimumSize())
    person.qtbot.waitUntil(lambda: window.size() == window.minimumSize())
    person.bench.canvas.select(("dense_1",))
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
        page = window.tabs.widget(number)
        assert isinstance(page, QScrollArea)
        assert page.widget().width() <= page.viewport().width(), window.tabs.tabText(number)
    for tabs in (window.left_tabs, window.tabs):
        assert tabs.tabBar().sizeHint().width() <= tabs.width(), "its tabs need no arrows"
    assert window.right.geometry().right() < window.width()
    bars = [bar for bar in window.findChildren(QTabBar) if bar.parent() is window and bar.isVisible()]
    assert len(bars) > 1
    assert all(bar.elideMode() is Qt.TextElideMode.ElideNone for bar in bars), "titles are not cut off"
