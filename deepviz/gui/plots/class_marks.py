"""Marks of samples by class: each class has a shape besides its colour, so that classes can be told without colours.

On the screen a mark is a small picture that is put at each place, which is as fast as dots of a pen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

RIM = 1.0
"""Pixels of the rim around a mark, in the colour of what is behind it."""
FADED = 0.16
"""How much is seen of marks that another class stands out from."""


def polygon(corners: int, turned: float, radius: float) -> list[tuple[float, float]]:
    """The corners of a regular polygon around 0, the first one `turned` parts of a whole turn from the top."""
    angles = [2 * math.pi * (number / corners + turned) for number in range(corners)]
    return [(radius * math.sin(angle), -radius * math.cos(angle)) for angle in angles]


def cross(turned: float) -> list[tuple[float, float]]:
    """The corners of a thick plus, or of a × if it is turned by an eighth."""
    arm, half = 0.66, 0.21
    corners = [(half, -arm), (half, -half), (arm, -half), (arm, half), (half, half), (half, arm)]
    corners += [(-x, -y) for x, y in corners]
    cosine, sine = math.cos(2 * math.pi * turned), math.sin(2 * math.pi * turned)
    return [(x * cosine - y * sine, x * sine + y * cosine) for x, y in corners]


SHAPES: tuple[Sequence[tuple[float, float]], ...] = (
    (),
    polygon(3, 0.0, 0.72),
    polygon(4, 0.125, 0.62),
    cross(0.125),
    polygon(3, 0.5, 0.72),
    polygon(4, 0.0, 0.66),
    cross(0.0),
)
"""Corners of marks of about the same area as a circle of diameter 1, which is the first of them."""


def mark(number: int, size: float) -> QPainterPath:
    """The outline of the mark of a class, around (0, 0).

    Parameters
    ----------
    number
        The number of the class, from 0; shapes come again after the last one.
    size
        Pixels across the one that is a circle.
    """
    corners, path = SHAPES[number % len(SHAPES)], QPainterPath()
    if corners:
        path.addPolygon(QPolygonF([QPointF(size * x, size * y) for x, y in corners]))
        path.closeSubpath()
    else:
        path.addEllipse(QPointF(), size / 2, size / 2)
    return path


def paint_marks(
    painter: QPainter,
    xs: npt.NDArray[np.float64],
    ys: npt.NDArray[np.float64],
    classes: npt.NDArray[np.int64],
    colors: Sequence[str],
    rim: str,
    size: float,
    *,
    singled: int | None = None,
    is_picture: bool = False,
) -> None:
    """Paint a mark at each place.

    Parameters
    ----------
    xs, ys, classes
        Where the samples are, in pixels, and the numbers of their classes, each of shape ``(n,)``.
    colors
        Of each class.
    rim
        The colour around each mark.
    size
        Pixels across a mark.
    singled
        The class that stands out, with the others faded and behind it; None if there is none.
    is_picture
        Whether it is painted into a file, which gets outlines and no small pictures.
    """
    chosen = np.full(len(classes), True) if singled is None else classes == singled
    for inside, opacity in ((~chosen, FADED), (chosen, 1.0)):
        painter.setOpacity(opacity)
        places = zip(xs[inside].tolist(), ys[inside].tolist(), classes[inside].tolist(), strict=True)
        if is_picture:
            paths = [mark(number, size) for number in range(len(colors))]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(rim), RIM))
            for x, y, number in places:
                painter.setBrush(QColor(colors[number]))
                painter.drawPath(paths[number].translated(x, y))
            continue
        sharpness = painter.device().devicePixelRatio()
        stamps = [stamp(number, color, rim, size, sharpness) for number, color in enumerate(colors)]
        for x, y, number in places:
            corner, small = stamps[number]
            painter.drawPixmap(QPointF(x - corner, y - corner), small)
    painter.setOpacity(1.0)


def stamp(number: int, color: str, rim: str, size: float, sharpness: float) -> tuple[float, QPixmap]:
    """Half the side of the picture of a mark, and that picture."""
    side = 2 * math.ceil(0.75 * size + RIM) + 1
    small = QPixmap(round(side * sharpness), round(side * sharpness))
    small.setDevicePixelRatio(sharpness)
    small.fill(Qt.GlobalColor.transparent)
    painter = QPainter(small)
    paint_mark(painter, number, QRectF(0, 0, side, side).center(), size, color, rim)
    painter.end()
    return side / 2, small


def paint_mark(painter: QPainter, number: int, centre: QPointF, size: float, color: str, rim: str) -> None:
    """One mark with its rim."""
    outline = mark(number, size).translated(centre)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.strokePath(outline, QPen(QColor(rim), 2 * RIM))
    painter.fillPath(outline, QColor(color))
