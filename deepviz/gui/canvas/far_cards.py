"""Cards seen from far away: many look alike there, so each look is painted once for a zoom and then only copied."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from deepviz.gui.canvas.card_face import CardFace
from deepviz.gui.canvas.card_painter import EXTENT, CardPainter, CardState

MOST = 300
"""How many pictures are kept; the one that was not needed for longest goes first."""

_Look = tuple[CardFace, CardState, float, float]


class FarCards:
    """Pictures of cards for one theme.

    Parameters
    ----------
    painter
        Who paints each of them once.
    """

    def __init__(self, painter: CardPainter) -> None:
        self._painter = painter
        self._pictures: OrderedDict[_Look, QPixmap] = OrderedDict()

    def paint(self, painter: QPainter, face: CardFace, state: CardState, zoom: float) -> None:
        """Paint a card with its top left corner at the origin, as `CardPainter.paint` would from so far away."""
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        look = (far_look(face), state, round(zoom, 5), ratio)
        picture = self._pictures.get(look)
        if picture is None:
            picture = self._pictures[look] = self._picture(*look)
            if len(self._pictures) > MOST:
                self._pictures.popitem(last=False)
        else:
            self._pictures.move_to_end(look)
        # Pixel for pixel: words that are as small as here would be lost by smoothing.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        size = picture.deviceIndependentSize() / zoom
        painter.drawPixmap(QRectF(EXTENT.topLeft(), size), picture, QRectF(picture.rect()))

    def _picture(self, face: CardFace, state: CardState, zoom: float, ratio: float) -> QPixmap:
        wide, high = round(EXTENT.width() * zoom * ratio + 1), round(EXTENT.height() * zoom * ratio + 1)
        picture = QPixmap(wide, high)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.scale(zoom, zoom)
        painter.translate(-EXTENT.topLeft())
        self._painter.paint(painter, face, state, zoom)
        painter.end()
        return picture


@lru_cache(maxsize=2)
def far_cards(painter: CardPainter) -> FarCards:
    """The pictures of the cards that a painter paints. Those of themes left behind are forgotten."""
    return FarCards(painter)


@lru_cache(maxsize=4096)
def far_look(face: CardFace) -> CardFace:
    """A face without what cannot be read from far away."""
    problem = "!" if face.problem else ""
    return replace(face, headline="", shape="", parameters="", problem=problem, is_frozen=False)
