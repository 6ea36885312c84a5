"""A pad to draw on by hand: pen, eraser, undo; by pointer or with keys.

It holds an image much finer than what the network gets, in which 0 is the smallest value of the data and 1 the largest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepviz.gui.plots.key_focus import KeyFocus
from deepviz.gui.theme import DARK, Theme

FINENESS = 280
"""Pixels of the longer side of the pad's own image, at least."""
MOST_UNDOS = 40
KEY_STEPS = 28
"""Arrow keys move the pen by such a part of the pad."""
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class DrawingPad(KeyFocus, QWidget):
    """The pad.

    Attributes
    ----------
    pen_width
        In hundredths of the longer side.
    is_erasing
        Whether the pen takes ink away.
    color
        The ink for images in colours; ink and paper of grey ones follow from the data.
    is_by_hand
        Whether what is on it was drawn here and nowhere else, so that it has to be brought into place.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.pen_width = 10
        self.is_erasing = False
        self.color = QColor("white")
        self.is_by_hand = True
        self._paper = 0
        self._is_grey = True
        self._image = QImage(FINENESS, FINENESS, QImage.Format.Format_Grayscale8)
        self._image.fill(0)
        self._undos: list[tuple[QImage, bool]] = []
        self._last: QPointF | None = None
        self._erases_now = False
        self._key_place = QPointF(0.5, 0.5)
        self._is_pen_down = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Pad to draw on")
        self.setAccessibleDescription(
            "Draw with the pointer; the right button erases. Arrow keys move the pen, Space puts it down and lifts it."
        )

    # What is on it

    def set_form(self, rows: int, columns: int, channels: int, has_dark_ink: bool) -> None:
        """Draw images of so many rows, columns and colours (1 or 3) from now on; the pad becomes empty."""
        pixels = max(1, -(-FINENESS // max(rows, columns)))
        self._is_grey, self._paper = channels == 1, 255 if has_dark_ink else 0
        image_format = QImage.Format.Format_Grayscale8 if self._is_grey else QImage.Format.Format_RGB888
        self._image = QImage(columns * pixels, rows * pixels, image_format)
        self._image.fill(self._paper_color)
        self._undos, self._last, self.is_by_hand = [], None, True
        self.color = QColor("black") if has_dark_ink else QColor("white")
        self.update()

    def array(self) -> np.ndarray:
        """What is on it, float64 from 0 to 1, shape ``(height, width)``, or ``(height, width, 3)`` for colours."""
        image, depth = self._image, 1 if self._is_grey else 3
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : image.width() * depth].astype(np.float64) / 255.0
        return pixels if self._is_grey else pixels.reshape(image.height(), image.width(), 3)

    @property
    def has_dark_ink(self) -> bool:
        """Whether ink is the smallest value, and paper the largest."""
        return self._paper == 255

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but paper."""
        pixels: np.ndarray = self.array()
        return bool((pixels == self._paper / 255).all())

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self._undos)

    def clear(self) -> None:
        """Take a new sheet."""
        if not self.is_empty:
            self._keep()
            self._image.fill(self._paper_color)
        self.is_by_hand = True
        self._done()

    def undo(self) -> None:
        """Take the last stroke back, or whatever was done last."""
        if self._undos:
            self._image, self.is_by_hand = self._undos.pop()
            self._done()

    def load(self, picture: QImage, is_by_hand: bool) -> None:
        """Put a picture on it, as large as it fits; around it is paper.

        Parameters
        ----------
        is_by_hand
            Whether it still has to be brought into place, as a photograph of a drawing has.
        """
        self._keep()
        self._image.fill(self._paper_color)
        size = self._image.size()
        place = QRectF(QPointF(), picture.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatio).toSizeF())
        place.moveCenter(QRectF(QPointF(), size.toSizeF()).center())
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.width() > size.width())
        painter.drawImage(place, picture)
        painter.end()
        self.is_by_hand = is_by_hand
        self._done()

    def line(self, start: QPointF, end: QPointF, erases: bool = False) -> None:
        """Draw from one point to another, in shares of width and height."""
        width, height = self._image.width(), self._image.height()
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self._paper_color if erases else self._ink_color
        pen = QPen(ink, self.pen_width / 100 * max(width, height))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        first = QPointF(start.x() * width, start.y() * height)
        last = QPointF(end.x() * width, end.y() * height)
        painter.drawPoint(first) if first == last else painter.drawLine(first, last)
        painter.end()
        self._done()

    @property
    def _paper_color(self) -> QColor:
        return QColor(self._paper, self._paper, self._paper)

    @property
    def _ink_color(self) -> QColor:
        value = 255 - self._paper
        return QColor(value, value, value) if self._is_grey else self.color

    def _keep(self) -> None:
        """Make what comes now something that can be taken back."""
        self._undos = [*self._undos[-MOST_UNDOS + 1 :], (self._image.copy(), self.is_by_hand)]

    def _done(self) -> None:
        self.update()
        self.changed.emit()

    # On the screen

    @property
    def sheet(self) -> QRectF:
        """Where the image is, in pixels of this widget."""
        size = self._image.size().scaled(self.size() - QSize(8, 8), Qt.AspectRatioMode.KeepAspectRatio)
        sheet = QRectF(QPointF(), size.toSizeF())
        sheet.moveTop(4)
        sheet.moveLeft((self.width() - sheet.width()) / 2)
        return sheet

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(110, 110)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        sheet = self.sheet
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(sheet, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.accent if self._shows_focus else self.theme.outline), 1.5))
        painter.drawRoundedRect(sheet.adjusted(-1.5, -1.5, 1.5, 1.5), 3, 3)
        if self._shows_focus:
            radius = max(3.0, self.pen_width / 200 * max(sheet.width(), sheet.height()))
            painter.setPen(QPen(QColor(self.theme.accent), 2 if self._is_pen_down else 1))
            painter.drawEllipse(self._on_screen(self._key_place), radius, radius)
        painter.end()

    def _on_screen(self, place: QPointF) -> QPointF:
        sheet = self.sheet
        return QPointF(sheet.left() + place.x() * sheet.width(), sheet.top() + place.y() * sheet.height())

    def _on_sheet(self, point: QPointF) -> QPointF:
        sheet = self.sheet
        return QPointF((point.x() - sheet.left()) / sheet.width(), (point.y() - sheet.top()) / sheet.height())

    # What somebody does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._shows_focus = False
            self._erases_now = self.is_erasing or event.button() == Qt.MouseButton.RightButton
            self._keep()
            self._last = self._on_sheet(event.position())
            self.line(self._last, self._last, self._erases_now)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            here = self._on_sheet(event.position())
            self.line(self._last, here, self._erases_now)
            self._last = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key: Any = event.key()
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key in ARROWS:
            stride = (5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1) / KEY_STEPS
            there = self._key_place + QPointF(*ARROWS[key]) * stride
            there = QPointF(min(max(there.x(), 0.0), 1.0), min(max(there.y(), 0.0), 1.0))
            if self._is_pen_down:
                self.line(self._key_place, there, self.is_erasing)
            self._key_place, self._shows_focus = there, True
            self.update()
        elif key == Qt.Key.Key_Space:
            self._is_pen_down, self._shows_focus = not self._is_pen_down, True
            if self._is_pen_down:
                self._keep()
                self.line(self._key_place, self._key_place, self.is_erasing)
            self.update()
        elif key == Qt.Key.Key_Z and control:
            self.undo()
        elif key == Qt.Key.Key_Delete:
            self.clear()
        elif key == Qt.Key.Key_E and not control:
            self.is_erasing = not self.is_erasing
            self.changed.emit()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Ctrl+Z and Delete mean the drawing while the pad has the keys, and not the network."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            own: tuple[Any, ...] = (Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_E, *ARROWS)
            if (event.key() == Qt.Key.Key_Z and control) or (event.key() in own and not control):
                event.accept()
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._is_pen_down = False
        super().focusOutEvent(event)
