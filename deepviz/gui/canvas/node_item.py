"""A card on the canvas, and on it the part that changes while training. Items know nothing of each other."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepviz.gui.canvas.card_face import CardFace
from deepviz.gui.canvas.card_painter import EXTENT, NO_NUMBERS_BELOW, CardPainter, CardState
from deepviz.gui.canvas.far_cards import far_cards
from deepviz.gui.canvas.geometry import Port
from deepviz.gui.canvas.trace import AREA, Trace, paint_trace


class NodeItem(QGraphicsItem):
    """One node as a card. It is cached as pixels, so that panning and neighbours' changes cost nothing.

    Parameters
    ----------
    node_id
        The node it shows.
    face
        What it says.
    painter
        Who paints it.
    """

    def __init__(self, node_id: str, face: CardFace, painter: CardPainter) -> None:
        super().__init__()
        self.node_id = node_id
        self.face = self.shown_face = face
        self.state = CardState.NONE
        self.hot_port: Port | None = None
        self.order = 0
        self._painter = painter
        self.live = LiveItem(self, painter)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def show_face(self, face: CardFace) -> None:
        """Say something else."""
        if face != self.face:
            self.face = self.shown_face = face
            self.update()

    def show_as(self, face: CardFace) -> None:
        """Say what it said at the moment that is shown, until it is told to say something else."""
        if face != self.shown_face:
            self.shown_face = face
            self.update()

    def show_state(self, state: CardState, hot_port: Port | None = None) -> None:
        """Look hovered, selected, and so on."""
        if (state, hot_port) != (self.state, self.hot_port):
            self.state, self.hot_port = state, hot_port
            self.setOpacity(0.35 if CardState.DIMMED in state else 0.55 if CardState.OUTSIDE in state else 1.0)
            self.update()

    def lift(self, is_lifted: bool) -> None:
        """Lie in front of all other cards while being dragged, and among them in the order of the graph otherwise."""
        self.setZValue(1.0 if is_lifted else self.order * 1e-6)

    def use_painter(self, painter: CardPainter) -> None:
        """Be painted in another theme."""
        self._painter = painter
        self.live.use_painter(painter)
        self.update()

    def boundingRect(self) -> QRectF:
        return EXTENT

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        if zoom < NO_NUMBERS_BELOW and self.hot_port is None:
            far_cards(self._painter).paint(painter, self.shown_face, self.state, zoom)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._painter.paint(painter, self.shown_face, self.state, zoom, self.hot_port)


class LiveItem(QGraphicsItem):
    """The live part of a card: an item of its own, so that a step of training does not repaint the card."""

    def __init__(self, parent: QGraphicsItem, painter: CardPainter) -> None:
        super().__init__(parent)
        self.trace: Trace | None = None
        self._painter = painter
        self.setVisible(False)

    def show_trace(self, trace: Trace | None) -> None:
        """Show other values; None for nothing."""
        if trace is None and self.trace is None:
            return
        if (trace is None) != (self.trace is None):
            self.setVisible(trace is not None)
        self.trace = trace
        self.update()

    def use_painter(self, painter: CardPainter) -> None:
        """Be painted in another theme."""
        self._painter = painter
        self.update()

    def boundingRect(self) -> QRectF:
        return AREA

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        if self.trace is not None and zoom >= NO_NUMBERS_BELOW:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_trace(painter, self.trace, self._painter.theme)
