"""A label that takes a few lines at the most and ends with dots where there is more; opened, it has all of its words.

What stands above the canvas must not push that away, however much there is to say.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy

SHORTEST = 120
"""Pixels."""


class FoldedLabel(QLabel):
    """Plain words that can be selected.

    Parameters
    ----------
    most_lines
        How many lines are shown while it is folded; 0: all.
    """

    cut_changed = Signal(bool)
    """Whether some of the words are not shown."""

    def __init__(self, most_lines: int = 0) -> None:
        super().__init__()
        self.said, self._most = "", most_lines
        self._is_open, self._is_cut = False, False
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def is_cut(self) -> bool:
        """Whether some of the words are not shown."""
        return self._is_cut

    @property
    def is_open(self) -> bool:
        """Whether all words are shown, as many lines as they take."""
        return self._is_open

    def say(self, text: str) -> None:
        """Say something else, folded."""
        self.said, self._is_open = text, False
        self._fit()
        self.updateGeometry()

    def set_open(self, is_open: bool) -> None:
        """Show all words, or as many as there are lines for."""
        self._is_open = is_open
        self._fit()
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self.fontMetrics().lineSpacing() * max(1, len(self._shown(width))) + 2

    def sizeHint(self) -> QSize:
        width = max(SHORTEST, self.width())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(SHORTEST, self.fontMetrics().lineSpacing() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = "\n".join(self._shown(self.width()))
        if self.text() != shown:
            self.setText(shown)
        is_cut = not self._is_open and 0 < self._most < len(self._lines(self.width()))
        self.setToolTip(self.said if is_cut else "")
        if is_cut != self._is_cut:
            self._is_cut = is_cut
            self.cut_changed.emit(is_cut)

    def _shown(self, width: int) -> list[str]:
        """The lines that are shown in so many pixels."""
        lines = self._lines(width)
        if self._is_open or not 0 < self._most < len(lines):
            return lines
        rest = " ".join(line.strip() for line in lines[self._most - 1 :])
        dotted = self.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, width)
        return [*lines[: self._most - 1], dotted]

    def _lines(self, width: int) -> list[str]:
        """All words, broken into lines of so many pixels at the most."""
        found: list[str] = []
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        for paragraph in self.said.split("\n"):
            layout = QTextLayout(paragraph, self.font())
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(max(width - 2, 1))
                found.append(paragraph[line.textStart() : line.textStart() + line.textLength()].rstrip())
            layout.endLayout()
        return found
