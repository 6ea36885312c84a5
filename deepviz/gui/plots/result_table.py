"""The final results of several runs: a table beside their curves, or a line below them where there is little room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from deepviz.gui.amounts import percent
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.theme import DARK, SMALL_SIZE, Theme, body_font, number_font
from deepviz.training.history import VALIDATION

ROW, PADDING = 20.0, 12.0
NARROWEST_CURVES = 300
"""Pixels of width that the curves keep beside the table of results."""
NO_LIMIT = 16777215
"""Pixels, as Qt writes it."""


@dataclass(frozen=True)
class Result:
    """The last value of a quantity over several runs: mean, standard deviation (n - 1), smallest and largest."""

    name: str
    mean: float
    deviation: float | None
    low: float
    high: float


class CurvesWithResults(QWidget):
    """The curves with the results beside them, or below them where that leaves the curves too little room."""

    def __init__(self, area: QWidget, results: ResultTable) -> None:
        super().__init__()
        self._area, self._results = area, results
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(area, 1)
        self._layout.addWidget(results)

    def minimumSizeHint(self) -> QSize:
        """Neither the table nor the line may make the window wider."""
        return QSize(self._area.minimumSizeHint().width(), self._area.minimumSizeHint().height() + round(ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # other results may need more room
            self._choose()
        return super().event(event)

    def _choose(self) -> None:
        is_line = self.width() - self._results.table_width < NARROWEST_CURVES
        if is_line != self._results.is_line:
            self._results.is_line = is_line
            down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
            self._layout.setDirection(down if is_line else right)
            self._results.fit()


class ResultTable(QWidget):
    """The final results as a small table, painted, so that it is part of saved pictures.

    Where there is little room it is one line about the quantity that is drawn.

    Attributes
    ----------
    rows
        The table, its heading first.
    line
        The line.
    note
        Words below the table.
    is_line
        Which of the two is shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, str, str]] = []
        self.line, self.is_line, self.note = "", False, ""
        self._theme: Theme = DARK
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Final results over the seeds")

    def show_results(self, results: Sequence[Result], quantity: str, runs: int, theme: Theme, note: str = "") -> None:
        """Show these results of so many runs, of which one quantity is drawn, and words about its curves."""
        self._theme, self.note = theme, note
        self.rows = [("last epoch of each", f"mean ± s, n = {runs}", "min", "max")]
        drawn = []
        for each in results:
            deviation = "" if each.deviation is None else f" ± {_text(each.name, each.deviation)}"
            middle = f"{_text(each.name, each.mean)}{deviation}"
            self.rows.append((_words(each.name), middle, _text(each.name, each.low), _text(each.name, each.high)))
            if each.name.removeprefix(VALIDATION) == quantity:
                drawn.append(f"{'val.' if each.name.startswith(VALIDATION) else 'train'} {middle}")
        self.line = "   ".join(drawn)
        told = "\n".join([*(", ".join(row) for row in self.rows), *([note] if note else [])])
        self.setAccessibleDescription(told)
        explained = (
            "Of each run its own last epoch, whether others went on or not:\nof training data the mean over its steps, "
            "of validation data as measured after it.\ns is the standard deviation over the runs, with n - 1."
        )
        self.setToolTip(f"{told}\n\n{explained}")
        self.fit()

    def fit(self) -> None:
        """Take the room that the table or the line needs."""
        if self.is_line:
            self.setMinimumWidth(0)
            self.setMaximumWidth(NO_LIMIT)
            self.setFixedHeight(round(ROW))
        else:
            self.setMinimumHeight(0)
            self.setMaximumHeight(NO_LIMIT)
            self.setFixedWidth(self.table_width)
        self.update()

    @property
    def table_width(self) -> int:
        """Pixels that the table is wide."""
        return round(sum(self._widths()) + 5 * PADDING)

    def sizeHint(self) -> QSize:
        return QSize(self.width(), round(ROW) if self.is_line else 80)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint_into(QPainter(self), QRectF(self.rect()))

    def paint_into(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the table into a rectangle."""
        painter.fillRect(rect, QColor(self._theme.panel))
        if self.is_line:
            painter.setFont(number_font(SMALL_SIZE - 1))
            painter.setPen(QColor(self._theme.text))
            room = rect.adjusted(PADDING, 0, -PADDING, 0)
            metrics, whole = QFontMetricsF(painter.font()), f"last epoch of each: {self.line}"
            line = whole if metrics.horizontalAdvance(whole) <= room.width() else self.line
            words = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
            return
        widths, y = self._widths(), rect.top() + 4
        for number, row in enumerate(self.rows):
            x = rect.left() + PADDING
            for column, (text, width) in enumerate(zip(row, widths, strict=True)):
                is_number = number > 0 and column > 0
                painter.setFont(number_font(SMALL_SIZE - 1) if is_number else body_font(SMALL_SIZE - 1))
                painter.setPen(QColor(self._theme.text if number > 0 else self._theme.dim))
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                painter.drawText(QRectF(x, y, width, ROW), side | Qt.AlignmentFlag.AlignVCenter, text)
                x += width + PADDING
            y += ROW
        if self.note:
            painter.setFont(body_font(SMALL_SIZE - 1))
            painter.setPen(QColor(self._theme.dim))
            room = QRectF(rect.left() + PADDING, y + 4, sum(widths) + 3 * PADDING, rect.bottom() - y - 4)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap), self.note)

    def _widths(self) -> list[float]:
        numbers, words = QFontMetricsF(number_font(SMALL_SIZE - 1)), QFontMetricsF(body_font(SMALL_SIZE - 1))
        return (
            [
                max(
                    ((words if place == 0 or column == 0 else numbers).horizontalAdvance(row[column]) + 2)
                    for place, row in enumerate(self.rows)
                )
                for column in range(4)
            ]
            if self.rows
            else []
        )


def _words(name: str) -> str:
    return f"validation {name.removeprefix(VALIDATION)}" if name.startswith(VALIDATION) else f"train {name}"


def _text(name: str, value: float) -> str:
    if name.removeprefix(VALIDATION) == "accuracy" and np.isfinite(value):
        return percent(value)
    return format_value(value, 4)
