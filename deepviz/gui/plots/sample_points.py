"""Paints samples as points of a plane: filled for training, rings for validation, squares for test, × on errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from deepviz.gui.amounts import thousands
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.theme import Theme
from deepviz.insight.scatter import Scatter

NO_BREAK = "\u00a0"
PART_WORDS = {"train": "training", "validation": "validation", "test": "test"}
SIZE, RIM, HOLE = 6.0, 8.0, 3.0
"""Pixels across a point, across it with its rim, and across the hole of a ring."""
CROSS = 3.0
FEW, SMALLER = 400, 0.7
"""From so many points on they are drawn smaller."""


def paint_samples(
    painter: QPainter, area: PlaneArea, samples: Scatter, heights: np.ndarray, colors: Sequence[str], theme: Theme
) -> None:
    """Paint the samples of one part.

    Parameters
    ----------
    heights
        Where they are on the vertical axis, shape ``(n,)``; on the horizontal one they are at their first place.
    colors
        Of each sample.
    """
    xs, ys = area.pixels(samples.places[:, 0], heights)
    # Painted in the order of their colours: to change the pen takes longer than to paint a point.
    groups: dict[str, QPolygonF] = {}
    for x, y, color in zip(xs.tolist(), ys.tolist(), colors, strict=True):
        groups.setdefault(color, QPolygonF()).append(QPointF(x, y))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    is_square = samples.part == "test"
    cap = Qt.PenCapStyle.SquareCap if is_square else Qt.PenCapStyle.RoundCap
    scale = 1.0 if len(xs) <= FEW else SMALLER
    widths = [(RIM, theme.panel), (SIZE, "")]
    if samples.part != "train":
        widths = [(RIM + 1, theme.panel), (SIZE + 1, ""), (HOLE, theme.panel)]
    for color, points in groups.items():
        for width, ink in widths:
            pen = QPen(QColor(ink or color), width * scale)
            pen.setCapStyle(cap)
            painter.setPen(pen)
            painter.drawPoints(points)


def paint_crosses(painter: QPainter, area: PlaneArea, samples: Scatter, heights: np.ndarray, theme: Theme) -> None:
    """Mark the samples that are taken for another class than theirs."""
    wrong = samples.wrong
    xs, ys = area.pixels(samples.places[wrong, 0], heights[wrong])
    lines: list[QLineF] = []
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        lines += [
            QLineF(x - CROSS, y - CROSS, x + CROSS, y + CROSS),
            QLineF(x - CROSS, y + CROSS, x + CROSS, y - CROSS),
        ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.text), 1.5))
    painter.drawLines(lines)


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
