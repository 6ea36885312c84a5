"""The frame around the cards of a group that is drawn open, with the group's name on a bar at its top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepviz.document.drawing import Frame
from deepviz.gui import icons
from deepviz.gui.canvas.geometry import Box, Point, around, bounds
from deepviz.gui.theme import Theme, body_font

PADDING = 18.0
"""Room to the sides and below."""
BAR = 22.0
HEAD = BAR + 1.0
"""Room above: the bar just finds it between two rows of cards, below the response maps of the upper row and below the
connections that run in the middle between the two."""
RADIUS = 12.0
BELOW = 14.0
"""More room below, where cards say what is wrong with them."""


class FrameItem(QGraphicsItem):
    """One open group. It lies behind everything; inner frames lie on outer ones."""

    def __init__(self, frame: Frame, theme: Theme) -> None:
        super().__init__()
        self.frame = frame
        self.box = Box(0, 0, 0, 0)
        self._theme = theme
        self._is_marked = False
        self.setZValue(-4.0 + frame.depth * 1e-3)

    def mark(self, is_marked: bool) -> None:
        """Show, or no longer, that what is dragged would come to lie in it."""
        if is_marked != self._is_marked:
            self._is_marked = is_marked
            self.update()

    def show_frame(self, frame: Frame, box: Box, theme: Theme) -> None:
        """Stand elsewhere, or for another group."""
        if (frame, box, theme) != (self.frame, self.box, self._theme):
            self.prepareGeometryChange()
            self.frame, self.box, self._theme = frame, box, theme
            self.setZValue(-4.0 + frame.depth * 1e-3)
            self.update()

    @property
    def bar(self) -> Box:
        """The bar at the top, where the frame can be taken."""
        return Box(self.box.left, self.box.top, self.box.right, self.box.top + BAR)

    def boundingRect(self) -> QRectF:
        return QRectF(self.box.left, self.box.top, self.box.width, self.box.height).adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_frame(painter, self.frame, self.box, self._theme, self._is_marked)


def paint_frame(painter: QPainter, frame: Frame, box: Box, theme: Theme, is_marked: bool = False) -> None:
    """Paint a frame: on the canvas and in pictures, always the same."""
    hue = QColor(theme.category("Group"))
    filling = QColor(hue)
    filling.setAlpha(44 if is_marked else 16)
    painter.setBrush(filling)
    line = QColor(hue)
    line.setAlpha(255 if is_marked else 150)
    painter.setPen(QPen(line, 1.0, Qt.PenStyle.SolidLine if is_marked else Qt.PenStyle.DashLine))
    painter.drawRoundedRect(QRectF(box.left, box.top, box.width, box.height), RADIUS, RADIUS)
    left, top = box.left + 12.0, box.top
    icons.paint(painter, "group", theme.category_ink("Group"), QRectF(left, top + (BAR - 14.0) / 2, 14.0, 14.0))
    font = body_font(12)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    room = QRectF(left + 20.0, top, max(box.right - left - 30.0, 20.0), BAR)
    words = QFontMetricsF(font).elidedText(frame_title(frame), Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def frame_title(frame: Frame) -> str:
    """What stands on the bar: the name, and how often the group is repeated."""
    return frame.group.name + (f"  × {frame.group.repeat}" if frame.group.repeat > 1 else "")


def frame_boxes(frames: Sequence[Frame], places: Mapping[str, Point]) -> dict[str, Box]:
    """Where each frame is, by the id of its group: around its cards and around the frames inside of it."""
    found: dict[str, Box] = {}
    for frame in sorted(frames, key=lambda frame: -frame.depth):
        box = bounds(places[card] for card in frame.cards if card in places)
        if box is None:
            continue
        own = set(frame.cards)
        inner = [
            found[other.group.id]
            for other in frames
            if other.group.id in found and other.depth > frame.depth and own >= set(other.cards)
        ]
        inner.append(Box(box.left, box.top, box.right, box.bottom + BELOW))
        whole = around(inner)
        if whole is not None:
            found[frame.group.id] = Box(
                whole.left - PADDING, whole.top - HEAD, whole.right + PADDING, whole.bottom + PADDING
            )
    return found
