"""The newest point of a run is at the end of the frame, and its dot is whole there; zoomed in nothing sticks out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.theme import DARK, LIGHT, Theme
from tests.gui.plots.conftest import MakeHistory
from tests.gui.plots.test_layer_curves import sparse


def columns_of(view: LossPlot | GradientNorms, color: str, x: float) -> list[int]:
    """How many pixels of nearly a colour there are in each column from 3 left of a place to 3 right of it."""
    image, wanted = view.area.grab().toImage(), QColor(color).getRgb()[:3]

    def is_near(pixel: QColor) -> bool:
        return sum(abs(a - b) for a, b in zip(pixel.getRgb()[:3], wanted, strict=True)) < 60

    rows = range(round(view.area.frame.top()), round(view.area.frame.bottom()))
    return [sum(is_near(image.pixelColor(round(x) + by, y)) for y in rows) for by in range(-3, 3)]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_dot_of_the_last_step_is_whole(qtbot: QtBot, make_history: MakeHistory, theme: Theme) -> None:
    view = LossPlot()
    view.apply_theme(theme)
    qtbot.addWidget(view)
    view.resize(420, 260)
    view.show_history(make_history(10, accuracy=False))  # the single number of the validation is of the last step
    view.show()
    qtbot.waitExposed(view)
    right = view.area.frame.right()
    assert view.area.x_pixel(10) == right
    found = columns_of(view, theme.curve(1).color, right)
    assert min(found[1:5]) >= 2, found


def test_zoomed_in_no_curve_reaches_beyond_the_frame(qtbot: QtBot) -> None:
    view = GradientNorms()
    view.choose(Magnitude("mean"))
    qtbot.addWidget(view)
    view.resize(420, 260)
    view.show_history(sparse({step: [float(np.exp(-step / 9))] for step in range(1, 41)}, 40))
    view.show()
    qtbot.waitExposed(view)
    view.area.zoom(0.3, 1.0, QPointF(20.0, -0.5))
    assert not view.is_following
    left = view.area.frame.left()
    assert sum(columns_of(view, DARK.curve(0).color, left)[:2]) == 0
    assert sum(columns_of(view, DARK.curve(0).color, left + 6)) > 0
    view.reset_view()
    assert view.is_following
