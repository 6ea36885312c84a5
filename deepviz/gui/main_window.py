"""The window: a bar at the top, the canvas in the middle, panels around it, a line at the bottom. Places only.

Two workspaces arrange the same panels: Build gives the canvas the room, Train shows the curves below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QScrollArea,
    QStatusBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.file_drops import FileDrops

LEAST_WIDTH, LEAST_HEIGHT = 1120, 640
LEFT_WIDTH, RIGHT_WIDTH, BOTTOM_HEIGHT = 216, 288, 272
LAYOUT_VERSION = 1


class MainWindow(QMainWindow):
    """Places the parts that it is given.

    Parameters
    ----------
    top_bar, notice, canvas
        Go above each other in the middle.
    left_tabs, tabs
        Title and panel of each tab on the left and on the right.
    plots
        Goes below.
    may_close
        Asked before the window closes; False keeps it open.
    """

    workspace_changed = Signal(str)
    escape_pressed = Signal()
    """Escape was pressed where nothing else had a use for it."""

    def __init__(
        self,
        top_bar: QWidget,
        notice: QWidget,
        canvas: QWidget,
        left_tabs: Sequence[tuple[str, QWidget]],
        tabs: Sequence[tuple[str, QWidget]],
        plots: QWidget,
        status: QStatusBar,
        may_close: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._may_close = may_close
        self.setObjectName("main_window")
        self.setWindowTitle("DeepViz")
        # Qt lets a window become narrower than the bar at its top, and then cuts that off.
        self.setMinimumSize(max(LEAST_WIDTH, top_bar.minimumSizeHint().width()), LEAST_HEIGHT)
        self.drops = FileDrops(self)
        self.setDockNestingEnabled(False)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)

        self.setMenuWidget(top_bar)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(notice)
        column.addWidget(canvas, 1)
        self.setCentralWidget(middle)

        self.left_tabs, self.tabs = QTabWidget(), QTabWidget()
        for tab_widget, name in ((self.left_tabs, "What to build with"), (self.tabs, "Settings")):
            tab_widget.setDocumentMode(True)
            tab_widget.setAccessibleName(name)
        self.left_tabs.setProperty("role", "narrow")
        for title, panel in left_tabs:
            self.left_tabs.addTab(panel, title)
        for title, panel in tabs:
            self.tabs.addTab(_scrolling(panel), title)
        self.left = self._dock("Layers", self.left_tabs, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.right = self._dock("Settings", self.tabs, Qt.DockWidgetArea.RightDockWidgetArea)
        self.bottom = self._dock("Curves", plots, Qt.DockWidgetArea.BottomDockWidgetArea)
        self.setStatusBar(status)
        self.workspace = ""
        self._states: dict[str, QByteArray] = {}

    def add_dock(self, title: str, panel: QWidget) -> QDockWidget:
        """Place another panel below, beside the curves, hidden at first; it is remembered where it was left open."""
        dock = self._dock(title, panel, Qt.DockWidgetArea.BottomDockWidgetArea)
        dock.hide()
        return dock

    def show_tab(self, title: str) -> None:
        """Bring a tab of either side to the front."""
        for tab_widget in (self.left_tabs, self.tabs):
            for index in range(tab_widget.count()):
                if tab_widget.tabText(index) == title:
                    tab_widget.setCurrentIndex(index)

    def show_workspace(self, name: str) -> None:
        """Arrange the panels for a workspace as they were left there last."""
        if name == self.workspace:
            return
        if self.workspace:
            self._states[self.workspace] = self.saveState(LAYOUT_VERSION)
        self.workspace = name
        if name not in self._states or not self.restoreState(self._states[name], LAYOUT_VERSION):
            self._arrange(name)
        self.workspace_changed.emit(name)

    def remember_states(self, states: dict[str, bytes]) -> None:
        """Take over how the panels were arranged in each workspace, as `states` gave it."""
        self._states = {name: QByteArray(state) for name, state in states.items() if state}

    def states(self) -> dict[str, bytes]:
        """How the panels are arranged in each workspace."""
        if self.workspace:
            self._states[self.workspace] = self.saveState(LAYOUT_VERSION)
        return {name: bytes(state.data()) for name, state in self._states.items()}

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first: there may be unsaved work."""
        event.ignore()  # should asking fail, the window stays, and with it what has not been saved
        if self._may_close():
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no part of the window has taken."""
        if event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _dock(self, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(f"dock_{title.lower()}")
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget())  # the panels carry their own headings
        dock.setWidget(panel)
        self.addDockWidget(area, dock)
        return dock

    def _arrange(self, name: str) -> None:
        for dock in (self.left, self.right):
            dock.show()
        self.bottom.setVisible(name == "train")
        self.resizeDocks([self.left, self.right], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)
        self.resizeDocks([self.bottom], [BOTTOM_HEIGHT], Qt.Orientation.Vertical)


def _scrolling(panel: QWidget) -> QScrollArea:
    """A panel that scrolls up and down when it does not fit, and never sideways."""
    area = QScrollArea()
    area.setWidget(panel)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area
