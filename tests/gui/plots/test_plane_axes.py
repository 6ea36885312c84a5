"""Axes of small planes: a single mark says nothing about a scale."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.gui.plots.plane_axes import PlaneAxes
from deepviz.gui.plots.ticks import at_least_two, linear_ticks, step_ticks
from deepviz.insight.plane import Window


@pytest.mark.parametrize("size", [(236, 240), (236, 150), (380, 300), (900, 560)])
@pytest.mark.parametrize(
    "shown",
    [
        *(Window(-1.2, 1.2, -1.4, 1.4), Window(2.5, 8.5, 30.0, 480.0), Window(-1.0, 1.0, -1.0, 1.0)),
        *(Window(-3.1, 2.9, -2.9, 3.1), Window(4.1, 7.9, 0.01, 0.019), Window(-0.9, 4.9, -4.4, 0.4)),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_each_axis_has_two_marks_at_least(size: tuple[int, int], shown: Window):
    axes = PlaneAxes(*size, 14.0, shown, "", "x", "y")
    for marks, low, high in ((axes.x_ticks(), shown.left, shown.right), (axes.y_ticks(), shown.low, shown.high)):
        assert len(marks) >= 2
        assert all(low - 1e-9 <= mark.position <= high + 1e-9 for mark in marks)


def test_where_there_is_room_for_them_marks_are_what_they_were():
    rng = np.random.default_rng(3)
    for low, span, room in zip(
        rng.normal(size=200), rng.uniform(0.01, 30, size=200), rng.integers(2, 12, size=200), strict=True
    ):
        before = linear_ticks(low, low + span, int(room))
        found = at_least_two(linear_ticks, low, low + span, int(room))
        assert found == before if len(before) > 1 else 2 <= len(found) <= room + 2


def test_whole_steps_cannot_be_more_than_there_are():
    assert [each.position for each in at_least_two(step_ticks, 2.6, 3.4, 2)] == [3.0]
