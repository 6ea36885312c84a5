"""What lies over the colours of a map: patterns and words, so that no kind of cell is told by its colour alone.

Zero is ruled with lines, infinity crossed out, a frozen layer hatched, what is never computed dotted; all have a word
where there is room. What is not measured looks as `stretches` says. Words lie over all lines, and the step that is
shown has a line and its values beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, pairwise

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from deepviz.gui.plots.area import PlotArea
from deepviz.gui.plots.event_marks import marks_of, paint_marks
from deepviz.gui.plots.layer_marks import paint_unknown
from deepviz.gui.plots.map_cells import Kind, MapCells, kind_colors
from deepviz.gui.plots.overlay import WORD_HEIGHT, Overlay, room_of, write
from deepviz.gui.plots.stretches import Stretch
from deepviz.gui.theme import Theme
from deepviz.training.divergence import WORDS as DIVERGED

LEAST_ROW, LEAST_RUN = 5.0, 4.0
"""Pixels of height and width from which a pattern can be seen."""
MOST_RUNS = 4000
MOST_SEPARATED_ROWS = 16
PATTERNS = {
    Kind.ZERO: Qt.BrushStyle.HorPattern,
    Kind.BAD: Qt.BrushStyle.DiagCrossPattern,
    Kind.FROZEN: Qt.BrushStyle.BDiagPattern,
    Kind.NOT_COMPUTED: Qt.BrushStyle.Dense7Pattern,
}
BETWEEN = Qt.BrushStyle.FDiagPattern


class MapMarks:
    """The marks over one map, and what its cells say in words.

    Attributes
    ----------
    cells
        What the map shows; None before there is anything.
    words
        What is written into each kind of cell that is no number.
    gaps
        The steps in which nobody looked.
    divergences
        After which steps the run met a number that is not finite, and in which row; None for no row of the map.
    events
        What was changed by hand or happened after which steps.
    values
        What is written into each row at the moment that is shown, as text; empty if none is.
    moment
        The step that is shown, or None.
    """

    def __init__(self, area: PlotArea, theme: Callable[[], Theme]) -> None:
        self._area, self._theme = area, theme
        self._overlay = Overlay(area, self._paint)
        self.cells: MapCells | None = None
        self.words: Mapping[Kind, str] = {}
        self.gaps: Sequence[Stretch] = ()
        self.divergences: Sequence[tuple[int, int | None]] = ()
        self.events: Sequence[tuple[int, str]] = ()
        self.values: Sequence[str] = ()
        self.moment: int | None = None

    def show_cells(
        self,
        cells: MapCells,
        words: Mapping[Kind, str],
        values: Sequence[str],
        moment: int | None,
    ) -> None:
        """Mark other cells."""
        self.cells, self.words, self.values, self.moment = cells, words, values, moment
        self._overlay.fit()

    def _paint(self, painter: QPainter) -> None:
        if self.cells is not None:
            runs = list(islice(self.runs(), MOST_RUNS))
            self._paint_between(painter)
            self._paint_patterns(painter, runs)
            self._paint_separators(painter)
            self._paint_events(painter)
            self._paint_divergences(painter)
            self._paint_moment(painter)
            self._paint_values(painter, self._write_words(painter, runs))

    def runs(self) -> Iterator[tuple[Kind, QRectF]]:
        """The stretches of one kind in each row that are large enough for a pattern, with their place in pixels.

        Of rows too low for words, neighbours that are alike make one.
        """
        if self.cells is None:
            return
        kinds, open_runs = self.cells.kinds, dict[tuple[int, int, int], int]()
        is_low = self._row_height() < WORD_HEIGHT
        for row in range(kinds.shape[1] + 1):
            found = self._row_runs(kinds[:, row]) if row < kinds.shape[1] else []
            for run in [run for run in open_runs if not is_low or run not in found]:
                rect = self._columns(run[1], run[2])
                rect.setTop(self._area.y_pixel(open_runs.pop(run)))
                rect.setBottom(self._area.y_pixel(row))
                if rect.width() >= LEAST_RUN and rect.height() >= LEAST_ROW:
                    yield Kind(run[0]), rect
            for run in found:
                open_runs.setdefault(run, row)

    @staticmethod
    def _row_runs(column: np.ndarray) -> list[tuple[int, int, int]]:
        """Kind, first bin and the bin past the last of each stretch of a row that is no number."""
        if not (column > Kind.NUMBER).any():
            return []
        edges = np.flatnonzero(np.diff(column.astype(np.int16), prepend=-1, append=-1)).tolist()
        pairs = pairwise(edges)
        return [(int(column[first]), first, past) for first, past in pairs if column[first] > Kind.NUMBER]

    def between(self) -> Iterator[QRectF]:
        """The places of steps between measurements, in pixels."""
        if self.cells is not None:
            yield from self._stretches(self.cells.is_carried)

    def _row_height(self) -> float:
        return abs(self._area.y_pixel(1) - self._area.y_pixel(0))

    def _columns(self, first: int, past: int) -> QRectF:
        """Some bins from top to bottom, as far as they can be seen."""
        assert self.cells is not None
        bins, frame = self.cells.bins, self._area.frame
        left = max(self._area.x_pixel(bins.origin - 1 + first * bins.width), frame.left())
        right = min(self._area.x_pixel(bins.origin - 1 + past * bins.width), frame.right())
        return QRectF(left, frame.top(), max(0.0, right - left), frame.height())

    def _stretches(self, mask: np.ndarray) -> Iterator[QRectF]:
        """Bins that follow each other, where they are wide enough."""
        edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
        for first, past in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            rect = self._columns(first, past)
            if rect.width() >= LEAST_RUN:
                yield rect

    def _paint_between(self, painter: QPainter) -> None:
        brush = QBrush(QColor(self._theme().panel), BETWEEN)
        for rect in self.between():
            painter.fillRect(rect, brush)

    def _paint_patterns(self, painter: QPainter, runs: Sequence[tuple[Kind, QRectF]]) -> None:
        theme = self._theme()
        colors = kind_colors(theme)
        for kind, rect in runs:
            ink = theme.panel if kind in (Kind.ZERO, Kind.BAD) else theme.dim
            painter.fillRect(rect, QColor(colors[kind]))  # over the hatching between measurements
            painter.fillRect(rect, QBrush(QColor(ink), PATTERNS[kind]))
        for rect in self._unknown():
            paint_unknown(painter, rect, theme)

    def _write_words(self, painter: QPainter, runs: Sequence[tuple[Kind, QRectF]]) -> list[tuple[QRectF, QRectF]]:
        """Say of all that is no number what it is; gives the places that have words, each with that of its words."""
        theme, found = self._theme(), list[tuple[QRectF, QRectF]]()
        for kind, rect in runs:
            room, words = rect.adjusted(4, 0, -2, 0), self.words.get(kind, "")
            found.append((rect, write(painter, room, words, theme.dim, theme.panel, over_hatching=True)))
        words = self.words.get(Kind.NOT_MEASURED, "")
        for rect in self._unknown():
            place = write(painter, rect, words, theme.dim, theme.panel, in_the_middle=True, over_hatching=True)
            found.append((rect, place))
        return [(rect, place) for rect, place in found if not place.isEmpty()]

    def _unknown(self) -> Iterator[QRectF]:
        """The places of the steps in which nobody looked, in pixels, as far as they can be seen."""
        frame = self._area.frame
        for gap in self.gaps:
            left = max(self._area.x_pixel(gap.first - 1), frame.left())
            right = min(self._area.x_pixel(gap.last), frame.right())
            if left < right:
                yield QRectF(left, frame.top(), right - left, frame.height())

    def _paint_separators(self, painter: QPainter) -> None:
        """Thin lines between the rows, as long as rows are high enough to stay visible between them."""
        assert self.cells is not None
        rows = self.cells.bins.columns
        if rows > MOST_SEPARATED_ROWS:
            return
        across = self._columns(0, len(self.cells.bins))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(self._theme().panel), 1))
        for row in range(1, rows):
            y = round(self._area.y_pixel(row))
            painter.drawLine(QLineF(across.left(), y, across.right(), y))

    def _paint_events(self, painter: QPainter) -> None:
        """The marks that the curves have; of where the run diverged there is another one."""
        frame = self._area.frame
        events = [(step, words) for step, words in self.events if not words.startswith(DIVERGED)]
        paint_marks(painter, marks_of(events, self._area.x_pixel, frame), frame, self._theme(), over_colors=True)

    def _paint_divergences(self, painter: QPainter) -> None:
        """A heavy line after the last step that could be made, and NaN in the row where it began."""
        theme, frame = self._theme(), self._area.frame
        for step, row in self.divergences:
            x = min(self._area.x_pixel(step), frame.right() - 1)
            if not frame.left() <= self._area.x_pixel(step) <= frame.right() + 1:
                continue
            painter.setPen(QPen(QColor(theme.bad), 3))
            painter.drawLine(QLineF(x, frame.top(), x, frame.bottom()))
            y = self._area.y_pixel(0 if row is None else row) + (8 if row is None else self._row_height() / 2)
            width = room_of("NaN or ∞")
            left = x - 3 - width if x - 3 - width >= frame.left() else x + 3
            write(painter, QRectF(left, y - 8, width, 16), "NaN or ∞", theme.ink(theme.bad), theme.panel)

    def _paint_moment(self, painter: QPainter) -> None:
        """The line of the step that is shown, as other pictures have it, on a ground that keeps it off the colours."""
        frame = self._area.frame
        if self.moment is None or not frame.left() <= self._area.x_pixel(self.moment) <= frame.right() + 1:
            return
        x = min(self._area.x_pixel(self.moment), frame.right() - 1)
        for pen in (QPen(QColor(self._theme().panel), 3), QPen(QColor(self._theme().accent), 1, Qt.PenStyle.DashLine)):
            painter.setPen(pen)
            painter.drawLine(QLineF(x, frame.top(), x, frame.bottom()))

    def values_beside(self, written: Sequence[tuple[QRectF, QRectF]] = ()) -> list[tuple[str, QRectF]]:
        """The values of the step that is shown and where they stand: beside its line, at best on the cells up to it.

        Parameters
        ----------
        written
            The places that say in words what they are, which has not to be said again, and where these words are.
        """
        if self.moment is None or self._row_height() < WORD_HEIGHT:
            return []
        frame, x, cell = self._area.frame, self._area.x_pixel(self.moment), self._area.x_pixel(self.moment - 0.5)
        found = []
        for row, text in enumerate(self.values):
            width, y = room_of(text), self._area.y_pixel(row + 0.5)
            if any(rect.contains(QPointF(cell, y)) for rect, _ in written):
                continue
            places = [QRectF(left, y - 8, width, 16) for left in (x - 3 - width, x + 3)]
            inside = [each for each in places if frame.left() <= each.left() and each.right() <= frame.right()]
            free = [each for each in inside if not any(each.intersects(words) for _, words in written)]
            found.append((text, (free or inside or places)[0]))
        return found

    def _paint_values(self, painter: QPainter, written: Sequence[tuple[QRectF, QRectF]]) -> None:
        for text, place in self.values_beside(written):
            write(painter, place, text, self._theme().text, self._theme().panel)
