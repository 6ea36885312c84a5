"""One curve: a band from its smallest to its largest values, a line, and marks where the points are few.

It is drawn in the numbers of the axes, into a picture in pixels: few readers of SVG know pens that do not scale with
the axes. Points that are infinite or no numbers interrupt it and do nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

Points = npt.NDArray[np.float64]
Places = npt.NDArray[np.bool_]

LINE_WIDTH, STRONG_WIDTH = 1.3, 2.2
RAW_OPACITY = 0.38
DOTS = (1.0, 3.0)
"""Strokes and gaps of a line over steps that were not measured, in pixels."""
MARK_SIZE = 5.0


class Curve(pg.GraphicsObject):
    """One curve of a plot.

    Attributes
    ----------
    x, y
        The points of the line, shape (n,), in the numbers of the axes.
    has_marks
        Whether each of them has a dot.
    is_far
        Of each of them whether a dotted line leads to it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.x: Points = np.empty(0)
        self.y: Points = np.empty(0)
        self.is_far: Places = np.empty(0, np.bool_)
        self._line = QPainterPath()
        self._raw = QPainterPath()
        self._band = QPainterPath()
        self._between = QPainterPath()
        self.has_marks = False
        self._bounds = QRectF()
        self._color = QColor("#808080")
        self._dashes: tuple[float, ...] = ()
        self._width = LINE_WIDTH
        self._is_fine = False
        self._band_opacity = 0.0

    def set_look(
        self, color: str, dashes: tuple[float, ...], band_opacity: float, strong: bool = False, fine: bool = False
    ) -> None:
        """Colour as `#rrggbb`, strokes and gaps in pen widths, opacity of the band, and how heavy the line is.

        A fine one is painted more than twenty times as fast as a usual one: it is a pixel wide, whatever a pixel is.
        """
        self._color, self._dashes, self._band_opacity = QColor(color), dashes, band_opacity
        self._width = STRONG_WIDTH if strong else LINE_WIDTH
        self._is_fine = fine and not strong
        self.update()

    def set_points(
        self,
        x: Points,
        y: Points,
        band: tuple[Points, Points] | None = None,
        raw: Points | None = None,
        marks: bool = False,
        far: Places | None = None,
    ) -> None:
        """Draw other points.

        Parameters
        ----------
        x, y
            The line, shape (n,), with `x` increasing. A `y` that is not finite interrupts it.
        band
            Smallest and largest values at each `x`, shaded faintly.
        raw
            A second, faint line at the same `x`.
        marks
            Whether each point gets a dot. A point without neighbours gets one in any case.
        far
            Of each point whether so much was not measured between it and the one before that only a dotted line joins
            them, shape (n,).
        """
        self.prepareGeometryChange()
        self.x, self.y, self.has_marks = x, y, marks
        self.is_far = np.zeros(len(x), np.bool_) if far is None else far
        self._line, self._between = _line_paths(x, y, self.is_far)
        self._raw = QPainterPath() if raw is None else pg.arrayToQPath(x, raw, connect="finite")
        self._band = QPainterPath() if band is None else _band_path(x, *band)
        finite = [part[np.isfinite(part)] for part in (y, raw, *(band or ())) if part is not None]
        heights = np.concatenate(finite)
        self._bounds = QRectF()
        if len(heights):
            low, high = float(heights.min()), float(heights.max())
            self._bounds = QRectF(float(x[0]), low, float(x[-1] - x[0]), high - low)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        painter.save()
        to_pixels = QTransform()
        # Qt counts the width of cosmetic pens in pixels of the device, which are smaller on a fine screen.
        sharpness = painter.device().devicePixelRatio()
        is_picture = widget is None
        if is_picture:
            to_pixels, sharpness = painter.transform(), 1.0
            painter.resetTransform()
        pens = _Pens(sharpness, is_cosmetic=not is_picture)
        if not self._band.isEmpty():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            faint = QColor(self._color)
            faint.setAlphaF(self._band_opacity)
            # The outline keeps bands visible that are thinner than a pixel.
            painter.setPen(pens.pen(faint, 1.0))
            painter.setBrush(faint)
            painter.drawPath(to_pixels.map(self._band))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if not self._raw.isEmpty():
            faint = QColor(self._color)
            faint.setAlphaF(RAW_OPACITY)
            painter.strokePath(to_pixels.map(self._raw), pens.pen(faint, 1.0))
        pen = pens.hairline(self._color) if self._is_fine else pens.pen(self._color, self._width)
        if self._dashes:
            pen.setDashPattern(list(self._dashes))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.strokePath(to_pixels.map(self._line), pen)
        if not self._between.isEmpty():
            dotted = pens.pen(self._color, 1.0)
            dotted.setDashPattern(list(DOTS))
            dotted.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.strokePath(to_pixels.map(self._between), dotted)
        self._paint_marks(painter, pens, to_pixels)
        painter.restore()

    def _paint_marks(self, painter: QPainter, pens: _Pens, to_pixels: QTransform) -> None:
        finite = np.isfinite(self.y)
        if not self.has_marks:
            alone = finite.copy()
            alone[1:] &= ~finite[:-1] | self.is_far[1:]
            alone[:-1] &= ~finite[1:] | self.is_far[1:]
            finite = alone
        if finite.any():
            pen = pens.pen(self._color, MARK_SIZE)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            points = [QPointF(x, y) for x, y in zip(self.x[finite], self.y[finite], strict=True)]
            painter.drawPoints(to_pixels.map(QPolygonF(points)))


@dataclass(frozen=True)
class _Pens:
    """Pens whose width is in pixels, however the axes are scaled.

    Attributes
    ----------
    sharpness
        Pixels of the device for each pixel of the pen.
    is_cosmetic
        Whether what they draw is scaled by the axes, which their width must not be.
    """

    sharpness: float
    is_cosmetic: bool

    def pen(self, color: QColor, width: float) -> QPen:
        """A pen of some pixels."""
        pen = QPen(color, self.sharpness * width)
        pen.setCosmetic(self.is_cosmetic)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        return pen

    def hairline(self, color: QColor) -> QPen:
        """A pen of one pixel of the device, which is painted fastest; into a picture, where there is time, of one."""
        return self.pen(color, 1.0 / self.sharpness)


def _line_paths(x: Points, y: Points, is_far: Places) -> tuple[QPainterPath, QPainterPath]:
    """The line through the points without what leads to those that are far, and that."""
    if not is_far.any():
        return pg.arrayToQPath(x, y, connect="finite"), QPainterPath()
    finite = np.isfinite(y)
    joined = np.append(finite[:-1] & finite[1:], False)
    dotted = joined & np.append(is_far[1:], False)
    heights = np.where(finite, y, 0.0)  # what is not finite is joined to nothing, but Qt looks at it
    return tuple(pg.arrayToQPath(x, heights, connect=each.astype(np.int32)) for each in (joined & ~dotted, dotted))


def _band_path(x: Points, low: Points, high: Points) -> QPainterPath:
    """One closed outline for each stretch in which there are values."""
    path = QPainterPath()
    finite = np.isfinite(low) & np.isfinite(high)
    edges = np.flatnonzero(np.diff(finite, prepend=False, append=False))
    for first, past in zip(edges[::2], edges[1::2], strict=True):
        if past - first > 1:
            part = slice(first, past)
            there_and_back = np.concatenate([x[part], x[part][::-1]])
            path.addPath(pg.arrayToQPath(there_and_back, np.concatenate([low[part], high[part][::-1]])))
            path.closeSubpath()
    return path
