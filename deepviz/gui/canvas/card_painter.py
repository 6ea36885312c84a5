"""Paints cards: on the canvas, as the ghost of a drop, and into pictures, always the same.

One painter serves all cards of a theme; what it has to work out (colours, where text is cut) it remembers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Flag, auto
from functools import lru_cache
from itertools import combinations, pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from deepviz.gui import icons
from deepviz.gui.canvas.card_face import CardFace
from deepviz.gui.canvas.geometry import HEIGHT, PORT_RADIUS, PROBLEM_WIDTH, WIDTH, Port, port_offset
from deepviz.gui.theme import Theme, body_font, number_font

RADIUS = 10.0
BAND = 5.0
MARGIN = 12.0
HATCH_STEP, HATCH_STRENGTH = 12.0, 70
"""Between the slanted lines of a frozen card, and how opaque they are, of 255."""
ICON = QRectF(MARGIN, 15.0, 18.0, 18.0)
TITLE = QRectF(MARGIN + 25.0, 12.0, WIDTH - 2 * MARGIN - 25.0, 24.0)
FAR_ICON = QRectF(MARGIN, 22.0, 32.0, 32.0)
FAR_TITLE = QRectF(MARGIN + 40.0, 9.0, WIDTH - 2 * MARGIN - 36.0, 58.0)
"""From far away, where numbers could not be read, icon and name take the room of the whole card."""
NUMBERS = QRectF(MARGIN, 38.0, WIDTH - 2 * MARGIN, 18.0)
OWN_ROW = QRectF(TITLE.left(), 31.0, TITLE.width(), 15.0)
"""Where the headline goes that finds no room beside the name: below it. The name then moves up, the numbers down."""
RAISED = 3.0
NUMBERS_BELOW = QRectF(MARGIN, 46.5, WIDTH - 2 * MARGIN, 15.0)
LIVE_VALUE = QRectF(WIDTH - MARGIN - 48.0, 62.0, 48.0, 18.0)
"""Where the present size of the gradient stands while training, or that there is none because the layer is frozen."""
PROBLEM = QRectF(0.0, HEIGHT + 3.0, PROBLEM_WIDTH, 16.0)
_PROBLEM_SIZES = (14, 13, 12)
PROBLEM_BELOW_PORT = PROBLEM.translated(0.0, 4.0)
"""Where the first problem is said; below the output, if that is at the bottom."""
BADGE_RADIUS = 8.0
BADGE = QPointF(WIDTH - 6.0, 3.0)
OUTLINE_GAP = 3.5
STACK_STEP = 4.0
"""How far the cards behind that of a group look out from under it."""
EXTENT = QRectF(-11.0, -11.0, PROBLEM_WIDTH + 22.0, HEIGHT + 34.0)
"""All that is ever painted around a card whose top left corner is at the origin."""

LONGEST_LINE = 8
"""Letters of a name that is not broken in two lines when seen from far away."""

NO_NUMBERS_BELOW = 0.42
NO_TEXT_BELOW = 0.22
_TITLE_SIZES = (14, 13, 12, 11, 10)
_BESIDE_HEADLINE = 4
"""How many of these a name takes before the headline moves to a row of its own."""
_NUMBER_SIZES = (12, 11, 10)
_FAR_SIZES = (24, 22, 20, 18, 16, 14)


class CardState(Flag):
    """What is going on with a card at the moment."""

    NONE = 0
    HOVERED = auto()
    SELECTED = auto()
    FOCUSED = auto()
    DIMMED = auto()
    TAKES = auto()
    """A connection can be led to its inputs."""
    GIVES = auto()
    """A connection can be led to its output."""
    CHOSEN = auto()
    """A connection, or a drop, would go right here."""
    OUTSIDE = auto()
    """It lies outside of the group that is looked into."""


@dataclass(frozen=True)
class _Words:
    """The texts of a face with the fonts and widths they fit in."""

    label: str
    label_font: QFont
    far_label: str
    far_font: QFont
    headline: str
    has_own_row: bool
    number_font: QFont
    shape: str
    parameters: str
    problem: str


class CardPainter:
    """Paints the cards of one theme.

    Parameters
    ----------
    theme
        Where the colours come from.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._small = body_font(11)
        self._problem_fonts = [body_font(size) for size in _PROBLEM_SIZES]
        self._headline_font = body_font(12)
        self._badge_font = body_font(11)
        self._badge_font.setBold(True)
        self._outline = QPainterPath()
        self._outline.addRoundedRect(QRectF(0, 0, WIDTH, HEIGHT), RADIUS, RADIUS)
        top = QPainterPath()
        top.addRect(QRectF(0, 0, WIDTH, BAND))
        self._band = self._outline.intersected(top)
        self._hatching = _hatching()
        self._words: Callable[[CardFace], _Words] = lru_cache(maxsize=2048)(self._fitted_words)

    def paint(
        self,
        painter: QPainter,
        face: CardFace,
        state: CardState = CardState.NONE,
        zoom: float = 1.0,
        hot_port: Port | None = None,
        as_vectors: bool = False,
    ) -> None:
        """Paint a card with its top left corner at the origin.

        Parameters
        ----------
        zoom
            How large it will be seen; small cards leave out what could not be read.
        hot_port
            The port that a connection would go to.
        as_vectors
            Whether the icon is to be drawn in lines and not in pixels.
        """
        theme = self.theme
        hue = theme.category(face.category)
        if CardState.SELECTED in state or CardState.FOCUSED in state:
            self._paint_selection(painter, state)
        painter.setPen(self._frame_pen(face, state))
        painter.setBrush(QColor(theme.raised if CardState.HOVERED in state and theme.is_dark else theme.panel))
        if face.is_group:
            for depth in (2, 1):  # more cards behind it
                painter.drawPath(self._outline.translated(depth * STACK_STEP, depth * STACK_STEP))
        painter.drawPath(self._outline)
        if face.is_frozen:
            self._paint_frost(painter)
        painter.fillPath(self._band, QColor(hue))
        if zoom >= NO_TEXT_BELOW:
            self._paint_text(painter, face, zoom, as_vectors)
            self._paint_ports(painter, face, hue, state, hot_port)
        if face.problem:
            self._paint_problem(painter, face, zoom)

    def _paint_selection(self, painter: QPainter, state: CardState) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if CardState.SELECTED in state:
            painter.setPen(QPen(QColor(self.theme.accent), 2.0))
            painter.drawRoundedRect(_grown(OUTLINE_GAP), RADIUS + OUTLINE_GAP, RADIUS + OUTLINE_GAP)
        if CardState.FOCUSED in state:
            painter.setPen(QPen(QColor(self.theme.text), 1.5, Qt.PenStyle.DotLine))
            gap = OUTLINE_GAP + 3.5
            painter.drawRoundedRect(_grown(gap), RADIUS + gap, RADIUS + gap)

    def _paint_frost(self, painter: QPainter) -> None:
        """Hatch the card of a frozen layer, as curves and heat-maps hatch the time in which it did not learn."""
        line = QColor(self.theme.dim)
        line.setAlpha(HATCH_STRENGTH)
        painter.setPen(QPen(line, 1.0))
        painter.drawPath(self._hatching)

    def _frame_pen(self, face: CardFace, state: CardState) -> QPen:
        theme = self.theme
        if CardState.CHOSEN in state:
            return QPen(QColor(theme.accent), 1.5)
        if face.severity:
            return QPen(QColor(theme.bad if face.severity == "bad" else theme.warning), 2.0)
        return QPen(QColor(theme.outline if CardState.HOVERED in state else theme.line), 1.0)

    def _paint_text(self, painter: QPainter, face: CardFace, zoom: float, as_vectors: bool) -> None:
        theme, words = self.theme, self._words(face)
        ink = theme.category_ink(face.category)
        is_far = zoom < NO_NUMBERS_BELOW
        raised = QPointF(0.0, -RAISED if words.has_own_row else 0.0)
        icon_area = FAR_ICON if is_far else ICON.translated(raised)
        if as_vectors:
            icons.paint(painter, face.icon, ink, icon_area)
        else:
            device = painter.device()
            ratio = zoom * (device.devicePixelRatio() if device is not None else 1.0)
            # Quarters, so that zooming smoothly does not fill the cache with every size there is.
            sharp = max(0.5, round(ratio * 4) / 4)
            picture = icons.pixmap(face.icon, ink, round(icon_area.width()), sharp)
            painter.drawPixmap(icon_area, picture, QRectF(picture.rect()))
        painter.setPen(QColor(theme.text))
        if is_far:
            painter.setFont(words.far_font)
            painter.drawText(FAR_TITLE, _LEFT, words.far_label)
            return
        painter.setFont(words.label_font)
        painter.drawText(TITLE.translated(raised), _LEFT, words.label)
        painter.setFont(self._headline_font)
        painter.setPen(QColor(theme.dim))
        if words.has_own_row:
            painter.drawText(OWN_ROW, _LEFT, words.headline)
        else:
            painter.drawText(TITLE, _RIGHT, words.headline)
        numbers = NUMBERS_BELOW if words.has_own_row else NUMBERS
        painter.setFont(words.number_font)
        painter.drawText(numbers, _RIGHT, words.parameters)
        if face.is_frozen:
            painter.drawText(LIVE_VALUE, _RIGHT, "frozen")
        painter.setPen(QColor(theme.text))
        painter.drawText(numbers, _LEFT, words.shape)

    def _paint_ports(
        self, painter: QPainter, face: CardFace, hue: str, state: CardState, hot_port: Port | None
    ) -> None:
        ports = [Port("", False, number) for number in range(face.inputs)]
        ports += [Port("", True)] if face.has_output else []
        for port in ports:
            x, y = port_offset(port, face.inputs, face.flow)
            is_hot = hot_port is not None and (hot_port.is_output, hot_port.number) == (port.is_output, port.number)
            is_wanted = (CardState.GIVES if port.is_output else CardState.TAKES) in state
            painter.setPen(QPen(QColor(self.theme.accent if is_hot or is_wanted else hue), 2.0))
            painter.setBrush(QColor(self.theme.accent if is_hot else self.theme.window))
            radius = PORT_RADIUS + (2.5 if is_hot else 1.5 if is_wanted else 0.0)
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def _paint_problem(self, painter: QPainter, face: CardFace, zoom: float) -> None:
        theme = self.theme
        color = theme.bad if face.severity == "bad" else theme.warning
        painter.setPen(QPen(QColor(theme.window), 2.0))
        painter.setBrush(QColor(color))
        painter.drawEllipse(BADGE, BADGE_RADIUS, BADGE_RADIUS)
        painter.setFont(self._badge_font)
        painter.setPen(QColor(theme.window))
        around = QRectF(BADGE.x() - 8, BADGE.y() - 8, 16, 16)
        painter.drawText(around, Qt.AlignmentFlag.AlignCenter, "!")
        if zoom >= NO_NUMBERS_BELOW:
            line, text = PROBLEM_BELOW_PORT if face.flow == "down" else PROBLEM, self._words(face).problem
            font = self._problem_font(text, face.problem, zoom)
            painter.setFont(font)
            painter.setPen(QColor(theme.ink(color)))
            if face.flow == "down":  # the connection that leaves there passes behind
                ground = QColor(theme.window)
                ground.setAlpha(225)
                width = QFontMetricsF(font).horizontalAdvance(text)
                painter.fillRect(QRectF(line.left() - 2.0, line.top(), width + 4.0, line.height()), ground)
            painter.drawText(line, _LEFT | Qt.TextFlag.TextDontClip, text)

    def _problem_font(self, text: str, whole: str, zoom: float) -> QFont:
        """Seen from afar a problem that is said in a few words is written larger, as large as it has room for."""
        if text != whole:
            return self._small
        fonts = [font for font in self._problem_fonts if font.pixelSize() * zoom <= self._small.pixelSize()]
        return _fitting(text, [*fonts, self._small], PROBLEM_WIDTH)

    def _fitted_words(self, face: CardFace) -> _Words:
        """The texts in the largest fonts in which they find room; only what no font has room for is cut."""
        headlines = QFontMetricsF(self._headline_font)
        beside = headlines.horizontalAdvance(face.headline) + _WORD_GAP if face.headline else 0.0
        fonts = [_title_font(size) for size in _TITLE_SIZES]
        font = _fitting(face.label, fonts[:_BESIDE_HEADLINE] if beside else fonts, TITLE.width() - beside)
        # The value of a loss has the row of numbers, so there is no row to spare on its card.
        has_own_row = bool(beside) and not face.is_loss and not _fits(face.label, font, TITLE.width() - beside)
        if has_own_row:
            font = _fitting(face.label, fonts, TITLE.width())
        label_room = TITLE.width() - (0.0 if has_own_row else beside)
        gap = "  " if face.parameters else ""
        numbers = _fitting(
            face.shape + gap + face.parameters, [number_font(size) for size in _NUMBER_SIZES], NUMBERS.width()
        )
        shape_room = NUMBERS.width() - QFontMetricsF(numbers).horizontalAdvance(gap + face.parameters)
        far_label, far_font = _seen_from_far(face.label)
        return _Words(
            QFontMetricsF(font).elidedText(face.label, _ELLIPSIS, label_room),
            font,
            far_label,
            far_font,
            headlines.elidedText(face.headline, _ELLIPSIS, OWN_ROW.width()),
            has_own_row,
            numbers,
            QFontMetricsF(numbers).elidedText(face.shape, _ELLIPSIS, shape_room),
            face.parameters,
            QFontMetricsF(self._small).elidedText(face.problem, _ELLIPSIS, PROBLEM_WIDTH),
        )


