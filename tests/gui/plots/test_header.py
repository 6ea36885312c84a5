"""The line above a picture leaves out values, then names, rather than cutting anything off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.header import Entry, PlotHeader
from deepviz.gui.theme import DARK

ENTRIES = (Entry("train", "0.1183", "#56b4e9"), Entry("validation", "0.1250", "#e69f00", (6, 3)))


@pytest.mark.parametrize(("room", "fits"), [(400, (True, True)), (200, (False, True)), (60, (False, False))])
def test_what_fits(qtbot: QtBot, room: float, fits: tuple[bool, bool]):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.set_entries(ENTRIES)
    assert header._what_fits(room) == fits


def test_a_title_that_is_too_long_is_said_in_fewer_letters(qtbot: QtBot):
    header = PlotHeader("‖∂L/∂θ‖ by layer", short="Gradients")
    qtbot.addWidget(header)
    assert header.title_in(300) == "‖∂L/∂θ‖ by layer"
    assert header.title_in(90) == "Gradients"
    assert header.title_in(30).endswith("…")
    without = PlotHeader("‖∂L/∂θ‖ by layer")
    qtbot.addWidget(without)
    assert without.title_in(90).startswith("‖∂L/∂θ‖")


def test_nothing_is_painted_under_the_button(qtbot: QtBot):
    for width in range(60, 420, 20):
        header = PlotHeader("Loss")
        qtbot.addWidget(header)
        header.resize(width, header.height())
        header.apply_theme(DARK)
        header.set_entries(ENTRIES)
        header.show()
        image = header.grab().toImage()
        left = header.menu_button.x()
        background = image.pixelColor(width - 1, 0)
        for y in range(image.height()):
            assert image.pixelColor(left - 2, y) == background


def test_a_double_click_is_reported(qtbot: QtBot):
    header = PlotHeader("Loss")
    qtbot.addWidget(header)
    header.show()
    with qtbot.waitSignal(header.double_clicked):
        qtbot.mouseDClick(header, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert QColor(header.menu_button.color).isValid()


def test_names_make_room_as_soon_as_a_button_comes(qtbot: QtBot):
    painted: list[QRect] = []

    class Watched(PlotHeader):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted.append(event.rect())
            super().paintEvent(event)

    header = Watched("Fit")
    qtbot.addWidget(header)
    header.resize(260, header.height())
    header.set_entries([Entry("network", "", "#ff0000"), Entry("targets", "", "#00ff00", is_patch=True)])
    header.show()
    qtbot.waitExposed(header)
    qtbot.waitUntil(lambda: header.rect() in painted)
    QApplication.processEvents()  # all that was to be painted at first
    painted.clear()
    header.follow_button.show()
    qtbot.waitUntil(lambda: header.rect() in painted)
