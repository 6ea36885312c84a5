"""The scale of gradients: decades, calm, and honest about what has no place on it."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.canvas.edge_style import LEAST_CONTRAST, gradient_style, level_color, plain_style
from deepviz.gui.canvas.gradients import LEVELS, GradientScale, magnitude, width_at
from deepviz.gui.canvas.legend import Legend
from deepviz.gui.canvas.live import loss_in_words
from deepviz.gui.plots.ticks import logarithmic_ticks
from deepviz.gui.theme import DARK, LIGHT, contrast


def test_the_first_scale_is_the_narrowest_of_whole_decades():
    assert GradientScale.first_fit([3e-4, 0.2]) == GradientScale(-4, 0)
    assert GradientScale.first_fit([0.02, 0.03]).ends == (0.01, 1.0)


def test_what_is_not_positive_and_finite_does_not_count():
    values = [0.0, None, math.nan, math.inf, -1.0]
    assert GradientScale.first_fit(values) == GradientScale()
    assert GradientScale(-7, -2).fitted(values) == GradientScale(-7, -2)
    assert GradientScale.first_fit([*values, 3e-4, 0.2]) == GradientScale(-4, 0)


def test_it_widens_at_once_and_narrows_step_by_step():
    scale = GradientScale(-4, 0).fitted([1e-7, 50.0])
    assert scale == GradientScale(-7, 2)
    seen = [scale]
    for _ in range(9):
        seen.append(seen[-1].fitted([2e-4, 0.2]))
    assert all(abs(a.first - b.first) <= 1 and abs(a.last - b.last) <= 1 for a, b in pairwise(seen))
    assert seen[-1] == seen[-2] == GradientScale(-5, 0)


def test_it_does_not_flicker_between_two_scales():
    scale = GradientScale(-4, 0)
    for factor in np.linspace(0.5, 2.0, 50):
        scale = scale.fitted([2e-4 * factor, 0.4 * factor])
        assert scale == GradientScale(-4, 0)


def test_extremes_keep_it_finite():
    scale = GradientScale.first_fit([5e-324, 1e308])
    assert all(0 < end < math.inf for end in scale.ends)
    assert scale.level(5e-324) == 0
    assert scale.level(1e308) == LEVELS - 1


def test_levels_and_widths_grow_with_the_value():
    scale = GradientScale(-4, 0)
    levels = [scale.level(value) for value in np.geomspace(1e-5, 10, 100)]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (0, LEVELS - 1)
    assert (width_at(0), width_at(LEVELS - 1)) == (1.5, 5.5)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_every_colour_can_be_seen(theme):
    colors = [level_color(level, theme) for level in range(LEVELS)]
    assert len(set(colors)) > LEVELS * 0.9
    assert min(contrast(color, theme.window) for color in colors) >= LEAST_CONTRAST >= 2.2
    assert min(contrast(color, theme.panel) for color in colors) >= 2.0, "on cards"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.031, "0.031"),
        (0.0031, "0.0031"),
        (9.1e-4, "9.1e-4"),
        (0.3, "0.30"),
        (0.0, "0"),
        (1.0, "1.0"),
        (10.0, "10"),
        (100.0, "100"),
        (12345.0, "12345"),
        (123456.0, "1.2e5"),
        (math.nan, "not a number"),
        (math.inf, "infinite"),
    ],
)
def test_magnitudes(value, text):
    assert magnitude(value) == text


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (0.001337, "0.00134"),
        (0.0478, "0.0478"),
        (0.05, "0.0500"),
        (0.09996, "0.100"),
        (0.118, "0.118"),
        (2.3026, "2.303"),
        (9.277e-5, "9.3e-5"),
        (234.56, "234.560"),
        (12345.0, "12345"),
        (123456.0, "1.2e5"),
        (-0.0123, "-0.0123"),
        (0.0, "0"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_a_loss_has_three_figures_where_there_is_room(loss: float, text: str):
    assert loss_in_words(loss) == text


def test_special_values_have_styles_of_their_own():
    scale = GradientScale()
    ordinary = {gradient_style(value, scale, DARK) for value in (1e-9, 1e-3, 1.0, 1e9)}
    nothing, broken = gradient_style(0.0, scale, DARK), gradient_style(math.nan, scale, DARK)
    unknown = gradient_style(None, scale, DARK)
    assert unknown == plain_style(DARK)
    assert gradient_style(math.inf, scale, DARK) == broken
    assert len({nothing, broken, unknown} | ordinary) == 3 + len(ordinary)
    assert [style.is_dashed for style in (nothing, broken, unknown)] == [True, True, False]


@pytest.mark.parametrize("first", [-30, -5, -4, -3, -1, 3, 4, 5])
def test_the_ends_of_the_scale_are_written_as_an_axis_writes_them(qtbot: QtBot, first: int):
    legend = Legend(DARK)
    qtbot.addWidget(legend)
    legend.show_scale(GradientScale(first, first + 2))
    labels = {tick.position: tick.label for tick in logarithmic_ticks(first, first + 2, 3)}
    assert legend.ends == (labels[first], labels[first + 2])
    assert f"from {labels[first]} to {labels[first + 2]}" in legend.accessibleName()
