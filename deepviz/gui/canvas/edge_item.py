"""A connection on the canvas: a curve with a style."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepviz.document.graph import Edge
from deepviz.gui.canvas.edge_style import MARGIN, EdgeStyle, paint_edge, path_of
from deepviz.gui.canvas.route import Route


class EdgeItem(QGraphicsItem):
    """One edge. It lies behind the cards.

    Parameters
    ----------
    edge
        The edge it shows.
    way
        Where it runs.
    style
        How it is drawn.
    """

    def __init__(self, edge: Edge, way: Route, style: EdgeStyle) -> None:
        super().__init__()
        self.edge = edge
        self.style = style
        self.halo = ""
        self._path = QPainterPath()
        self._extent = QRectF()
        self._way: Route | None = None
        self.setZValue(-1)
        self.show_way(way)

    def show_way(self, way: Route) -> None:
        """Run elsewhere."""
        if way is not self._way:
            self.prepareGeometryChange()
            self._way, self._path = way, path_of(way)
            self._extent = self._path.boundingRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def show_style(self, style: EdgeStyle) -> None:
        """Be drawn in another colour or width."""
        if style != self.style:
            self.style = style
            self.update()

    def show_halo(self, color: str) -> None:
        """Stand out in a colour (`#rrggbb`, or with `#aa` for see-through in front); empty for not at all."""
        if color != self.halo:
            self.halo = color
            self.update()

    def boundingRect(self) -> QRectF:
        return self._extent

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        # The view paints with smooth edges anyway; there may be a thousand of these, so nothing is said twice.
        paint_edge(painter, self._path, self.style, self.halo)
