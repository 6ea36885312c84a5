"""All numbers beside a bar of colours can be read, however small or long they are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from deepviz.gui.plots.color_bar import BESIDE, MARGIN, bar_margin, paint_color_bar
from deepviz.gui.plots.pointer import TEXT_SIZE
from deepviz.gui.plots.ticks import linear_ticks, logarithmic_ticks
from deepviz.gui.theme import DARK, body_font, viridis

ENDS = [(0.0, 1.0), (-1.5e-10, 1.5e-10), (0.693145, 0.693151), (-2.5e7, 2.5e7), (1e-310, 2e-310), (0.0, 123456.0)]


@pytest.mark.parametrize("height", [60, 300, 900])
@pytest.mark.parametrize(("low", "high"), ENDS)
def test_every_number_fits_beside_the_bar(qapp: QApplication, low: float, high: float, height: int) -> None:
    metrics, margin = QFontMetricsF(body_font(TEXT_SIZE)), bar_margin(low, high)
    for tick in linear_ticks(low, high, max(2, height // 28)):
        assert metrics.horizontalAdvance(tick.label) <= margin - BESIDE, tick.label
    logarithmic = bar_margin(-12.0, -3.0, is_logarithmic=True)
    for tick in logarithmic_ticks(-12.0, -3.0, max(2, height // 28)):
        assert metrics.horizontalAdvance(tick.label) <= logarithmic - BESIDE, tick.label
    assert bar_margin(0.0, 1.0) == MARGIN


def test_the_ends_are_said_exactly_where_somebody_wants_that(qapp: QApplication) -> None:
    """Of a scale from −1.1 to 1.1 the marks say −1, 0 and 1, and nobody knows where the colours end."""
    painted: dict[str, float] = {}

    class Noting(QPainter):
        def drawText(self, *what: object) -> None:
            assert isinstance(what[0], QRectF)
            painted[str(what[-1])] = what[0].center().y()

    image = QImage(120, 220, QImage.Format.Format_RGB32)
    painter = Noting(image)
    paint_color_bar(painter, QRectF(0, 10, 40, 200), viridis(), -1.1, 1.1, DARK, says_ends=True)
    painter.end()
    assert (painted["-1.1"], painted["1.1"]) == pytest.approx((206, 14), abs=2)
    assert painted["0"] == pytest.approx(110, abs=1)
    heights = sorted(painted.values())
    assert min(after - before for before, after in pairwise(heights)) >= 14


def test_a_long_number_is_painted_to_its_end(qapp: QApplication) -> None:
    low, high = -1.5e-10, 1.5e-10
    margin = bar_margin(low, high)
    assert margin > MARGIN
    image = QImage(int(margin) + 60, 200, QImage.Format.Format_RGB32)

    def columns_of_ink(low: float, high: float) -> int:
        """How far to the right there is any ink."""
        image.fill(Qt.GlobalColor.black)
        painter = QPainter(image)
        paint_color_bar(painter, QRectF(0, 4, 40, 190), viridis(), low, high, DARK)
        painter.end()
        return max(
            x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).lightness() > 40
        )

    widest = max(
        QFontMetricsF(body_font(TEXT_SIZE)).horizontalAdvance(tick.label) for tick in linear_ticks(low, high, 6)
    )
    assert columns_of_ink(low, high) >= 40 + 12 + 8 + 5 + widest - 3
    assert columns_of_ink(low, high) < 40 + margin
