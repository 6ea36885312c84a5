"""The small curve on a card: what it shows of numbers, of zeros, of infinities, and of what was not computed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from deepviz.gui.canvas.card_painter import MARGIN
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH
from deepviz.gui.canvas.trace import CURVE, Trace, paint_trace, sparkline_of
from deepviz.gui.theme import DARK, LIGHT, Theme

AREA = QRectF(10, 20, 100, 18)


def painted(history: np.ndarray, theme: Theme) -> np.ndarray:
    """Which pixels of a card differ from its ground, by rows."""
    image = QImage(round(WIDTH), round(HEIGHT), QImage.Format.Format_RGB32)
    image.fill(QColor(theme.panel))
    painter = QPainter(image)
    paint_trace(painter, Trace(theme.dim, "", history=history), theme)
    painter.end()
    ground = QColor(theme.panel).rgb()
    return np.array([[image.pixel(x, y) != ground for x in range(round(WIDTH))] for y in range(round(HEIGHT))])


def line(history: np.ndarray) -> list[QPointF]:
    (line,) = sparkline_of(history, AREA).lines
    return list(line)


def test_it_fills_the_area_on_a_logarithmic_axis():
    points = line(np.geomspace(1.0, 1e-4, 5))
    assert [point.x() for point in points] == pytest.approx([10, 35, 60, 85, 110])
    assert [point.y() for point in points] == pytest.approx([20, 24.5, 29, 33.5, 38])


def test_a_steady_value_stays_a_level_line_in_the_middle():
    assert {round(point.y()) for point in line(np.array([1.0, 1.01, 1.0]))} == {29}


def test_each_kind_of_value_looks_different():
    """A number, not computed, numbers, a zero, infinity, a number."""
    found = sparkline_of(np.array([1.0, np.nan, 2.0, 3.0, 0.0, np.inf, 1.0]), AREA)
    step = 100 / 6
    assert [[point.x() for point in line] for line in found.lines] == [
        [10],
        pytest.approx([10 + 2 * step, 10 + 3 * step]),
        [110],
    ]
    assert [(first.x(), last.x()) for first, last in found.zeros] == [pytest.approx((10 + 4 * step,) * 2)]
    assert [place.x() for place in found.crosses] == pytest.approx([10 + 5 * step])
    lines = [point.y() for line in found.lines for point in line]
    assert found.zeros[0][0].y() == 38 > max(lines)
    assert found.crosses[0].y() == 20 < min(lines)


def test_nothing_is_drawn_of_what_is_unknown():
    nothing = sparkline_of(np.array([]), AREA)
    assert nothing == sparkline_of(np.array([1.0]), AREA) == sparkline_of(np.full(5, np.nan), AREA)
    assert nothing.lines == nothing.zeros == nothing.crosses == ()
    assert len(sparkline_of(np.full(5, np.nan), AREA, is_nan_bad=True).crosses) == 5


def test_a_long_history_is_thinned_and_keeps_its_ends():
    points = line(np.geomspace(1.0, 1e-4, 100_000))
    assert 20 < len(points) < 100
    assert (points[0].y(), points[-1].y()) == pytest.approx((20, 38))


@pytest.mark.parametrize(("value", "kind"), [(np.nan, "gap"), (0.0, "zero"), (np.inf, "cross")])
@pytest.mark.parametrize("place", [1, 100, 203, 399])
def test_of_a_long_history_no_single_odd_value_is_lost(value: float, kind: str, place: int):
    history = np.geomspace(1.0, 1e-4, 400)
    history[place] = value
    found = sparkline_of(history, AREA)
    assert len(found.zeros) == (kind == "zero")
    assert len(found.crosses) == (kind == "cross")
    assert sum(map(len, found.lines)) == 55, "of 56 places one says something else"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_in_pixels_there_is_no_line_across_a_frozen_time(theme: Theme):
    rows = painted(np.array([1.0] * 20 + [np.nan] * 16 + [1.0] * 20), theme)
    left, width = round(CURVE.left()), WIDTH - 2 * MARGIN
    across = rows.any(axis=0)[left : left + round(width)]
    assert across[: round(width * 0.3)].all()
    assert across[-round(width * 0.3) :].all()
    assert not across[round(width * 0.4) : round(width * 0.6)].any()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_in_pixels_zeros_and_nan_are_seen_where_they_are(theme: Theme):
    rows = painted(np.array([1.0] * 20 + [0.0] * 16 + [1.0] * 18 + [np.inf] * 2), theme)
    middle = slice(round(WIDTH / 2) - 5, round(WIDTH / 2) + 5)
    seen = np.flatnonzero(rows[:, middle].any(axis=1))
    assert len(seen)
    assert seen.min() >= round(CURVE.bottom()) - 3, "zeros at the lower edge"
    cross = np.flatnonzero(rows[: round(CURVE.top()) + 4].any(axis=0))
    assert cross.min() >= WIDTH * 0.8, "a cross at the upper edge, at the end"
