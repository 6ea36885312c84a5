"""What a gesture shows while it lasts: a curve that follows the pointer, the ghost of a card, a rubber band.

These items are made once with their scene and hidden until they are needed; they stand for nothing in the graph.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from deepviz.gui.canvas.card_face import CardFace
from deepviz.gui.canvas.card_painter import EXTENT, CardPainter, CardState
from deepviz.gui.canvas.edge_style import EdgeStyle, paint_edge, path_of
from deepviz.gui.canvas.geometry import PORT_RADIUS, Box, Point
from deepviz.gui.canvas.route import Route
from deepviz.gui.theme import Theme

GHOST_OPACITY = 0.65


class Overlays:
    """The three kinds of overlay of a scene."""

    def __init__(self, scene: QGraphicsScene, painter: CardPainter) -> None:
        self._painter = painter
        self._ghost = _Ghost()
        self._loose_edges = (_LooseEdge(), _LooseEdge())
        self._band = _Band()
        for item in (self._ghost, *self._loose_edges, self._band):
            item.setVisible(False)
            item.setZValue(10)
            scene.addItem(item)

    def use_painter(self, painter: CardPainter) -> None:
        """Be painted in another theme."""
        self._painter = painter

    def show_ghost(self, face: CardFace, place: Point) -> None:
        """Show where a card would be placed."""
        self._ghost.face, self._ghost.painter = face, self._painter
        self._ghost.setPos(QPointF(*place))
        self._ghost.setVisible(True)
        self._ghost.update()

    def show_loose_edges(self, *ways: Route, is_possible: bool = True) -> None:
        """Show one or two connections that would be made."""
        theme = self._painter.theme
        for number, loose_edge in enumerate(self._loose_edges):
            loose_edge.setVisible(number < len(ways))
            if number < len(ways):
                loose_edge.show_way(ways[number], theme.accent if is_possible else theme.dim)

    def show_band(self, area: Box) -> None:
        """Show the rectangle of a rubber band."""
        self._band.show_area(area, self._painter.theme)
        self._band.setVisible(True)

    def hide(self) -> None:
        """Show none of them."""
        for item in (self._ghost, *self._loose_edges, self._band):
            item.setVisible(False)


class _Ghost(QGraphicsItem):
    """A card that is not there yet."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpacity(GHOST_OPACITY)
        self.face: CardFace | None = None
        self.painter: CardPainter | None = None

    def boundingRect(self) -> QRectF:
        return EXTENT

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.face is not None and self.painter is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
            self.painter.paint(painter, self.face, CardState.CHOSEN, zoom)


class _LooseEdge(QGraphicsItem):
    """A connection that is not there yet."""

    def __init__(self) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._color = "#000000"
        self._ends = (QPointF(), QPointF())
        self._extent = QRectF()

    def show_way(self, way: Route, color: str) -> None:
        """Run elsewhere."""
        self.prepareGeometryChange()
        self._path, self._color = path_of(way), color
        self._ends = (QPointF(*way.curves[0][0]), QPointF(*way.curves[-1][-1]))
        self._extent = self._path.controlPointRect().adjusted(-8, -8, 8, 8)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._extent

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_edge(painter, self._path, EdgeStyle(self._color, 2.5))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._color))
        for end in self._ends:
            painter.drawEllipse(end, PORT_RADIUS, PORT_RADIUS)


class _Band(QGraphicsItem):
    """The rectangle that is drawn around what is to be selected."""

    def __init__(self) -> None:
        super().__init__()
        self._area = QRectF()
        self._color = QColor()

    def show_area(self, area: Box, theme: Theme) -> None:
        """Lie elsewhere."""
        self.prepareGeometryChange()
        self._area = QRectF(QPointF(area.left, area.top), QPointF(area.right, area.bottom))
        self._color = QColor(theme.accent)

    def boundingRect(self) -> QRectF:
        return self._area.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        line = QPen(self._color, 1.0)
        line.setCosmetic(True)
        filling = QColor(self._color)
        filling.setAlpha(36)
        painter.setPen(line)
        painter.setBrush(filling)
        painter.drawRect(self._area)
