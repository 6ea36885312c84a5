"""Keeps what was painted into a plane as an image, so that it is painted again only when something of it has changed.

Points with rims take milliseconds; while the cross-hair moves over them, or the network behind them learns, they stay.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap

from deepviz.gui.plots.plane_area import PlaneArea


class PaintedLayer:
    """A layer of a plane, kept as an image in the pixels of the screen.

    Parameters
    ----------
    area
        The plane. What it shows, its size and its theme belong to what decides whether the image still fits.
    paint
        Paints the layer.
    """

    def __init__(self, area: PlaneArea, paint: Callable[[QPainter], None]) -> None:
        self._area, self._paint = area, paint
        self._image = QPixmap()
        self._of: object = None

    def forget(self) -> None:
        """Have it painted anew the next time: something else than the plane has changed."""
        self._of, self._image = None, QPixmap()

    def paint(self, painter: QPainter) -> None:
        """Paint the layer: onto the screen from the image, into a picture as it is, so that lines stay lines."""
        area = self._area
        if area.is_picture:
            self._paint(painter)
            return
        frame, ratio = area.frame, area.devicePixelRatioF()
        of = (area.window_shown, frame.getRect(), area.theme, ratio, area.size().toTuple())
        if of != self._of:
            image = QPixmap(area.size() * ratio)
            image.setDevicePixelRatio(ratio)
            image.fill(Qt.GlobalColor.transparent)
            inner = QPainter(image)
            inner.setClipRect(frame)
            self._paint(inner)
            inner.end()
            self._of, self._image = of, image
        painter.drawPixmap(QPointF(0, 0), self._image)
