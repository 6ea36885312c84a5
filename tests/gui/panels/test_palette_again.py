"""What lies under the pointer may change between two clicks: the second one then counts for what lies there now."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.engine import layers, losses
from deepviz.gui.panels.palette import Palette

LEFT = Qt.MouseButton.LeftButton


def opened(qtbot: QtBot, height: int) -> tuple[Palette, list[str]]:
    """A palette with all layers, and the list in which it is noted what is chosen."""
    palette = Palette([*layers.registry.values(), *losses.registry.values()])
    qtbot.addWidget(palette)
    palette.resize(216, height)
    palette.show()
    chosen: list[str] = []
    palette.activated.connect(chosen.append)
    return palette, chosen


def place_of(palette: Palette, key: str) -> QPoint:
    return palette.view.visualRect(palette.model.index_of(key)).center()


def double_click(palette: Palette, pos: QPoint) -> None:
    """As a person does it; Qt's own one leaves out the first press."""
    viewport = palette.view.viewport()
    QTest.mouseClick(viewport, LEFT, pos=pos)
    QTest.mouseDClick(viewport, LEFT, pos=pos)
    QTest.mouseRelease(viewport, LEFT, pos=pos)


def test_a_second_click_on_a_heading_that_has_moved_away_places_nothing(qtbot: QtBot) -> None:
    palette, chosen = opened(qtbot, 400)
    palette.set_closed(["Loss"])
    palette.view.scrollToBottom()
    heading = palette.view.visualRect(palette.model.index_of_heading("Loss")).center()
    viewport = palette.view.viewport()
    QTest.mouseClick(viewport, LEFT, pos=heading)
    assert palette.view.indexAt(heading) != palette.model.index_of_heading("Loss"), "it has scrolled"
    QTest.mouseDClick(viewport, LEFT, pos=heading)  # the second half of a double click
    QTest.mouseRelease(viewport, LEFT, pos=heading)
    assert chosen == []
    double_click(palette, heading)
    assert len(chosen) == 1, "a whole double click on what is there now does place it"


def test_what_was_double_clicked_stays_under_the_pointer(qtbot: QtBot) -> None:
    palette, chosen = opened(qtbot, 400)
    palette.activated.connect(lambda key: palette.set_recent((key,)))
    pos = place_of(palette, "Dropout")
    for _ in range(3):
        double_click(palette, pos)
    assert chosen == ["Dropout"] * 3
    assert palette.current_key() == "Dropout"
