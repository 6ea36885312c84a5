"""Steps that were not measured look different from those that were: dotted lines, hatching, and words for both."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.activations import ActivationCurves
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.layer_marks import LEAST_GAP
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.plots.overlay import room_of
from deepviz.gui.theme import DARK, LIGHT, Theme
from deepviz.training.history import History
from tests.gui.plots.conftest import Record
from tests.gui.plots.test_layer_curves import opened, sparse


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_line_over_steps_that_were_not_measured_is_dotted(qtbot: QtBot, theme: Theme) -> None:
    """Measured at every tenth step, but for 110 to 140: too few for a gap, and more than is usual."""
    steps = [*range(10, 101, 10), *range(150, 301, 10)]
    view = GradientNorms()
    view.apply_theme(theme)
    view.choose(Magnitude("mean"))
    opened(qtbot, view, sparse({step: [0.1] for step in steps}, 300), width=1200)
    assert view.marks.gaps == []
    curve = view.curves["dense_1"]
    assert curve.x[curve.is_far].tolist() == [150]
    image, area = view.area.grab().toImage(), view.area
    y, color = round(area.y_pixel(-1)), QColor(theme.curve(0).color)

    def share(low: float, high: float) -> float:
        """Of the pixels between two steps those that a line has coloured."""
        across = range(round(area.x_pixel(low)) + 4, round(area.x_pixel(high)) - 4)
        ground = QColor(theme.panel)
        near = [
            min(
                sum(abs(a - b) for a, b in zip(pixel.getRgb()[:3], color.getRgb()[:3], strict=True))
                for pixel in (image.pixelColor(x, y + down) for down in (-1, 0, 1))
            )
            for x in across
        ]
        whole = sum(abs(a - b) for a, b in zip(ground.getRgb()[:3], color.getRgb()[:3], strict=True))
        return sum(each < 0.6 * whole for each in near) / len(near)

    assert share(160, 170) == 1.0
    assert 0.1 < share(100, 150) < 0.6
    assert view.hover_text(120).endswith("\nnot measured 101–149")
    assert "not measured" not in view.hover_text(165), "as far as is usual"
    assert "not measured" not in view.hover_text(150)


@pytest.mark.parametrize(
    ("steps", "dotted", "unknown"),
    [([*range(1, 7), *range(9, 20)], [9], "7–8"), ([*range(1, 9), 10, 11], [10], "9–9"), ([8, 10], [10], "9–9")],
)
def test_where_all_steps_are_measured_each_that_is_left_out_counts(
    qtbot: QtBot, steps: list[int], dotted: list[int], unknown: str
) -> None:
    """As where a view was hidden for a step or two: no unbroken line says what nobody has seen."""
    view = GradientNorms()
    view.choose(Magnitude("mean"))
    opened(qtbot, view, sparse({step: [0.1] for step in steps}, 20), width=1200)
    curve = view.curves["dense_1"]
    joined = np.isfinite(curve.y) & np.isfinite(np.roll(curve.y, 1))
    assert curve.x[curve.is_far & joined][-1:].tolist() == dotted
    left_out = float(unknown.partition("–")[0])
    assert view._not_measured_at(round(left_out)) == unknown


def test_activations_show_what_was_not_measured_as_the_others_do(qtbot: QtBot) -> None:
    view, names = ActivationCurves(), ["dense_1"]
    history = History(names, names)
    row = {f"activations/{key}": np.ones(1) for key in ("mean", "deviation", "zeros", "saturated", "dead", "units")}
    for step in range(1, 31):
        history.append([Record(step, 1, {"loss": 1.0} | (row if step in (*range(1, 7), *range(9, 21)) else {}))])
    opened(qtbot, view, history, width=1200)
    curve = view.curves["dense_1"]
    joined = np.isfinite(curve.y) & np.isfinite(np.roll(curve.y, 1))
    assert curve.x[curve.is_far & joined].tolist() == [9]
    assert view.marks.gaps == [(21, 30)]
    assert view.hover_text(7).endswith("\nnot measured 7–8")
    assert "not measured" not in view.hover_text(9)


def test_what_is_before_the_first_measurement_is_hatched_and_said(qtbot: QtBot) -> None:
    view = GradientNorms()
    view.choose(Magnitude("mean"))
    opened(qtbot, view, sparse({step: [0.1] for step in range(6, 16)}, 15))
    assert view.marks.gaps == [(1, 5)]
    view.area.set_range((0.0, 15.0), view.area.y_range)
    assert view.hover_text(3).endswith("\nnot measured 1–5")
    rect = view.marks.pixels_of(view.marks.gaps[0])
    assert rect.width() >= LEAST_GAP


def test_the_button_says_what_is_shown_where_the_heading_has_no_room(qtbot: QtBot) -> None:
    view = GradientNorms()
    opened(qtbot, view, sparse({1: [0.1]}, 2), width=220)
    for choice, said in (
        (Magnitude("mean", clipped=True), "mean, clipped ▾"),
        (Magnitude("max", "activations"), "max, activations ▾"),
        (Magnitude("l2"), "L2 ▾"),
    ):
        view.choose(choice)
        assert view.choice_button.text() == said


@pytest.mark.parametrize("rows", [1, 2])
def test_lines_between_rows_of_the_map_leave_its_words_alone(qtbot: QtBot, rows: int) -> None:
    """With two rows the line between them is where the words are: it would be seen as pixels to the left of them."""
    view = GradientMap()
    view.choose(Magnitude("mean"))
    measured = {step: [0.1] * rows for step in [*range(1, 101), *range(300, 401)]}
    qtbot.addWidget(view)
    view.resize(760, 320)
    view.show_history(sparse(measured, 400))
    view.show()
    qtbot.waitExposed(view)
    assert view.marks.gaps == [(101, 299)]
    area, image = view.area, view.area.grab().toImage()
    middle, y = round(area.x_pixel(199.5)), round(area.frame.center().y())
    half = round(room_of("not measured") / 2)
    inks = [sum(image.pixelColor(x, each) != QColor(view.theme.panel) for x in range(middle - half, middle + half))
            for each in range(y - 2, y + 3)]  # fmt: skip
    assert 0 < min(inks) <= max(inks) < 1.5 * half, "letters, and no line through them"
