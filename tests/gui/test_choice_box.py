"""Fields of the project's own: what is chosen is shortened with dots, and numbers keep away from the border."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QApplication, QComboBox, QStyle, QStyleOptionComboBox, QToolTip
from pytestqt.qtbot import QtBot

from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.number_box import DecimalBox, NumberBox
from deepviz.gui.plots.header import HEIGHT, PlotHeader

pytestmark = pytest.mark.usefixtures("dressed")


def room_of(box: QComboBox) -> int:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    field = QStyle.SubControl.SC_ComboBoxEditField
    return box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, box).width()


def test_what_has_no_room_ends_in_dots_and_what_has_stays_whole(qtbot: QtBot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItem("Mean ± standard deviation")
    box.show()
    assert box.shown_text == "Mean ± standard deviation", "as wide as it wants to be, it shows all"
    whole = box.grab().toImage()
    box.setFixedWidth(100)
    assert box.shown_text.startswith("Mean")
    assert box.shown_text.endswith("…")
    assert QFontMetrics(box.font()).horizontalAdvance(box.shown_text) <= room_of(box)
    assert box.grab().toImage() != whole.copy(0, 0, 100, whole.height())


@pytest.mark.parametrize("kind", [NumberBox, DecimalBox])
def test_a_number_stands_away_from_the_border(qtbot: QtBot, kind: type[NumberBox | DecimalBox]) -> None:
    box = kind()
    qtbot.addWidget(box)
    box.setRange(0, 8000)
    box.setValue(8000)
    box.show()
    box.lineEdit().deselect()
    image = box.grab().toImage()
    rows = range(6, image.height() - 6)
    inked = [x for x in range(3, image.width() - 22) for y in rows if image.pixelColor(x, y).lightness() > 120]
    assert 7 <= min(inked) <= 12, "as in other fields, whose padding is 9"
    metrics = QFontMetrics(box.font())
    assert max(inked) >= min(inked) + metrics.horizontalAdvance(box.text()) - 4, "nothing of it is cut off"


def test_choices_in_the_line_above_a_view_are_lower_than_it(qtbot: QtBot) -> None:
    header = PlotHeader("Confusion matrix")
    qtbot.addWidget(header)
    box = ChoiceBox(header)
    box.addItem("Validation")
    header.add(box)
    header.resize(400, HEIGHT)
    header.show()
    assert box.height() <= HEIGHT - 4
    assert box.geometry().top() >= 2
    assert box.geometry().bottom() <= HEIGHT - 3
    assert box.shown_text == "Validation"
    box.setFocus()
    assert box.height() <= HEIGHT - 4, "the ring of what has the keyboard makes it no higher"


def test_the_tip_says_what_is_cut_short(qtbot: QtBot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItem("displacement (cu in)")
    box.setToolTip("Input along the vertical axis")
    box.setFixedWidth(80)
    box.show()
    place = box.rect().center()
    QApplication.sendEvent(box, QHelpEvent(QEvent.Type.ToolTip, place, box.mapToGlobal(place)))
    assert QToolTip.text() == "displacement (cu in)\nInput along the vertical axis"
    QToolTip.hideText()
