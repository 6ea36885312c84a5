"""The rows between canvas and views: which views are open, and which moment of the run they show.

As many views as there is room for have a tab each, and keep their places: a view that is opened takes the place of one
that is closed, and of none that can be seen. All of them are in the sheet that the button at the left end opens.
"""

from __future__ import annotations

from functools import partial
from itertools import accumulate

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.panels.views_panel import ViewsPanel
from deepviz.gui.plots.tabs import HEIGHT, Tab
from deepviz.gui.plots.view import CATEGORIES
from deepviz.gui.theme import DARK, Theme
from deepviz.gui.timeline_bar import TimelineBar
from deepviz.gui.view_docks import ViewDocks

MARGIN, SPACING = 12, 6
KEPT_FROM = 700
"""From which width in pixels on tabs keep the places they come to: where few fit, they must not do so for good."""


class LiveBar(QWidget):
    """Opens and closes views, and holds the timeline.

    Attributes
    ----------
    timeline
        The row with which a moment of the run is chosen.
    sheet
        All views to choose from; None before there are any.
    """

    arrange_wanted = Signal()
    """The views are to be put back to where they were at the first start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self._docks: ViewDocks | None = None
        self._tabs: dict[str, Tab] = {}
        self._order: list[str] = []
        """The views in the order of their tabs; those at the end have no room."""
        self._kept: list[str] = []
        """Their order as it was left when a view was last opened or closed in a window that was not narrow."""
        self._last: Tab | None = None
        self.sheet: ViewsPanel | None = None
        self.button = _SheetButton("Views", self)
        self.button.setToolTip("All live views: open and close them")
        self.button.clicked.connect(self.open_sheet)
        self.timeline = TimelineBar(self)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        self._row.setSpacing(SPACING)
        self._row.addWidget(self.button)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row)
        column.addWidget(self.timeline)

    def take(self, docks: ViewDocks) -> None:
        """Offer the views of a window."""
        self._docks = docks
        kinds = docks.kinds.items()
        groups = [(each, [(key, kind.title) for key, kind in kinds if kind.category == each]) for each in CATEGORIES]
        self.sheet = ViewsPanel([(category, entries) for category, entries in groups if entries])
        self.sheet.setParent(self)
        self.sheet.view_chosen.connect(self._choose)
        self.sheet.arrange_wanted.connect(self.arrange_wanted)
        for number, (key, kind) in enumerate(docks.kinds.items(), start=1):
            tab = Tab(kind.title, self)
            tab.apply_theme(self.theme)
            tab.setToolTip("\n".join(filter(None, (kind.title, kind.explanation))))
            tab.clicked.connect(lambda _, key=key: docks.open(key))
            tab.clicked_by_hand.connect(partial(docks.give_keyboard, key))
            tab.close_wanted.connect(lambda key=key: docks.close(key))
            tab.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            tab.customContextMenuRequested.connect(lambda place, key=key: self._open_menu(key, place))
            self._tabs[key] = tab
            self._order.append(key)
            self._kept.append(key)
            self._row.insertWidget(number, tab)
        docks.changed.connect(self.show_open)
        self.show_open()

    def open_sheet(self) -> None:
        """Open the sheet of all views, or close it."""
        if self.sheet is not None:
            self.sheet.toggle_at(self.button)

    def show_open(self) -> None:
        """Mark the views that can be seen in the tabs, and those that are open in the sheet."""
        if self._docks is None or self.sheet is None:
            return
        for key, tab in self._tabs.items():
            tab.show_open(self._docks.is_open(key), self._docks.is_visible(key))
        self.sheet.show_open([key for key in self._docks.kinds if self._docks.is_open(key)])
        if self.sheet.isVisible():
            self.sheet.raise_()  # a view that was opened lies above it
        self._choose_tabs()
        if self.isVisible() and self.width() >= KEPT_FROM:
            self._kept = list(self._order)

    def add_last(self, tab: Tab) -> None:
        """Put something that is no view at the right end, where it always has room."""
        self._last = tab
        tab.setParent(self)
        self._row.addWidget(tab)
        self._choose_tabs()

    @property
    def tabs(self) -> dict[str, Tab]:
        """The tab of each view, shown or not."""
        return dict(self._tabs)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        for tab in self._tabs.values():
            tab.apply_theme(theme)
        self.button.color = theme.dim
        self.timeline.apply_theme(theme)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT + (0 if self.timeline.isHidden() else self.timeline.sizeHint().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose_tabs()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawLine(0, 0, self.width(), 0)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def _choose(self, key: str, is_wanted: bool) -> None:
        if self._docks is not None:
            (self._docks.open if is_wanted else self._docks.close)(key)
            self.show_open()

    def _open_menu(self, key: str, place: QPoint) -> None:
        """Everything that can be done with the place of an open view."""
        if self._docks is not None and self._docks.is_open(key):
            self._docks.tabs.menu_of(self._docks.docks[key]).popup(self._tabs[key].mapToGlobal(place))

    def _choose_tabs(self) -> None:
        """Show as many tabs as there is room for. What can be seen takes a place where that is needed."""
        room = self.width() - 2 * MARGIN - self.button.sizeHint().width()
        if self._last is not None:
            room -= self._last.sizeHint().width() + SPACING
        before, self._order = self._order, list(self._kept)
        shown = self._fitting(room)
        for _ in self._order:  # one that is wider than what it takes the place of may push out another
            outside = [key for key in self._order if key not in shown]
            wanted = max(outside, key=self._importance, default=None)
            given = None if wanted is None else self._given_up(shown, self._importance(wanted))
            if wanted is None or given is None:
                break
            self._exchange(given, wanted)
            shown = self._fitting(room)
        if self._order != before:
            for number, key in enumerate(self._order, start=1):
                self._row.removeWidget(self._tabs[key])
                self._row.insertWidget(number, self._tabs[key])
        for key, tab in self._tabs.items():
            tab.setVisible(key in shown)
        self._row.setAlignment(Qt.AlignmentFlag.AlignVCenter)

    def _importance(self, key: str) -> int:
        """0 for a closed view, 1 for one behind another, 2 for one that can be seen."""
        return self._tabs[key].is_open + self._tabs[key].isChecked()

    def _fitting(self, room: int) -> list[str]:
        """The tabs from the left that there is room for."""
        ends = accumulate(self._tabs[key].sizeHint().width() + SPACING for key in self._order)
        return [key for key, end in zip(self._order, ends, strict=True) if end <= room]

    def _given_up(self, shown: list[str], importance: int) -> str | None:
        """The last tab of what matters least, if that is less than something else does."""
        least = min(map(self._importance, shown), default=importance)
        return None if least >= importance else [key for key in shown if self._importance(key) == least][-1]

    def _exchange(self, one: str, other: str) -> None:
        """Let two views exchange the places of their tabs; all others stay where they are."""
        first, second = self._order.index(one), self._order.index(other)
        self._order[first], self._order[second] = other, one


class _SheetButton(QPushButton):
    """A button with an arrow: it opens a sheet."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.color = DARK.dim
        self.setProperty("field", True)
        self.setProperty("opens", True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.color), 1.4))
        x, y = self.width() - 16.0, self.height() / 2
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])
