"""What curves cannot say of a layer's numbers: when it was frozen, when they were infinite, when nobody looked.

A frozen layer is a hatched bar with its name at the lower edge, what is infinite a cross at the upper one, and a time
in which nothing was measured is hatched from top to bottom. All have words as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from deepviz.gui.plots.area import TICK_SIZE, PlotArea
from deepviz.gui.plots.overlay import WORD_HEIGHT, Overlay, room_of, write
from deepviz.gui.plots.stretches import NOT_MEASURED, Stretch, Stretches
from deepviz.gui.theme import Theme, body_font
from deepviz.training.divergence import Divergence
from deepviz.training.history import FROZEN

MOST_BARS, MOST_NAMES = 3, 3
BAR_HEIGHT = 16.0
CROSS = 4.0
LEAST_OF_NAME = 4
"""A name of which fewer letters are left, dots included, says nothing."""
LEAST_GAP = 4.0
"""A gap of fewer pixels is not hatched."""


class LayerMarks:
    """The marks of one picture, behind its curves and over them.

    Attributes
    ----------
    layers
        Names and numbers of the layers that have curves.
    stretches
        When they had no numbers; None before anything is known.
    gaps
        The steps in which nothing was measured.
    divergences
        Where the run met a number that is not finite and ended.
    word
        What NaN means.
    other_words
        Gives the places of what else is written over the curves, in pixels: words of gaps make way for them.
    """

    def __init__(self, area: PlotArea, theme: Callable[[], Theme]) -> None:
        self._area, self._theme = area, theme
        self.layers: Sequence[tuple[str, int]] = ()
        self.stretches: Stretches | None = None
        self.gaps: Sequence[Stretch] = ()
        self.divergences: Sequence[Divergence] = ()
        self.word = FROZEN
        self.other_words: Callable[[], Sequence[QRectF]] = tuple
        area.decorations.insert(0, self._paint_hatching)
        self.overlay = Overlay(area, self._paint_gap_words, self._paint_bars, self._paint_crosses)

    def bars(self) -> list[tuple[list[Stretch], str]]:
        """The bars from the lowest to the highest: their steps and what they say. Layers of the same steps share one.

        Where there are too many, the highest one counts those that have none.
        """
        shared: dict[tuple[Stretch, ...], list[str]] = {}
        for name, row in self.layers if self.stretches is not None else ():
            assert self.stretches is not None
            if found := self.stretches.nan[row]:
                shared.setdefault(tuple(found), []).append(name)
        bars = []
        for stretches, names in list(shared.items())[:MOST_BARS]:
            who = ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} layers"
            bars.append((list(stretches), f"{who} {self.word}"))
        if rest := sum(len(names) for names in list(shared.values())[MOST_BARS:]):
            bars[-1] = bars[-1][0], f"{bars[-1][1]}, and {rest} more at other steps"
        return bars

    @property
    def room(self) -> float:
        """How many pixels at the lower edge the bars take."""
        return BAR_HEIGHT * len(self.bars())

    def crosses(self) -> list[tuple[float, str]]:
        """Where a cross is, in pixels from the left edge, and what it says."""
        if self.stretches is None:
            return []
        found: dict[float, list[str]] = {}
        for step, node in self.divergences:
            found.setdefault(float(round(self._area.x_pixel(step))), []).append(f"NaN or ∞ in {node or 'the step'}")
        kinds = [("∞", self.stretches.infinite)] + [(self.word, self.stretches.nan)] * (self.word != FROZEN)
        for word, stretches in kinds:
            for name, row in self.layers:
                for step in dict.fromkeys(step for stretch in stretches[row] for step in stretch):
                    said = found.setdefault(float(round(self._area.x_pixel(step))), [])
                    if (text := f"{name} {word}") not in said:
                        said.append(text)
        frame = self._area.frame
        return [(x, ", ".join(texts)) for x, texts in sorted(found.items()) if frame.left() <= x <= frame.right()]

    def pixels_of(self, stretch: Stretch) -> QRectF:
        """The part of the frame that belongs to some steps; empty where they are out of sight."""
        frame = self._area.frame
        left = max(self._area.x_pixel(stretch.first - 0.5), frame.left())
        right = min(self._area.x_pixel(stretch.last + 0.5), frame.right())
        return QRectF(left, frame.top(), max(0.0, right - left), frame.height())

    def _paint_hatching(self, painter: QPainter) -> None:
        for gap in self.gaps:
            paint_unknown(painter, self.pixels_of(gap), self._theme())

    def words_of_gaps(self) -> list[QRectF]:
        """Where words stand on the hatching: in the middle of each gap, or as near to that as others leave room."""
        found, others, width = list[QRectF](), self.other_words() if self.gaps else (), room_of(NOT_MEASURED)
        for gap in map(self.pixels_of, self.gaps):
            if width > gap.width() + 0.5 or gap.height() < WORD_HEIGHT:
                continue
            room = (gap.height() - WORD_HEIGHT) / 2
            shifts = (side * by for by in range(0, max(int(room), 0) + 1, 2) for side in (1, -1))
            middle = QRectF(gap.center().x() - width / 2, gap.center().y() - WORD_HEIGHT / 2, width, WORD_HEIGHT)
            places = (middle.translated(0, shift) for shift in shifts)
            free = (each for each in places if not any(each.intersects(other) for other in others))
            found.append(next(free, middle))
        return found

    def _paint_gap_words(self, painter: QPainter) -> None:
        ink, ground = self._theme().dim, self._theme().panel
        for place in self.words_of_gaps():
            write(painter, place, NOT_MEASURED, ink, ground, in_the_middle=True, over_hatching=True)

    def _paint_bars(self, painter: QPainter) -> None:
        theme = self._theme()
        color = theme.dim if self.word == FROZEN else theme.bad
        for number, (stretches, _) in enumerate(self.bars()):
            for stretch in stretches:
                painter.fillRect(self._bar(stretch, number), QBrush(QColor(color), Qt.BrushStyle.BDiagPattern))
        for words, place in self.words_of_bars():
            write(painter, place, words, theme.dim, theme.panel, over_hatching=True)

    def words_of_bars(self) -> list[tuple[str, QRectF]]:
        """What stands where on the bars or, where one is too short for its words, beside it; inside of the frame.

        The words stand as often as they touch neither each other nor another time of the same layers, else once.
        """
        frame, found = self._area.frame, list[tuple[str, QRectF]]()
        for number, (stretches, said) in enumerate(self.bars()):
            words = self._in_room(said, frame.width())
            parts = [bar for stretch in stretches if not (bar := self._bar(stretch, number)).isEmpty()]
            parts.sort(key=QRectF.width, reverse=True)
            taken: list[QRectF] = []
            for part in parts:
                others = [*taken, *(each for each in parts if each is not part)]
                choices = self._beside(part, room_of(words))
                free = (each for each in choices if not any(each.intersects(other) for other in others))
                if (place := next(free, None)) is not None:
                    taken.append(place)
            taken = taken or [self._beside(part, room_of(words))[0] for part in parts[:1]]
            found += [(words, place) for place in taken]
        return found

    def _beside(self, bar: QRectF, room: float) -> list[QRectF]:
        """Where so many pixels of words may stand: on the bar if they fit, else to its right, else to its left."""
        frame = self._area.frame
        if room + 8 <= bar.width():
            lefts = [bar.left() + 4]
        else:
            right, left = bar.right() + 2, bar.left() - 2 - room
            lefts = [right] * (right + room <= frame.right()) + [left] * (left >= frame.left())
        return [QRectF(each, bar.top(), room, bar.height()) for each in lefts or [frame.left()]]

    def _bar(self, stretch: Stretch, number: int) -> QRectF:
        """Where the part of a bar is that belongs to some steps, counted from the lowest; empty out of sight."""
        rect = self.pixels_of(stretch)
        if not rect.isEmpty():
            rect.setBottom(self._area.frame.bottom() - BAR_HEIGHT * number - 1)
            rect.setTop(rect.bottom() - BAR_HEIGHT + 2)
            rect.setWidth(max(rect.width(), 2.0))
        return rect

    def _in_room(self, said: str, room: float) -> str:
        """What a bar says, or as much of it as fits: names may lose their middle, as their numbers tell them apart."""
        if room_of(said) <= room:
            return said
        metrics = QFontMetricsF(body_font(TICK_SIZE))
        who = said.partition(f" {self.word}")[0]
        for_names = room - room_of(f" {self.word}")
        name = metrics.elidedText(who, Qt.TextElideMode.ElideMiddle, for_names)
        if len(name) >= LEAST_OF_NAME:
            return f"{name} {self.word}"
        return metrics.elidedText(self.word, Qt.TextElideMode.ElideRight, max(room - room_of(""), 0.0))

    def _paint_crosses(self, painter: QPainter) -> None:
        theme, y = self._theme(), self._area.frame.top() + CROSS + 3
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for x, _ in self.crosses():
            painter.setPen(QPen(QColor(theme.bad), 2))
            painter.drawLine(QPointF(x - CROSS, y - CROSS), QPointF(x + CROSS, y + CROSS))
            painter.drawLine(QPointF(x - CROSS, y + CROSS), QPointF(x + CROSS, y - CROSS))
        for words, place in self.words_of_crosses():
            write(painter, place, words, theme.ink(theme.bad), theme.panel)

    def words_of_crosses(self) -> list[tuple[str, QRectF]]:
        """What stands where beside the crosses, in pixels: to the right, to the left, or below, inside of the frame."""
        frame, crosses = self._area.frame, self.crosses()
        y = frame.top() + CROSS + 3
        taken = [QRectF(x - CROSS, y - CROSS, 2 * CROSS, 2 * CROSS) for x, _ in crosses]
        metrics, found = QFontMetricsF(body_font(TICK_SIZE)), list[tuple[str, QRectF]]()
        for x, said in crosses:
            words = metrics.elidedText(said, Qt.TextElideMode.ElideRight, max(frame.width() - room_of(""), 0.0))
            width = room_of(words)
            middle = min(max(x - width / 2, frame.left()), frame.right() - width)
            corners = ((x + CROSS + 2, y - 7), (x - CROSS - 2 - width, y - 7), (middle, y + CROSS + 1))
            for left, top in corners:
                place = QRectF(left, top, width, 14)
                is_inside = frame.left() <= left and left + width <= frame.right() + 0.5
                if is_inside and not any(place.intersects(each) for each in taken):
                    found.append((words, place))
                    taken.append(place)
                    break
        return found


def paint_unknown(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """Hatch the place of steps in which nobody looked, if it is wide enough for that to be seen."""
    if rect.width() >= LEAST_GAP:
        painter.fillRect(rect, QBrush(QColor(theme.line), Qt.BrushStyle.BDiagPattern))
