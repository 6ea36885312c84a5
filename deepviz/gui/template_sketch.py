"""A small picture of a network for its template: the cards as plain blocks in the colours of their categories."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from deepviz.document.graph import Graph
from deepviz.document.layout import CARD_SIZE
from deepviz.gui.canvas.edge_style import path_of
from deepviz.gui.canvas.picture import picture_area
from deepviz.gui.canvas.routes import edge_routes
from deepviz.gui.theme import Theme

LARGEST = 0.24
"""Scale of the smallest networks; larger ones are drawn smaller, until they fit."""

_LINE = 1.0


def paint_sketch(painter: QPainter, area: QRectF, graph: Graph, theme: Theme) -> None:
    """Draw a graph as large as it fits into the middle of an area of the painter."""
    whole = picture_area(graph)
    cards = whole.adjusted(24, 24, -24, -24)
    scale = min(LARGEST, area.width() / cards.width(), area.height() / cards.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(area.center())
    painter.scale(scale, scale)
    painter.translate(-cards.center())
    pen = QPen(QColor(theme.faint), _LINE)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    places = {node.id: node.position for node in graph.nodes}
    for way in edge_routes(graph, places, graph.edges).values():
        painter.drawPath(path_of(way))
    painter.setPen(Qt.PenStyle.NoPen)
    radius = min(CARD_SIZE[1] / 3, 3 / scale)
    for node in graph.nodes:
        painter.setBrush(QColor(theme.category_ink(node.layer.category)))
        painter.drawRoundedRect(QRectF(QPointF(*node.position), QPointF(*_end(node.position))), radius, radius)
    painter.restore()


def _end(position: tuple[float, float]) -> tuple[float, float]:
    return position[0] + CARD_SIZE[0], position[1] + CARD_SIZE[1]
