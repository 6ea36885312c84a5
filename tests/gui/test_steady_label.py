"""A label whose words change many times a second looks as any other, and leaves the window alone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.steady_label import SteadyLabel
from deepviz.gui.theme import body_font, number_font

STYLE = 'QLabel[role="dim"] { color: #336699; }'


class Requests(QObject):
    """Counts how often widgets were asked to lay themselves out."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.count = 0
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


class Row(QWidget):
    """A label beside a stretch, in a window."""

    def __init__(self, label: QLabel) -> None:
        super().__init__()
        self.setStyleSheet(STYLE)
        self.label, self.line = label, QWidget()
        label.setFont(number_font(12))
        label.setProperty("role", "dim")
        row = QHBoxLayout(self.line)
        row.addWidget(label)
        row.addStretch(1)
        QVBoxLayout(self).addWidget(self.line)
        self.resize(300, 60)


@pytest.fixture
def row(qtbot: QtBot) -> Row:
    row = Row(SteadyLabel())
    qtbot.addWidget(row)
    row.label.setText("step 100")
    row.show()
    qtbot.waitExposed(row)
    settle()
    return row


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()


def settle() -> None:
    for _ in range(20):
        QApplication.processEvents()


def test_other_words_of_the_same_width_have_nothing_laid_out(row: Row) -> None:
    settle()
    requests = Requests(row, row.line)
    for step in range(101, 106):
        row.label.setText(f"step {step}")
        settle()
    assert row.label.text() == "step 105"
    assert requests.count == 0


def test_wider_words_get_their_room(row: Row, qtbot: QtBot) -> None:
    narrow = row.label.width()
    requests = Requests(row, row.line)
    row.label.setText("step 1 000 000")
    qtbot.waitUntil(lambda: row.label.width() > narrow)
    assert requests.count > 0
    assert row.label.width() == row.label.sizeHint().width()
    row.label.clear()
    qtbot.waitUntil(lambda: row.label.width() < narrow)
    assert row.label.text() == ""


def test_narrower_figures_keep_the_room_of_wider_ones(row: Row) -> None:
    row.label.setFont(body_font(24))
    row.label.setText("step 000")
    settle()
    room, narrower = row.label.sizeHint(), row.label.fontMetrics().horizontalAdvance("step 111")
    requests = Requests(row, row.line)
    row.label.setText("step 111")
    settle()
    assert narrower < room.width(), "otherwise this shows nothing"
    assert row.label.sizeHint() == room
    assert requests.count == 0
    row.label.setText("step 11")
    assert row.label.sizeHint().width() < narrower


def test_larger_letters_get_their_room(row: Row, qtbot: QtBot) -> None:
    before = row.label.width()
    row.label.setFont(number_font(24))
    qtbot.waitUntil(lambda: row.label.width() > 1.5 * before)


@pytest.mark.parametrize("alignment", [Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight])
@pytest.mark.parametrize("words", ["", "step 12 345 · now", "watching costs 7 %"])
def test_it_looks_as_a_stock_label(words: str, alignment: Qt.AlignmentFlag, qtbot: QtBot) -> None:
    shown = []
    for label in (QLabel(), SteadyLabel()):
        row = Row(label)
        qtbot.addWidget(row)
        label.setAlignment(alignment)
        label.setText(words)
        row.show()
        qtbot.waitExposed(row)
        settle()
        shown.append((label.geometry(), label.sizeHint(), label.minimumSizeHint(), pixels(row)))
    (place, hint, least, stock), (place_of_ours, our_hint, our_least, ours) = shown
    assert our_hint == hint
    assert our_least == least
    assert place_of_ours == place
    assert np.array_equal(ours, stock)
    assert (np.abs(stock.astype(int) - stock[0, 0]).max() > 30) == bool(words), "there is something to be seen"


def test_a_screen_reader_reads_what_it_says_now(qtbot: QtBot) -> None:
    label = SteadyLabel()
    qtbot.addWidget(label)
    for words in ("epoch 1 of 9", "epoch 2 of 9", "finished", ""):
        label.setText(words)
        read = QAccessible.queryAccessibleInterface(label)
        assert read is not None
        assert read.role() == QAccessible.Role.StaticText
        assert read.text(QAccessible.Text.Name) == words
