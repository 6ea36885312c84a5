"""Bars below the cards: a thin one for each, as long as its share of some quantity, with the number beside it.

They are items of their own, made when bars are wanted and removed when not, so that they cost nothing when off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from deepviz.gui.canvas.card_painter import NO_NUMBERS_BELOW
from deepviz.gui.canvas.geometry import HEIGHT, PROBLEM_LINE, WIDTH
from deepviz.gui.canvas.node_item import NodeItem
from deepviz.gui.theme import Theme, number_font

TOP = HEIGHT + 3.0
ROW = 16.0
TRACK = QRectF(0.0, TOP + 5.5, WIDTH - 62.0, 5.0)
"""Where a full bar lies, from the card's top left corner."""
FAR_TRACK = QRectF(0.0, TOP + 2.0, WIDTH, 12.0)
"""The same from far away, where the number could not be read and leaves its room."""
NUMBER = QRectF(TRACK.right() + 2.0, TOP, WIDTH - TRACK.right() - 2.0, ROW)
AREA = QRectF(-1.0, TOP - 1.0, WIDTH + 2.0, ROW + 2.0)

Words = Callable[[float], str]
"""How a value is written."""


@dataclass(frozen=True)
class BarScale:
    """What the length of a bar means.

    Attributes
    ----------
    low, high
        Values of an empty and of a full bar. `low` is 0 unless the scale is logarithmic.
    is_log
        Whether equal lengths are equal ratios.
    """

    low: float = 0.0
    high: float = 0.0
    is_log: bool = False

    @classmethod
    def over(cls, values: Mapping[str, float], is_log: bool) -> BarScale:
        """The scale on which the largest value fills its bar. A logarithmic one begins at a power of ten."""
        finite = [value for value in values.values() if value > 0 and math.isfinite(value)]
        if not finite:
            return cls(is_log=is_log)
        if not is_log:
            return cls(0.0, max(finite))
        power = math.floor(math.log10(min(finite)))
        low = 10.0 ** (power if 10.0**power < min(finite) else power - 1)  # the smallest is to be seen as well
        return cls(low, max(finite), True)

    def share(self, value: float) -> float:
        """The part of a full bar that stands for a value: 0 to 1."""
        if not value > 0 or self.high <= 0:
            return 0.0
        if not self.is_log:
            return min(value / self.high, 1.0)
        return min(max(math.log(value / self.low) / math.log(self.high / self.low), 0.0), 1.0)


class BarItem(QGraphicsItem):
    """The bar of one card."""

    def __init__(self, card: NodeItem) -> None:
        super().__init__(card)
        self.share, self.text = 0.0, ""
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._theme: Theme | None = None

    def show_bar(self, share: float, text: str, theme: Theme, is_lowered: bool) -> None:
        """Show another share or number, below the line with the card's problem if it has one."""
        self.setY(PROBLEM_LINE if is_lowered else 0.0)
        if (share, text, theme) != (self.share, self.text, self._theme):
            self.share, self.text, self._theme = share, text, theme
            self.update()

    def boundingRect(self) -> QRectF:
        return AREA

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._theme is None:
            return
        is_far = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform()) < NO_NUMBERS_BELOW
        paint_bar(painter, self.share, self.text, self._theme, is_far)


def paint_bar(painter: QPainter, share: float, text: str, theme: Theme, is_far: bool = False) -> None:
    """Paint a bar below a card whose top left corner is at the origin."""
    track = FAR_TRACK if is_far else TRACK
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.line))
    painter.drawRoundedRect(track, 2.5, 2.5)
    if share > 0:
        painter.setBrush(QColor(theme.accent))
        # A sliver at least: little is not the same as nothing.
        painter.drawRoundedRect(
            QRectF(track.left(), track.top(), max(share * track.width(), 2.5), track.height()), 2.5, 2.5
        )
    if not is_far:
        painter.setFont(number_font(11))
        painter.setPen(QColor(theme.dim))
        painter.drawText(NUMBER, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)


class Bars:
    """The bars of a canvas, which are there only while something is shown.

    Attributes
    ----------
    scale
        What the length of a bar means.
    """

    def __init__(self) -> None:
        self.scale = BarScale()
        self._items: dict[NodeItem, BarItem] = {}

    @property
    def items(self) -> dict[str, BarItem]:
        """The bars by the id of their card."""
        return {card.node_id: item for card, item in self._items.items()}

    def show(
        self, values: Mapping[str, float], words: Words, theme: Theme, cards: Mapping[str, NodeItem], is_log: bool
    ) -> None:
        """Show a value at each card that has one.

        Parameters
        ----------
        values
            By the id of a card; none below 0.
        words
            How a value is written beside its bar.
        cards
            All cards there are.
        """
        self.scale = BarScale.over(values, is_log)
        wanted = {cards[node_id]: value for node_id, value in values.items() if node_id in cards}
        self._remove(self._items.keys() - wanted.keys())
        for card, value in wanted.items():
            item = self._items.get(card)
            if item is None:
                item = self._items[card] = BarItem(card)
            item.show_bar(self.scale.share(value), words(value), theme, bool(card.face.problem))

    def clear(self) -> None:
        """Show none."""
        self.scale = BarScale()
        self._remove(set(self._items))

    def _remove(self, cards: set[NodeItem]) -> None:
        for card in cards:
            item = self._items.pop(card)
            scene = item.scene()
            if scene is not None:  # else its card has been removed, and the bar with it
                scene.removeItem(item)
