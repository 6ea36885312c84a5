"""The strip shows as many pictures as fit, those that were chosen, and one alone on request."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from deepviz.gui import plots
from deepviz.gui.plots.strip import PlotStrip
from deepviz.gui.theme import DARK, LIGHT
from deepviz.training.history import History

MakeHistory = Callable[..., History]


@pytest.fixture
def strip(qtbot: QtBot) -> PlotStrip:
    strip = PlotStrip()
    qtbot.addWidget(strip)
    strip.resize(1280, 280)
    strip.show()
    qtbot.waitExposed(strip)
    return strip


def visible(strip: PlotStrip) -> list[str]:
    return [key for key, plot in strip.plots.items() if plot.isVisible()]


def click(qtbot: QtBot, strip: PlotStrip, title: str) -> None:
    tab = next(tab for tab in strip._tabs.values() if tab.text() == title)
    qtbot.mouseClick(tab, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("width", "keys"),
    [
        (300, ["loss"]),
        (640, ["loss", "gradient_norms"]),
        (820, ["loss", "gradient_norms", "gradient_map"]),
        (1280, ["loss", "gradient_norms", "gradient_map"]),
        (1600, ["loss", "accuracy", "learning_rate", "gradient_norms", "gradient_map"]),
    ],
)
def test_as_many_pictures_as_fit(strip: PlotStrip, width: int, keys: list[str]):
    strip.resize(width, 280)
    assert visible(strip) == keys
    assert list(strip.shown) == keys


def test_they_stand_side_by_side_inside_the_strip(strip: PlotStrip):
    pictures = [strip.plots[key] for key in strip.shown]
    for left, right in itertools.pairwise(pictures):
        assert left.geometry().right() < right.geometry().left()
    assert pictures[-1].geometry().right() <= strip.width()
    assert min(picture.width() for picture in pictures) > 380


def test_accuracy_takes_the_place_of_the_loss_and_back(qtbot: QtBot, strip: PlotStrip):
    click(qtbot, strip, "Accuracy")
    assert visible(strip) == ["accuracy", "gradient_norms", "gradient_map"]
    click(qtbot, strip, "Loss")
    assert visible(strip) == ["loss", "gradient_norms", "gradient_map"]


def test_a_click_on_what_is_shown_hides_it_but_never_the_last(qtbot: QtBot, strip: PlotStrip):
    click(qtbot, strip, "Gradients")
    assert visible(strip) == ["loss", "gradient_map"]
    click(qtbot, strip, "Gradient map")
    click(qtbot, strip, "Loss")
    assert visible(strip) == ["loss"]
    click(qtbot, strip, "Accuracy")
    assert visible(strip) == ["loss", "accuracy"], "there is room for both"


def test_a_double_click_on_a_title_maximises_and_restores(qtbot: QtBot, strip: PlotStrip):
    header = strip.plots["gradient_norms"].header
    qtbot.mouseDClick(header, Qt.MouseButton.LeftButton, pos=QPoint(30, 14))
    assert visible(strip) == ["gradient_norms"]
    assert strip.maximised == "gradient_norms"
    qtbot.waitUntil(lambda: strip.plots["gradient_norms"].width() > 1200)
    qtbot.mouseDClick(header, Qt.MouseButton.LeftButton, pos=QPoint(30, 14))
    assert visible(strip) == ["loss", "gradient_norms", "gradient_map"]
    strip.maximise("loss")
    qtbot.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.maximised is None


def test_all_pictures_follow_the_history(strip: PlotStrip, make_history: MakeHistory):
    history = make_history(20)
    strip.show_history(history)
    make_history(10, first_step=21, history=history)
    for plot in strip.plots.values():
        plot._rest_until = 0.0
    strip.refresh()
    for key in strip.shown:
        assert strip.plots[key].area.x_range == (0.0, 30.0)
    strip.clear()
    assert all(strip.plots[key].words.isVisible() for key in strip.shown)


def test_hidden_pictures_are_not_drawn(strip: PlotStrip, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(strip.plots["accuracy"], "draw", lambda: pytest.fail("drawn while hidden"))
    strip.show_history(make_history(20))
    strip.refresh()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_theme_reaches_every_picture(strip: PlotStrip, make_history: MakeHistory, theme: object):
    chosen = LIGHT if theme is LIGHT else DARK
    strip.show_history(make_history(20))
    strip.apply_theme(chosen)
    image = strip.grab().toImage()
    assert image.pixelColor(3, 200).name() == chosen.panel
    for key in strip.shown:
        corner = strip.plots[key].area.mapTo(strip, QPoint(1, 1))
        assert image.pixelColor(corner).name() == chosen.panel


def test_tabs_work_from_the_keyboard(qtbot: QtBot, strip: PlotStrip):
    qtbot.keyClick(strip._tabs["accuracy"], Qt.Key.Key_Space)
    assert "accuracy" in visible(strip)


PLUGIN = '''
from deepviz.gui.plots.curve_plot import CurvePlot


class SpeedPlot(CurvePlot):
    """How fast it trains."""

    key = "speed"
    title = "Speed"
    order = 900

    def lines(self):
        return self.train_and_validation("speed")
'''


def test_a_picture_is_added_by_adding_a_file(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_history: MakeHistory
):
    (tmp_path / "speed_of_training.py").write_text(PLUGIN)
    monkeypatch.setattr(plots, "__path__", [*plots.__path__, str(tmp_path)])
    try:
        assert [kind.key for kind in plots.all_plots()] == [
            *("loss", "accuracy", "metrics", "learning_rate", "gradient_norms", "gradient_map", "speed")
        ]
        strip = PlotStrip()
        qtbot.addWidget(strip)
        strip.resize(1280, 280)
        strip.show()
        click(qtbot, strip, "Speed")
        assert strip.plots["speed"].isVisible()
        strip.show_history(make_history(5))
        strip.refresh()
    finally:
        sys.modules.pop("deepviz.gui.plots.speed_of_training", None)


def test_the_package_itself_loads_neither_qt_nor_pyqtgraph():
    code = (
        "import sys, deepviz.gui.plots, deepviz.training.history; "
        "print([name for name in sys.modules if name.startswith(('PySide6', 'pyqtgraph'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
