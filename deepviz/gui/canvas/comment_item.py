"""A comment on the canvas: a note that can be moved, resized, and written in."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepviz.document.graph import Comment
from deepviz.gui.canvas.geometry import Box, Point
from deepviz.gui.theme import Theme, body_font

RADIUS = 6.0
MARGIN = 10.0
HANDLE = 16.0
"""Side of the square at the lower right corner where a comment is resized."""

HUE = "#e3c75a"
EMPTY = "Double-click to write"
TEXT_SIZE, FAR_SIZES = 13, (28, 24, 20, 18, 16, 14)
"""In scene units: of the words by themselves, and as large as they may be when they are seen from far away."""
READABLE = 10.0
"""Pixels of the screen that words are high where their comment has room for it."""


WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)


class CommentItem(QGraphicsItem):
    """One comment. It lies behind connections and cards."""

    def __init__(self, comment: Comment, theme: Theme) -> None:
        super().__init__()
        self.comment = comment
        self.is_selected = False
        self._theme = theme
        self._box = comment_box(comment)
        self.setZValue(-3.0)

    @property
    def box(self) -> Box:
        """Where it is shown, which is elsewhere than it is while it is being dragged."""
        return self._box

    def show_comment(self, comment: Comment, is_selected: bool, theme: Theme) -> None:
        """Say something else, or look otherwise."""
        self.comment, self.is_selected, self._theme = comment, is_selected, theme
        self.show_at(comment_box(comment))
        self.update()

    def show_at(self, box: Box) -> None:
        """Be shown elsewhere, or in another size, while being dragged."""
        if box != self._box:
            self.prepareGeometryChange()
            self._box = box

    def boundingRect(self) -> QRectF:
        return QRectF(self._box.left, self._box.top, self._box.width, self._box.height).adjusted(-4, -4, 4, 4)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        zoom = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        paint_comment(painter, self.comment, self._box, self._theme, self.is_selected, zoom)


def paint_comment(
    painter: QPainter, comment: Comment, box: Box, theme: Theme, is_selected: bool = False, zoom: float | None = None
) -> None:
    """Paint a comment: on the canvas and in pictures.

    Parameters
    ----------
    zoom
        How large it is seen on the canvas, where it can be edited: a hint stands in it while it is empty, its corner
        shows that it moves, and from far away its words are larger. None in a picture.
    """
    is_live = zoom is not None
    area = QRectF(box.left, box.top, box.width, box.height)
    filling = QColor(HUE)
    filling.setAlpha(40 if theme.is_dark else 70)
    painter.setBrush(filling)
    edge = QColor(HUE)
    edge.setAlpha(150)
    painter.setPen(QPen(QColor(theme.accent), 2.0) if is_selected else QPen(edge, 1.0))
    painter.drawRoundedRect(area, RADIUS, RADIUS)
    if is_live:
        painter.setPen(QPen(QColor(theme.dim), 1.2))
        for step in (5.0, 9.0):
            corner = area.bottomRight() - QPointF(3.0, 3.0)
            painter.drawLine(corner - QPointF(step, 0.0), corner - QPointF(0.0, step))
    text = comment.text or (EMPTY if is_live else "")
    room = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    painter.setFont(body_font(text_size(text, room, 1.0 if zoom is None else zoom)))
    painter.setPen(QColor(theme.text if comment.text else theme.dim))
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.drawText(room, WRAPPED, text)
    painter.restore()


def text_size(text: str, room: QRectF, zoom: float) -> int:
    """How large words are, in scene units, seen at a zoom: readable as far as all of them fit, and never smaller."""
    for size in FAR_SIZES:
        # Not larger than it takes: what is next smaller can be read as well.
        if (size - 2) * zoom < READABLE:
            needed = QFontMetricsF(body_font(size)).boundingRect(room, WRAPPED, text)
            if room.adjusted(-0.5, -0.5, 0.5, 0.5).contains(needed):
                return size
    return TEXT_SIZE


def comment_box(comment: Comment) -> Box:
    """Where a comment is."""
    (left, top), (width, height) = comment.position, comment.size
    return Box(left, top, left + width, top + height)


def at_corner(box: Box, point: Point) -> bool:
    """Whether a point is where a comment is resized."""
    return Box(box.right - HANDLE, box.bottom - HANDLE, box.right, box.bottom).contains(point, 3.0)
