"""What a gesture shows while it lasts: curves of connections, the ghost of a card, a rubber band, lines of alignment.

These items are made once and hidden until they are needed; they stand for nothing in the graph.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from deepviz.gui.canvas.alignment import Guide
from deepviz.gui.canvas.card_face import CardFace
from deepviz.gui.canvas.card_painter import EXTENT, CardPainter, CardState
from deepviz.gui.canvas.edge_style import EdgeStyle, paint_edge, path_of
from deepviz.gui.canvas.geometry import PORT_RADIUS, Box, Point
from deepviz.gui.canvas.label_item import Label
from deepviz.gui.canvas.route import Route
from deepviz.gui.theme import Theme

GHOST_OPACITY = 0.65
WORDS_AWAY = 18.0
"""Pixels from the end of a card to the middle of the words about it."""

TICK = 5.0
"""Half the length of the marks at the ends of a gap, in scene units."""


class Overlays:
    """The overlays of a scene."""

    def __init__(self, scene: QGraphicsScene, painter: CardPainter) -> None:
        self._scene = scene
        self._painter = painter
        self._ghost = _Ghost()
        self._loose_edges: list[_LooseEdge] = []
        self._band = _Band()
        self._guides = _Guides()
        self._words = Label()
        for item in (self._ghost, self._band, self._guides, self._words):
            self._add(item)

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
        """Show connections that would be made."""
        theme = self._painter.theme
        while len(self._loose_edges) < len(ways):
            self._loose_edges.append(_LooseEdge())
            self._add(self._loose_edges[-1])
        for number, loose_edge in enumerate(self._loose_edges):
            loose_edge.setVisible(number < len(ways))
            if number < len(ways):
                loose_edge.show_way(ways[number], theme.accent if is_possible else theme.dim)

    def show_band(self, area: Box) -> None:
        """Show the rectangle of a rubber band."""
        self._band.show_area(area, self._painter.theme)
        self._band.setVisible(True)

    def show_words(self, text: str, place: Point, above: bool = False) -> None:
        """Say below or above a place what would happen; nothing for an empty text."""
        self._words.setVisible(bool(text))
        if text:
            self._words.say(text, place, QPointF(0.0, -WORDS_AWAY if above else WORDS_AWAY), self._painter.theme)

    @property
    def words(self) -> str:
        """What is said at the moment about what would happen."""
        return self._words.text if self._words.isVisible() else ""

    def show_guides(self, guides: Sequence[Guide]) -> None:
        """Show what a dragged card is level with; nothing for none."""
        self._guides.setVisible(bool(guides))
        if guides:
            self._guides.show_lines(guides, self._painter.theme)

    @property
    def guides(self) -> Sequence[Guide]:
        """The lines of alignment that are shown."""
        return self._guides.lines if self._guides.isVisible() else ()

    def hide(self) -> None:
        """Show none of them."""
        for item in (self._ghost, *self._loose_edges, self._band, self._guides, self._words):
            item.setVisible(False)

    def _add(self, item: QGraphicsItem) -> None:
        item.setVisible(False)
        item.setZValue(max(10.0, item.zValue()))
        self._scene.addItem(item)


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
        self._area = QRectF(area.left, area.top, area.width, area.height)
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


class _Guides(QGraphicsItem):
    """Thin lines along what lines up; where gaps are equal, with marks at their ends."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[Guide] = ()
        self._color = QColor()
        self._extent = QRectF()

    def show_lines(self, guides: Sequence[Guide], theme: Theme) -> None:
        """Show other lines."""
        self.prepareGeometryChange()
        self.lines, self._color = guides, QColor(theme.accent)
        ends = [end for guide in guides for end in (guide.start, guide.end)]
        xs, ys = [end.x for end in ends], [end.y for end in ends]
        corner, far = QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys))
        self._extent = QRectF(corner, far).adjusted(-TICK, -TICK, TICK, TICK)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._extent

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        line = QPen(self._color, 1.0)
        line.setCosmetic(True)
        painter.setPen(line)
        for guide in self.lines:
            start, end = QPointF(*guide.start), QPointF(*guide.end)
            painter.drawLine(start, end)
            if guide.is_gap:
                aside = QPointF(0.0, TICK) if start.y() == end.y() else QPointF(TICK, 0.0)
                painter.drawLines([QLineF(start - aside, start + aside), QLineF(end - aside, end + aside)])