_WORD_GAP = 6.0
_ELLIPSIS = Qt.TextElideMode.ElideRight
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _fits(text: str, font: QFont, room: float) -> bool:
    """Whether every line of a text is no wider than the room there is."""
    return max(QFontMetricsF(font).horizontalAdvance(line) for line in text.split("\n")) <= room


def _fitting(text: str, fonts: Sequence[QFont], room: float) -> QFont:
    """The first font in which a text finds room; the last one if none does."""
    return next((font for font in fonts if _fits(text, font, room)), fonts[-1])


def _seen_from_far(label: str) -> tuple[str, QFont]:
    """A name in one line or more, whichever way it can be largest, and its font; the fewer lines the better."""
    ways = _ways_to_break(label)
    for font in (_title_font(size) for size in _FAR_SIZES):
        for way in ways:
            if _fits(way, font, FAR_TITLE.width()) and _height(way, font) <= FAR_TITLE.height():
                return way, font
    return ways[0], _title_font(_FAR_SIZES[-1])


def _ways_to_break(label: str) -> list[str]:
    """A name broken where a word begins, into as even lines as can be: `MaxPool2D` is Max and Pool2D."""
    breaks = [found.start() for found in re.finditer(r"(?<=[a-z])(?=[A-Z])| |(?<=-)", label)]
    if len(label) <= LONGEST_LINE or not breaks:
        return [label]
    cuts = [(0, *chosen, len(label)) for count in (1, 2) for chosen in combinations(breaks, count)]
    lines = [[label[start:end].strip() for start, end in pairwise(cut)] for cut in cuts]
    return ["\n".join(each) for each in sorted(lines, key=lambda each: (len(each), max(map(len, each))))]


def _height(text: str, font: QFont) -> float:
    return QFontMetricsF(font).lineSpacing() * len(text.split("\n"))


def _title_font(size: int) -> QFont:
    font = body_font(size)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _grown(gap: float) -> QRectF:
    return QRectF(-gap, -gap, WIDTH + 2 * gap, HEIGHT + 2 * gap)


def _hatching() -> QPainterPath:
    """Slanted lines over a card, none of which leaves its frame."""
    path, inside = QPainterPath(), QRectF(2.0, BAND + 1.0, WIDTH - 4.0, HEIGHT - BAND - 3.0)
    start = inside.left() - inside.height() + HATCH_STEP
    while start < inside.right():
        # From the lower end to the upper one, 45 degrees; cut off at the sides.
        low, high = max(start, inside.left()), min(start + inside.height(), inside.right())
        path.moveTo(low, inside.bottom() - (low - start))
        path.lineTo(high, inside.bottom() - (high - start))
        start += HATCH_STEP
    return path
