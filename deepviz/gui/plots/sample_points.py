"""Paints samples as points of a plane: filled for training, rings for validation, squares for test, × on errors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from deepviz.gui.amounts import thousands
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.theme import DARK, LIGHT, Theme, contrast
from deepviz.insight.scatter import Scatter

NO_BREAK = "\u00a0"
PART_WORDS = {"train": "training", "validation": "validation", "test": "test"}
SIZE, RIM, HOLE = 6.0, 8.0, 3.0
"""Pixels across a point, across it with its rim, and across the hole of a ring."""
CROSS = 3.0
FEW, NARROW, SMALLER = 400, 260.0, 0.7
"""From so many points on, and in so narrow a frame, they are drawn smaller."""


def paint_samples(
    painter: QPainter,
    area: PlaneArea,
    samples: Scatter,
    heights: np.ndarray,
    colors: Sequence[str],
    theme: Theme,
    is_on_map: bool = False,
) -> None:
    """Paint the samples of one part.

    Parameters
    ----------
    heights
        Where they are on the vertical axis, shape ``(n,)``; on the horizontal one they are at their first place.
    colors
        Of each sample.
    is_on_map
        Whether they lie on a map of the same colours: then rims are of whichever grey stands out from a point.
    """
    xs, ys = area.pixels(samples.places[:, 0], heights)
    # Painted in the order of their colours: to change the pen takes longer than to paint a point.
    groups: dict[str, QPolygonF] = {}
    for x, y, color in zip(xs.tolist(), ys.tolist(), colors, strict=True):
        groups.setdefault(color, QPolygonF()).append(QPointF(x, y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    is_square = samples.part == "test"
    cap = Qt.PenCapStyle.SquareCap if is_square else Qt.PenCapStyle.RoundCap
    scale = _scale(area, len(xs))
    more = samples.part != "train"
    for color, points in groups.items():
        rim = rim_of(color) if is_on_map else theme.panel
        widths = [(RIM + more, rim), (SIZE + more, color), *([(HOLE, rim)] if more else [])]
        for width, ink in widths:
            pen = QPen(QColor(ink), width * scale)
            pen.setCapStyle(cap)
            painter.setPen(pen)
            painter.drawPoints(points)


@lru_cache(maxsize=512)
def rim_of(color: str) -> str:
    """The grey of a rim around a point on a map of the same colours: black on light ones, white on dark ones."""
    return max((DARK.window, LIGHT.panel), key=lambda grey: contrast(grey, color))


def paint_crosses(painter: QPainter, area: PlaneArea, samples: Scatter, heights: np.ndarray, theme: Theme) -> None:
    """Mark the samples that are taken for another class than theirs."""
    wrong = samples.wrong
    xs, ys = area.pixels(samples.places[wrong, 0], heights[wrong])
    lines: list[QLineF] = []
    arm = CROSS * _scale(area, len(wrong))
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        lines += [
            QLineF(x - arm, y - arm, x + arm, y + arm),
            QLineF(x - arm, y + arm, x + arm, y - arm),
        ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.text), 1.5 * arm / CROSS))
    painter.drawLines(lines)


def _scale(area: PlaneArea, count: int) -> float:
    """How large the marks of so many samples are: small ones leave something of the picture to be seen."""
    return (1.0 if count <= FEW else SMALLER) * (1.0 if area.frame.width() >= NARROW else SMALLER)


def nearest_sample(
    area: PlaneArea, x: float, y: float, samples: Sequence[Scatter], heights: Sequence[np.ndarray], within: float
) -> tuple[int, int] | None:
    """Which sample is drawn nearest to a point of the plane.

    Parameters
    ----------
    heights
        For each part where its samples are on the vertical axis.
    within
        How far from it in pixels, at most.

    Returns
    -------
    Which of the parts it is in, and its place there; None if there is none so near.
    """
    here = area.pixel(x, y)
    best, found = within, None
    for number, (part, rows) in enumerate(zip(samples, heights, strict=True)):
        if not len(rows):
            continue
        xs, ys = area.pixels(part.places[:, 0], rows)
        distances = np.hypot(xs - here.x(), ys - here.y())
        nearest = int(distances.argmin())
        if distances[nearest] <= best:
            best, found = float(distances[nearest]), (number, nearest)
    return found


def samples_in_words(samples: Sequence[Scatter], counts_wrong: bool) -> str:
    """How many samples are drawn: `480 training samples, 12 wrong (×) · 60 validation, 3 wrong`."""
    words = []
    for number, part in enumerate(samples):
        shown, total = len(part.numbers), part.total
        count = thousands(shown) if shown == total else f"{thousands(shown)} of {thousands(total)}"
        text = f"{count} {PART_WORDS[part.part]}" + ("" if number else " samples")
        if counts_wrong:
            text += f", {thousands(int(part.wrong.sum()))} wrong" + ("" if number else " (×)")
        words.append(text.replace(" ", NO_BREAK))
    return " · ".join(words)
