"""The lower part of the window: pictures of the run side by side, as many as there is room for.

Tabs choose which. A double-click on a title, or its menu, lets one picture fill the strip and puts it back.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepviz.gui.plots import all_plots
from deepviz.gui.plots.plot import Plot
from deepviz.gui.plots.tabs import HEIGHT, Tab
from deepviz.gui.theme import DARK, Theme
from deepviz.training.history import History

SMALLEST_PICTURE = 250
WIDTHS = {3: 700, 4: 1300}
"""From which width of the strip on there are three and four pictures; more have `SMALLEST_PICTURE` + 70 each."""


class PlotStrip(QWidget):
    """Pictures of a run side by side. The owner calls `refresh` from its timer.

    Attributes
    ----------
    plots
        All pictures by their keys, shown or not.
    """

    message = Signal(str)
    """Something worth a line in the status bar happened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.plots: dict[str, Plot] = {}
        self._tabs: dict[str, Tab] = {}
        self._chosen: list[str] = []
        self._maximised: str | None = None
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(10)
        self._pictures = QHBoxLayout()
        self._pictures.setContentsMargins(4, 4, 4, 4)
        self._pictures.setSpacing(8)
        for kind in all_plots():
            plot, tab = kind(self), Tab(kind.title, self)
            self.plots[kind.key], self._tabs[kind.key] = plot, tab
            plot.maximise_requested.connect(lambda key=kind.key: self.maximise(None if self.maximised == key else key))
            plot.message.connect(self.message)
            tab.clicked.connect(lambda _, key=kind.key: self.toggle(key))
            row.addWidget(tab)
            self._pictures.addWidget(plot, 1)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addLayout(self._pictures, 1)
        self._arrange()

    @property
    def shown(self) -> tuple[str, ...]:
        """The keys of the pictures that are shown, from left to right."""
        if self._maximised is not None and self.plots[self._maximised].is_offered:
            return (self._maximised,)
        wanted = self._wanted()
        return tuple(key for key in self.plots if key in wanted)

    @property
    def maximised(self) -> str | None:
        """The key of the picture that fills the strip, or None."""
        return self._maximised

    def show_history(self, history: History | None) -> None:
        """Show another run from now on, or none."""
        for plot in self.plots.values():
            plot.show_history(history)
        self._arrange()

    def clear(self) -> None:
        """Show no run."""
        self.show_history(None)

    def refresh(self) -> None:
        """Draw what is new in the pictures that can be seen; one that has something for the first time gets a tab."""
        if any(plot.is_offered == self._tabs[key].isHidden() for key, plot in self.plots.items()):
            self._arrange()
        for key in self.shown:
            self.plots[key].refresh()

    def show_scale(self, first: int, last: int) -> None:
        """Colour gradients from 10**first to 10**last, so that a colour means the same here and on the canvas."""
        for plot in self.plots.values():
            plot.show_scale(first, last)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        for plot in self.plots.values():
            plot.apply_theme(theme)
        for tab in self._tabs.values():
            tab.apply_theme(theme)
        self.update()

    def maximise(self, key: str | None) -> None:
        """Let one picture fill the strip, or (None) show several again."""
        self._maximised = key
        self._arrange()

    def toggle(self, key: str) -> None:
        """Show a picture, in place of another if there is no room for one more; or stop showing it."""
        if self._maximised is not None:
            self._maximised = key if key != self._maximised else None
        elif key in self.shown:
            self._chosen = [each for each in self.shown if each != key] or [key]
        else:
            shown = self._oldest_first()
            if len(shown) >= self.capacity:
                rivals = [
                    each for each in shown if self.plots[each].slot and self.plots[each].slot == self.plots[key].slot
                ]
                shown.remove((rivals or shown)[0])
            self._chosen = [*shown, key]
        self._arrange()

    @property
    def capacity(self) -> int:
        """How many pictures fit side by side."""
        width = self.width()
        if width < WIDTHS[3]:
            return max(1, width // SMALLEST_PICTURE)
        return 3 if width < WIDTHS[4] else max(4, width // (SMALLEST_PICTURE + 70))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._maximised is not None:
            self.maximise(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawLine(0, HEIGHT, self.width(), HEIGHT)

    def _oldest_first(self) -> list[str]:
        """What is shown, beginning with what was chosen longest ago."""
        shown = self._wanted()
        return sorted(shown, key=lambda key: self._chosen.index(key) if key in self._chosen else -1)

    def _wanted(self) -> list[str]:
        """What is shown when nothing is maximised: what was chosen, or one picture of each slot and then the others."""
        chosen = [key for key in self._chosen if self.plots[key].is_offered]
        if chosen:
            return chosen[-self.capacity :]
        slots: set[str] = set()
        ranked: list[tuple[bool, int, str]] = []
        for key, plot in self.plots.items():
            if not plot.is_offered:
                continue
            ranked.append((plot.slot in slots, len(ranked), key))
            slots |= {plot.slot} - {""}
        return [key for _, _, key in sorted(ranked)][: self.capacity]

    def _arrange(self) -> None:
        shown = self.shown
        for key, plot in self.plots.items():
            plot.setVisible(key in shown)
            self._tabs[key].setChecked(key in shown)
            self._tabs[key].setVisible(plot.is_offered)
