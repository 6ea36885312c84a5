"""The rows between canvas and views: which views are open, and which moment of the run they show.

As many views as there is room for have a tab each, those that are open before others; all of them are in the sheet
that the button at the left end opens.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from deepviz.gui.panels.views_panel import ViewsPanel
from deepviz.gui.plots.tabs import HEIGHT, Tab
from deepviz.gui.plots.view import CATEGORIES
from deepviz.gui.theme import DARK, Theme
from deepviz.gui.timeline_bar import TimelineBar
from deepviz.gui.view_docks import ViewDocks

MARGIN, SPACING = 12, 6


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
            tab.clicked.connect(lambda _, key=key: docks.toggle(key))
            self._tabs[key] = tab
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
            tab.setChecked(self._docks.is_visible(key))
        self.sheet.show_open([key for key in self._docks.kinds if self._docks.is_open(key)])
        if self.sheet.isVisible():
            self.sheet.raise_()  # a view that was opened lies above it
        self._choose_tabs()

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

    def _choose(self, key: str) -> None:
        if self._docks is not None:
            self._docks.toggle(key)
            self.show_open()

    def _choose_tabs(self) -> None:
        """Show as many tabs as there is room for: those of open views, then the first of the others."""
        room = self.width() - 2 * MARGIN - self.button.sizeHint().width()
        if self._last is not None:
            room -= self._last.sizeHint().width() + SPACING
        docks, shown = self._docks, set[str]()
        for key in sorted(self._tabs, key=lambda key: docks is None or not docks.is_open(key)):
            room -= self._tabs[key].sizeHint().width() + SPACING
            if room < 0:
                break
            shown.add(key)
        for key, tab in self._tabs.items():
            tab.setVisible(key in shown)
        self._row.setAlignment(Qt.AlignmentFlag.AlignVCenter)


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
