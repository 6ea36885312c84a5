"""The line at the bottom: whole numbers in thin-spaced thousands, speeds to three figures, times in words."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from deepviz.gui.status_line import MARGINS, StatusLine, duration, three_figures
from deepviz.gui.steady_label import SteadyLabel

THIN = "\u202f"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "1 s left"),
        (0.4, "1 s left"),
        (59.4, "59 s left"),
        (59.6, "1 min 0 s left"),
        (130.0, "2 min 10 s left"),
        (599.0, "9 min 59 s left"),
        (600.0, "10 min left"),
        (3599.0, "59 min left"),
        (3600.0, "1 h 0 min left"),
        (90_000.0, "25 h 0 min left"),
    ],
)
def test_a_time_is_told_as_exactly_as_it_can_be_known(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("speed", "rounded"), [(0.4, 0), (7.6, 8), (128.4, 128), (1284.0, 1280), (99_960.0, 100_000), (1e6 + 1, 1_000_000)]
)
def test_speeds_keep_three_figures(speed: float, rounded: int) -> None:
    assert three_figures(speed) == rounded


def test_figures_are_told_with_their_units(qtbot: QtBot) -> None:
    line = StatusLine(QLabel("Ready"), QLabel("Full speed"))
    qtbot.addWidget(line)
    line.resize(1280, 26)
    line.show_figures("training", 3, 1200, 45_678, 123_456.0)
    assert line.figures == f"training  ·  epoch 3 of 1{THIN}200  ·  step 45{THIN}678  ·  123{THIN}000 samples/s"
    line.show_figures("training", 3, 1200, 45_678, 0.42, cost=0.004)
    assert line.figures.endswith(f"0.42 samples/s  ·  watching costs < 1{THIN}%")
    line.show_figures("training", 3, 1200, 45_678, 9.96, cost=0.126)
    assert line.figures.endswith(f"10 samples/s  ·  watching costs 13{THIN}%")
    line.show_figures("paused", 3, 1200, 45_678, 0.0)
    assert line.figures.endswith(f"step 45{THIN}678")


def test_what_has_no_room_is_left_out_and_nothing_is_cut_off(qtbot: QtBot) -> None:
    line = StatusLine(QLabel("No problems · 626 parameters"), QLabel("Full speed"))
    qtbot.addWidget(line)
    line.show()
    shortest = f"epoch 1{THIN}796 of 3{THIN}000  ·  step 26{THIN}937"
    beside = line._readiness.sizeHint().width() + line._tempo.sizeHint().width() + MARGINS  # in whatever style is set
    said = set()
    for width in range(1280, beside + line._figures.fontMetrics().horizontalAdvance(shortest), -10):
        line.resize(width, 26)
        line.show_figures("training", 1796, 3000, 26_937, 146_000.0, cost=0.81)
        line.layout().activate()
        label = line._figures
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), f"cut off at {width}"
        assert f"step 26{THIN}937" in line.figures
        assert "watching costs 81" in label.toolTip()
        assert "146" in label.toolTip()
        said.add(line.figures)
    assert len(said) == 4
    assert any(f"samples/s  ·  watching costs 81{THIN}%" in words for words in said)


def test_the_reason_of_an_end_is_told_where_there_is_room(qtbot: QtBot) -> None:
    line = StatusLine(QLabel("Ready"), QLabel("Full speed"))
    qtbot.addWidget(line)
    line.resize(1280, 26)
    line.show()
    why = "Stopped early after epoch 3: the validation loss has not become better than 0.0280581 for 4 epochs."
    line.show_figures("stopped early", 3, 6, 45, 0.0, why)
    assert line.figures == f"{why.removesuffix('.')}  ·  epoch 3 of 6  ·  step 45"
    line.resize(700, 26)
    assert line.figures == "stopped early  ·  epoch 3 of 6  ·  step 45"
    line.resize(1280, 26)
    assert line.figures.startswith(why.removesuffix("."))
    assert line.minimumSizeHint().width() < 400, "a long reason does not hold the window open"


def test_a_message_that_has_no_room_ends_in_dots_and_its_tip_has_all_of_it(qtbot: QtBot) -> None:
    line, words = StatusLine(QLabel("Ready"), QLabel("Full speed")), "Saved what there is, in a place that is far away."
    qtbot.addWidget(line)
    line.resize(1000, 26)
    line.show()
    line.show_figures("training", 3, 1200, 45_678, 123_456.0)
    assert line.toolTip() == ""
    line.showMessage(words)
    assert line.message == line.toolTip() == words
    line.resize(640, 26)
    assert line.message.endswith("…")
    assert line.fontMetrics().horizontalAdvance(line.message) <= line.findChildren(SteadyLabel)[0].x()
    assert line.currentMessage() == words
    line.clearMessage()
    assert line.toolTip() == ""
