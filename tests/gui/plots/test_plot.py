"""What every picture does: it invites, draws only what is new and visible, rests, and is written to files."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.curve_plot import CurvePlot
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.time_bins import TimeBins
from deepviz.gui.theme import LIGHT
from deepviz.training.history import History

MakeHistory = Callable[..., History]


def opened(qtbot: QtBot, kind: type[CurvePlot], history: History | None = None, width: int = 420) -> CurvePlot:
    plot = kind()
    qtbot.addWidget(plot)
    plot.resize(width, 260)
    plot.show_history(history)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def test_before_the_first_step_words_invite(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot)
    assert plot.words.isVisible()
    assert plot.words.text() == "Press Run to see the loss fall"
    history = make_history(3)
    plot.show_history(history)
    assert plot.area.isVisible()
    plot.clear()
    assert plot.words.isVisible()
    assert plot.hover_text(1) == ""


def test_a_hidden_picture_computes_nothing(qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch):
    computed: list[int] = []
    extend = TimeBins.extend
    monkeypatch.setattr(TimeBins, "extend", lambda self, *rows: computed.append(1) or extend(self, *rows))
    plot = LossPlot()
    qtbot.addWidget(plot)
    history = make_history(50)
    plot.show_history(history)
    plot.refresh()
    plot.set_logarithmic(True)
    plot.apply_theme(LIGHT)
    assert computed == []
    plot.show()
    assert computed
    seen = len(computed)
    plot.hide()
    make_history(10, first_step=51, history=history)
    plot.refresh()
    assert len(computed) == seen
    plot.show()
    assert plot.curves["train"].x[-1] == 60


def test_nothing_new_draws_nothing(qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch):
    plot = opened(qtbot, LossPlot, make_history(5))
    monkeypatch.setattr(plot, "_draw", lambda: pytest.fail("drawn again"))
    plot.refresh()


def test_a_slow_picture_rests_and_still_shows_the_last_step(
    qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch
):
    history = make_history(5)
    plot = opened(qtbot, LossPlot, history)
    drawn: list[int] = []
    draw = plot.draw
    monkeypatch.setattr(plot, "draw", lambda: (drawn.append(len(history)), draw()))
    plot._rest_until = 0.0
    plot.area.seconds_to_paint = 0.02
    for step in range(6, 16):
        make_history(1, first_step=step, history=history)
        plot.refresh()
    assert drawn == [6], "the others came during its rest"
    qtbot.waitUntil(lambda: drawn == [6, 15])


def test_what_is_visible_is_written_as_csv(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    plot = opened(qtbot, LossPlot, make_history(50))
    plot.save(tmp_path / "loss.csv")
    with (tmp_path / "loss.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, 51))
    assert [float(row["train loss"]) for row in rows] == [2 / step for step in range(1, 51)]
    assert [row["validation loss"] for row in rows][8:11] == ["", "0.3", ""]
    plot.area.zoom(0.2, 1.0, QPointF(25, 0.1))
    plot.save(tmp_path / "part.csv")
    with (tmp_path / "part.csv").open(newline="") as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == list(range(20, 31))


def test_the_picture_is_written_as_png_and_svg(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path):
    plot = opened(qtbot, LossPlot, make_history(50))
    plot.save(tmp_path / "loss.png")
    image = QImage(str(tmp_path / "loss.png"))
    size = plot.picture_size()
    assert (image.width(), image.height()) == (2 * size.width(), 2 * size.height())
    curve = plot.theme.curve(0).color
    assert any(image.pixelColor(x, y).name() == curve for x in range(80, 700) for y in range(60, 480))
    plot.save(tmp_path / "loss.svg")
    renderer = QSvgRenderer(str(tmp_path / "loss.svg"))
    assert renderer.isValid()
    text = (tmp_path / "loss.svg").read_text(encoding="utf-8")
    assert "validation" in text
    assert curve in text
    with pytest.raises(ValueError, match=r"not as \.jpg"):
        plot.save(tmp_path / "loss.jpg")


def test_saving_from_the_menu(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plot = opened(qtbot, LossPlot, make_history(50))
    chosen = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen), ""))
    action = next(action for action in plot.menu.actions() if action.text() == "Save as SVG…")
    with qtbot.waitSignal(plot.message) as said:
        action.trigger()
    assert said.args == ["Saved mine.svg"]
    assert (tmp_path / "mine.svg").exists()

    warnings: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *words: warnings.append(words[-1]))
    chosen = tmp_path / "no such folder" / "mine"
    action.trigger()
    assert warnings == ["mine.svg could not be written: No such file or directory.\nChoose another folder."]


def test_with_nothing_to_show_there_is_nothing_to_save(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot)
    saves = [action for action in plot.menu.actions() if action.text().startswith("Save")]
    assert len(saves) == 3
    assert not any(action.isEnabled() for action in saves)
    plot.show_history(make_history(3))
    assert all(action.isEnabled() for action in saves)


def test_the_menu_changes_axis_and_smoothing(qtbot: QtBot, make_history: MakeHistory):
    plot = opened(qtbot, LossPlot, make_history(50))
    actions = {action.text(): action for action in plot.menu.actions()}
    actions["Logarithmic axis"].trigger()
    np.testing.assert_allclose(plot.curves["train"].y, np.log10(2 / np.arange(1, 51)))
    actions["Logarithmic axis"].trigger()
    smoothing = {action.text(): action for action in actions["Smoothing"].menu().actions()}
    smoothing["10 steps"].trigger()
    assert plot.smoothing == 10
    assert smoothing["10 steps"].isChecked()
    assert not smoothing["None"].isChecked()
    assert plot.curves["train"].y[-1] > 2 / 50
