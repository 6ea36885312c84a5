"""What a network says of one sample: the winning class and a bar for each, or the numbers that it gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepviz.gui import amounts
from deepviz.gui.amounts import thousands
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import DARK, Theme, body_font, number_font
from deepviz.insight.prediction import Predicted

HEADLINE, ROW, SLIMMEST_ROW = 30.0, 20.0, 15.0
LARGEST_ROW, LARGE_ROW, THICKEST_BAR = 40.0, 28.0, 22.0
"""Pixels up to which rows of classes grow with the room, from which on their letters are larger, and of their bars."""
HEADLINE_SIZES, HEADLINE_GAP = (18, 16, 14, 12), 12.0
VALUE_WIDTH = 68.0
ROOM_FOR_LARGE = 300.0
"""Pixels of width below which letters stay small and bars thin in rows of any height."""
PICTURE_WORDS = ("what the network makes of it", "network gives", "network")
"""What stands above an image that the network gives, and where it has little room."""


class ClassBars(QWidget):
    """Paints an answer.

    Attributes
    ----------
    answer, names, truth, brief
        What is said, what its rows are called, and what would be right, also in few words; empty if nobody knows.
    winner
        What the class that wins is called; empty if there is none.
    picture
        The numbers as an image, where they are one.
    span
        Numbers that bars hold whatever the answer is, such as the least and the greatest target.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.answer: Predicted | None = None
        self.names: tuple[str, ...] = ()
        self.truth = self.brief = ""
        self.winner = ""
        self.picture: QImage | None = None
        self.span: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Prediction")

    def show_answer(
        self,
        answer: Predicted | None,
        names: Sequence[str],
        truth: str = "",
        picture: QImage | None = None,
        winner: str = "",
        span: tuple[float, ...] = (),
        brief: str = "",
    ) -> None:
        """Show another answer, or none."""
        self.winner, self.span, self.brief = winner, span, brief
        self.answer, self.names, self.truth, self.picture = answer, tuple(names), truth, picture
        self.setAccessibleDescription(" ".join((*self.headline, truth)).strip())
        self.update()

    @property
    def headline(self) -> tuple[str, str]:
        """The winning class and how sure the network is of it; empty if there is none, or no saying."""
        if self.answer is None or self.answer.winner is None:
            return "", ""
        shares = self.answer.probabilities
        return self.winner, "" if shares is None else percent(float(shares[self.answer.winner]))

    @property
    def values(self) -> np.ndarray:
        """The number of each row: probabilities, or else what the network gives."""
        if self.answer is None:
            return np.zeros(0)
        return self.answer.outputs if self.answer.probabilities is None else self.answer.probabilities

    def shown_rows(self) -> list[int]:
        """Which rows there is room for: all in their order, or the largest ones first."""
        values = self.values
        if self.height() >= self.slim_height:
            return list(range(len(values)))
        room = max(1, int((self.height() - self._top - 16) / SLIMMEST_ROW))
        return [int(each) for each in np.argsort(-values, kind="stable")[:room]]

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.update()

    @property
    def whole_height(self) -> float:
        """The height at which all rows can be seen as high as they should be."""
        return self._top + ROW * len(self.names) + 12.0

    @property
    def slim_height(self) -> float:
        """The least height at which all rows can be seen."""
        return self._top + SLIMMEST_ROW * len(self.values) + 6.0

    def sizeHint(self) -> QSize:
        return QSize(200, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(130, 100)

    @property
    def _top(self) -> float:
        return (HEADLINE if self.headline[0] else 6.0) + (16.0 if self.truth else 0.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint(painter, QRectF(self.rect()))
        painter.end()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Paint it into a rectangle."""
        if self.answer is None:
            self._paint_invitation(painter, rect)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, width = rect.left() + 8, rect.width() - 16
        top = rect.top()
        name, share = self.headline
        if name:
            font = headline_font(name, share, width)
            painter.setFont(font)
            painter.setPen(QColor(self.theme.text))
            metrics = QFontMetricsF(font)
            room = width - metrics.horizontalAdvance(share) - HEADLINE_GAP
            words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            line = QRectF(left, top, width, HEADLINE)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, share)
        if self.truth:
            painter.setFont(body_font(11))
            painter.setPen(QColor(self.theme.dim))
            line = QRectF(left, top + self._top - 18, width, 16)
            metrics = QFontMetricsF(painter.font())
            words = self.brief if self.brief and metrics.horizontalAdvance(self.truth) > width else self.truth
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, words)
        body = QRectF(left, top + self._top, width, rect.height() - self._top - 6)
        if self.picture is not None:
            self._paint_picture(painter, body, self.picture)
        else:
            self._paint_rows(painter, body)

    def _paint_invitation(self, painter: QPainter, rect: QRectF) -> None:
        """What to do, where nothing was asked yet."""
        painter.setFont(body_font(HEADLINE_SIZES[-1] if rect.width() < 2 * VALUE_WIDTH else HEADLINE_SIZES[1]))
        painter.setPen(QColor(self.theme.dim))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.truth)

    def _paint_picture(self, painter: QPainter, rect: QRectF, picture: QImage) -> None:
        painter.setFont(body_font(11))
        painter.setPen(QColor(self.theme.dim))
        metrics = QFontMetricsF(painter.font())
        fitting = (each for each in PICTURE_WORDS if metrics.horizontalAdvance(each) <= rect.width())
        words = next(fitting, PICTURE_WORDS[-1])
        painter.drawText(rect, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, words)
        room = rect.adjusted(0, 18, 0, 0)
        side = min(room.width() / picture.width(), room.height() / picture.height())
        place = QRectF(0, 0, picture.width() * side, picture.height() * side)
        place.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, picture)

    def _paint_rows(self, painter: QPainter, rect: QRectF) -> None:
        rows, values = self.shown_rows(), self.values
        assert self.answer is not None
        is_share = self.answer.probabilities is not None
        highest = LARGEST_ROW if is_share else ROW
        height = min(highest, max(SLIMMEST_ROW, (rect.height() - 12) / max(len(rows), 1)))
        is_wide = rect.width() >= ROOM_FOR_LARGE
        larger = 2 * (height >= LARGE_ROW and is_wide)
        thickness = min(height - 6, THICKEST_BAR if is_wide else ROW - 6)
        name_font, value_font = body_font(12 + larger), number_font(11 + larger)
        value_width = VALUE_WIDTH * (11 + larger) / 11
        names = QFontMetricsF(name_font)
        widest = max((names.horizontalAdvance(self.names[row]) for row in rows), default=0.0)
        name_width = min(widest + 4, 0.38 * rect.width())
        bars = QRectF(rect.left() + name_width + 6, 0, rect.width() - name_width - 6 - value_width, thickness)
        held = np.concatenate([values, self.span])
        largest = 1.0 if is_share else max(float(np.abs(held).max(initial=0.0)), 1e-12)
        has_negative = not is_share and bool((held < 0).any())
        zero = bars.center().x() if has_negative else bars.left()
        reach = bars.width() / 2 if has_negative else bars.width()
        for place, row in enumerate(rows):
            top = rect.top() + place * height
            bar_top = top + (height - thickness) / 2
            is_winner = row == self.answer.winner
            line = QRectF(rect.left(), top, name_width, height)
            painter.setFont(name_font)
            painter.setPen(QColor(self.theme.text if is_winner or self.answer.winner is None else self.theme.dim))
            name = names.elidedText(self.names[row], Qt.TextElideMode.ElideRight, name_width)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            value = float(values[row])
            ground = QRectF(bars.left(), bar_top, bars.width(), thickness)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.raised))
            painter.drawRoundedRect(ground, 2, 2)
            length = value / largest * reach
            painter.setBrush(QColor(self.theme.accent_fill if is_winner or len(rows) == 1 else self.theme.faint))
            painter.drawRoundedRect(QRectF(zero + min(length, 0.0), bar_top, abs(length), thickness), 2, 2)
            if has_negative:
                painter.fillRect(QRectF(round(zero), bar_top - 2, 1, thickness + 4), QColor(self.theme.outline))
            painter.setFont(value_font)
            painter.setPen(QColor(self.theme.text))
            end = QRectF(rect.right() - value_width, top, value_width, height)
            text = percent(value) if is_share else format_value(value, 5)
            painter.drawText(end, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        if len(rows) < len(values):
            painter.setFont(body_font(11))
            painter.setPen(QColor(self.theme.dim))
            note = QRectF(rect.left(), rect.top() + len(rows) * height, rect.width(), 16)
            painter.drawText(
                note, Qt.AlignmentFlag.AlignVCenter, f"the largest {len(rows)} of {thousands(len(values))}"
            )


def percent(share: float) -> str:
    """A probability in percent with two places. What is not quite nothing or not quite certain does not look so."""
    return amounts.percent(share, space=" ")


def headline_font(name: str, share: str, width: float) -> QFont:
    """The largest font in which a name and a share stand beside each other; the smallest if none is small enough."""
    for size in HEADLINE_SIZES:
        font = body_font(size)
        font.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        if metrics.horizontalAdvance(name) + HEADLINE_GAP + metrics.horizontalAdvance(share) <= width:
            break
    return font
