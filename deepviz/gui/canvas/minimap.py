"""The whole network in a corner of the canvas, with a frame around the part that is seen; a click or drag goes there.

It is there only while something is out of sight. The cards are painted once, into a picture that is kept.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Box, Point
from deepviz.gui.canvas.scene import CanvasScene
from deepviz.gui.theme import Theme

WIDEST, HIGHEST = 176, 116
LEAST = 56
"""The least it is high and wide, in pixels: long networks in one row would be a line otherwise."""

PADDING = 8.0
GAP = 12
"""Pixels to the border of the canvas."""

LEAST_CARD = 1.5
"""How large a card is at least, in pixels."""


class Minimap(QWidget):
    """A small picture of a network.

    Parameters
    ----------
    network
        What it shows.
    parent
        The canvas that it lies on.
    """

    place_wanted = Signal(object)
    """Sent with the point of the scene that is to be in the middle."""

    wanted_changed = Signal(bool)
    """Sent after someone has switched it on or off."""

    def __init__(self, network: CanvasScene, parent: QWidget) -> None:
        super().__init__(parent)
        self._network = network
        self._is_wanted = True
        self._picture: QPixmap | None = None
        self._theme: Theme | None = None
        self._content: Box | None = None
        self._is_known = False
        self._seen = Box(0, 0, 0, 0)
        self._grip: QPointF | None = None
        self.setAccessibleName("Minimap")
        self.setToolTip("Minimap: click or drag to go there; M hides it")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be shown while something is out of sight."""
        return self._is_wanted

    def want(self, is_wanted: bool) -> None:
        """Show it while something is out of sight, or never."""
        if is_wanted != self._is_wanted:
            self._is_wanted = is_wanted
            self.show_seen(self._seen)
            self.wanted_changed.emit(is_wanted)

    def show_seen(self, seen: Box) -> None:
        """Show which part of the scene can be seen; go away if that is all of the network."""
        self._seen = seen
        if not self._is_wanted:
            self.hide()
            return
        if not self._is_known:
            self._take_size(self._network.content())
        if self._content is None or (seen.holds(self._content) and self._grip is None):
            self.hide()
        else:
            self.show()
            self.update()

    def look_again(self) -> None:
        """Something about the network has changed. It is looked at when it is next to be shown."""
        self._picture, self._is_known = None, False

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._network.theme
        if self._picture is None or theme != self._theme:
            self._paint_picture()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        ground = QColor(theme.window)
        ground.setAlpha(235)
        painter.setPen(QPen(QColor(theme.line), 1.0))
        painter.setBrush(ground)
        painter.drawRoundedRect(area, 6, 6)
        if self._picture is not None:
            painter.drawPixmap(QPointF(0, 0), self._picture)
        frame = self.frame().intersected(area.adjusted(1, 1, -1, -1))
        out_of_sight = QPainterPath()
        out_of_sight.addRoundedRect(area, 6, 6)
        out_of_sight.addRect(frame)
        ground.setAlpha(115)
        painter.fillPath(out_of_sight, ground)  # what is in both is in neither: the frame stays clear
        painter.setPen(QPen(QColor(theme.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, 2, 2)

    def frame(self) -> QRectF:
        """The frame around what is seen, in its own pixels."""
        first, last = self.place_of(Point(self._seen.left, self._seen.top)), self._seen
        return QRectF(first, self.place_of(Point(last.right, last.bottom)))

    def place_of(self, point: Point) -> QPointF:
        """Where a point of the scene is, in its own pixels."""
        scale, left, top = self._scale()
        return QPointF((point.x - left) * scale, (point.y - top) * scale)

    def point_at(self, place: QPointF) -> Point:
        """Which point of the scene is at a place."""
        scale, left, top = self._scale()
        return Point(place.x() / scale + left, place.y() / scale + top)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        # Grabbed by the frame, that stays under the pointer where it was grabbed; elsewhere its middle comes there.
        middle = self.frame().center()
        self._grip = event.position() - middle if self.frame().contains(event.position()) else QPointF()
        if self._grip.isNull():
            self.place_wanted.emit(self.point_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._grip is not None:
            self.place_wanted.emit(self.point_at(event.position() - self._grip))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._grip = None
        self.show_seen(self._seen)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def _scale(self) -> tuple[float, float, float]:
        """Pixels for each unit of the scene, and what of the scene is at its top left corner."""
        content = self._content or Box(0, 0, 1, 1)
        width, height = max(1.0, content.width), max(1.0, content.height)
        scale = min((self.width() - 2 * PADDING) / width, (self.height() - 2 * PADDING) / height)
        middle = content.center
        return scale, middle.x - self.width() / 2 / scale, middle.y - self.height() / 2 / scale

    def _take_size(self, content: Box | None) -> None:
        """As large as it may be with the proportions of the network."""
        self._content, self._picture, self._is_known = content, None, True
        if content is None:
            return
        scale = min((WIDEST - 2 * PADDING) / content.width, (HIGHEST - 2 * PADDING) / content.height)
        width, height = round(content.width * scale + 2 * PADDING), round(content.height * scale + 2 * PADDING)
        self.resize(max(LEAST, width), max(LEAST, height))
        self.stand()

    def stand(self) -> None:
        """Stand in the lower left corner of the canvas."""
        ground = self.parentWidget()
        if ground is not None:
            self.move(GAP, ground.height() - self.height() - GAP)

    def _paint_picture(self) -> None:
        """Paint all cards as small rectangles in the colours of their categories."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        theme, (scale, left, top) = self._network.theme, self._scale()
        width, height = max(LEAST_CARD, WIDTH * scale), max(LEAST_CARD, HEIGHT * scale)
        by_color: dict[str, list[QRectF]] = {}
        for node_id, item in self._network.node_items().items():
            x, y = self._network.places[node_id]
            color = theme.bad if item.face.severity == "bad" else theme.category(item.face.category)
            by_color.setdefault(color, []).append(QRectF((x - left) * scale, (y - top) * scale, width, height))
        painter = QPainter(picture)
        painter.setPen(Qt.PenStyle.NoPen)
        for color, cards in by_color.items():
            painter.setBrush(QColor(color))
            painter.drawRects(cards)
        painter.end()
        self._picture, self._theme = picture, theme
