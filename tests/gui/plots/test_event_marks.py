"""Marks of changes are named wherever the pointer comes near them, on curves and on the map, all that are near."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.event_marks import REACH, notes_near
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.plot import Plot
from deepviz.gui.theme import DARK, LIGHT, Theme
from deepviz.training.history import History

MakeHistory = Callable[..., History]
EVENTS = [(200, "momentum 0 → 0.9"), (203, "batch size 32 → 16"), (400, "learning rate 0.1 → 0.01")]


@pytest.fixture(params=[LossPlot, GradientNorms, GradientMap])
def plot(qtbot: QtBot, make_history: MakeHistory, request: pytest.FixtureRequest) -> Plot:
    history = make_history(500, norms=np.full((500, 3), 0.01))
    for step, words in EVENTS:
        history.add_event(step, words)
    made: Plot = request.param()
    qtbot.addWidget(made)
    made.resize(460, 280)
    made.show_history(history)
    made.show()
    qtbot.waitExposed(made)
    return made


def said_at(plot: Plot, step: float, pixels: float) -> list[str]:
    """What the box says of marks, so many pixels beside a step."""
    low, high = plot.area.x_range
    place = step + pixels * (high - low) / plot.area.frame.width()
    lines = (line.strip() for line in plot.hover_text(place, 0.5).splitlines())
    return [line for line in lines if "→" in line]


def test_words_are_said_within_eight_pixels_on_each_side(plot: Plot) -> None:
    assert REACH == 8.0
    for pixels in (-7.0, -4.0, 0.0, 4.0, 7.0):
        (said,) = said_at(plot, 400, pixels)
        assert said.endswith("learning rate 0.1 → 0.01")
        assert said.startswith("step 400: ") or pixels == 0.0
    assert said_at(plot, 400, -11.0) == []
    assert said_at(plot, 400, 11.0) == []


def test_marks_near_each_other_are_all_said_with_their_steps(plot: Plot) -> None:
    assert said_at(plot, 200, 0.0) == ["momentum 0 → 0.9", "step 203: batch size 32 → 16"]
    assert said_at(plot, 203, 0.0) == ["step 200: momentum 0 → 0.9", "batch size 32 → 16"]


def test_the_mark_of_the_step_in_the_box_is_said_however_far_the_pointer_is() -> None:
    assert notes_near([(3, "frozen")], here=3, step=3.4, pixels=70.0) == ["frozen"]
    assert notes_near([(3, "frozen")], here=4, step=3.6, pixels=70.0) == []
    assert notes_near([(1200, "frozen")], here=1201, step=1200.6, pixels=10.0) == ["step 1\u202f200: frozen"]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_map_has_the_marks_of_the_curves(qtbot: QtBot, make_history: MakeHistory, theme: Theme) -> None:
    history = make_history(50, norms=np.full((50, 3), 0.01))
    plot = GradientMap()
    qtbot.addWidget(plot)
    plot.resize(760, 280)
    plot.apply_theme(theme)
    plot.show_history(history)
    plot.show()
    qtbot.waitExposed(plot)
    frame = plot.area.frame
    x = round(plot.area.x_pixel(20))

    def column() -> set[str]:
        image = plot.area.grab().toImage()
        return {image.pixelColor(x, y).name() for y in range(int(frame.top()), int(frame.bottom()))}

    assert QColor(theme.text).name() not in column()
    history.add_event(20, "learning rate 0.01 → 0.003")
    plot.refresh()
    assert QColor(theme.text).name() in column()
    assert plot.hover_text(20, 0.5).splitlines()[-1].strip() == "learning rate 0.01 → 0.003"
