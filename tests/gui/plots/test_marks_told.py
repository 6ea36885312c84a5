"""What the dashed lines of changes stand for is told by pointer and keyboard alike, where they have no words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.event_marks import LEAST_WIDTH
from deepviz.gui.plots.loss import LossPlot
from deepviz.training.history import History
from tests.training.run_made import Record


def test_the_arrow_keys_come_by_the_words_of_each_mark(qtbot: QtBot) -> None:
    history = History(["dense_1"])
    history.append(Record(step, 1, {"loss": 1 / step}) for step in range(1, 41))
    history.add_event(38, "dense_1 frozen")
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(260, 200)
    plot.show_history(history)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.draw()
    assert plot.area.frame.width() < LEAST_WIDTH, "else the words stand in the picture"
    plot.area.setFocus()
    told = []
    for _ in range(6):
        qtbot.keyClick(plot.area, Qt.Key.Key_Left)
        told.append(" ".join(reading.name for reading in plot.area.pointer.readings) if plot.area.pointer else "")
    assert any("dense_1 frozen" in words for words in told), told
    assert "dense_1 frozen" in plot.hover_text(38)
