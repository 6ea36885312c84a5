"""Bars stand where their numbers are, and say them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.unit_bars import UnitBars
from deepviz.gui.theme import DARK
from tests.gui.plots.looks import hover


@pytest.fixture
def bars(qtbot: QtBot) -> UnitBars:
    made = UnitBars(lambda unit: Pointer(0.0, f"unit {unit}", (Reading("value", str(unit), "#ffffff"),)))
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    made.show_values(np.array([1.0, -0.5, 0.0, np.nan]), -1.0, 1.0, ("a", "b", "c", "d"))
    return made


def test_heights_are_shares_of_the_axis(bars: UnitBars) -> None:
    shot, frame = bars.grab().toImage(), bars.frame()
    slot = frame.width() / 4

    def color(unit: int, value: float) -> str:
        y = frame.bottom() - (value + 1) / 2 * frame.height()
        return shot.pixelColor(int(frame.left() + (unit + 0.5) * slot), int(y)).name()

    assert color(0, 0.9) == color(0, 0.1) != color(0, -0.3)
    assert color(1, -0.4) == color(1, -0.1) != color(1, -0.62)
    assert color(1, -0.4) != color(0, 0.1), "what is below zero has another colour"
    assert color(3, 0.77) == color(3, -0.77) == DARK.bad
    assert color(2, 0.3) == color(0, -0.3)


def test_the_pointer_and_keys_say_the_unit(bars: UnitBars) -> None:
    frame = bars.frame()
    hover(bars, QPointF(frame.left() + 1.5 * frame.width() / 4, frame.center().y()))
    assert bars.pointed == 1
    assert bars.accessibleDescription() == "unit 1\nvalue 1"
    QTest.keyClick(bars, Qt.Key.Key_Right)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    assert bars.pointed == 3
    bars.grab()
    QTest.keyClick(bars, Qt.Key.Key_Escape)
    assert bars.pointed is None
    assert bars.accessibleDescription() == ""


def test_fewer_units_take_the_pointer_away(bars: UnitBars) -> None:
    bars.point_at(3)
    bars.show_values(np.array([1.0, 2.0]), 0.0, 2.0)
    assert bars.pointed is None
    bars.grab()
