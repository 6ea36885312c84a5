"""The rows between canvas and views: which views are open, and which moment of the run they show.

As many views as there is room for have a tab each; all of them are in the menu at the left end.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

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
    """

    arrange_wanted = Signal()
    """The views are to be put back to where they were at the first start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self._docks: ViewDocks | None = None
        self._tabs: dict[str, Tab] = {}
        self._actions: dict[str, QAction] = {}
        self._last: Tab | None = None
        self._menu = QMenu(self)
        self.button = QPushButton("Views", self)
        self.button.setProperty("field", "true")
        self.button.setToolTip("All live views: open and close them")
        self.button.setMenu(self._menu)
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
        for category in CATEGORIES:
            keys = [key for key, kind in docks.kinds.items() if kind.category == category]
            if keys:
                self._menu.addSection(category)
            for key in keys:
                action = self._menu.addAction(docks.kinds[key].title)
                action.setCheckable(True)
                action.triggered.connect(lambda _, key=key: docks.toggle(key))
                self._actions[key] = action
        self._menu.addSeparator()
        self._menu.addAction("Arrange as at first").triggered.connect(self.arrange_wanted)
        for number, (key, kind) in enumerate(docks.kinds.items(), start=1):
            tab = Tab(kind.title, self)
            tab.apply_theme(self.theme)
            tab.clicked.connect(lambda _, key=key: docks.toggle(key))
            self._tabs[key] = tab
            self._row.insertWidget(number, tab)
        docks.changed.connect(self.show_open)
        self._choose_tabs()
        self.show_open()

    def show_open(self) -> None:
        """Mark the views that can be seen in the tabs, and those that are open in the menu."""
        if self._docks is None:
            return
        for key in self._docks.kinds:
            self._tabs[key].setChecked(self._docks.is_visible(key))
            self._actions[key].setChecked(self._docks.is_open(key))

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

    def _choose_tabs(self) -> None:
        """Show the first tabs, as many as there is room for."""
        room = self.width() - 2 * MARGIN - self.button.sizeHint().width()
        if self._last is not None:
            room -= self._last.sizeHint().width() + SPACING
        for tab in self._tabs.values():
            room -= tab.sizeHint().width() + SPACING
            tab.setVisible(room >= 0)
        self._row.setAlignment(Qt.AlignmentFlag.AlignVCenter)
