"""The window: a bar at the top, the canvas in the middle, panels around it, a line at the bottom. Places only.

Two workspaces arrange the same panels: Build gives the canvas the room, Train shows the live views below it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
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
from deepviz.gui.top_bar import TopBar
from deepviz.gui.view_dock import ViewDock

LEAST_WIDTH, LEAST_HEIGHT = 1000, 600
LEFT_WIDTH, RIGHT_WIDTH, BOTTOM_HEIGHT = 216, 288, 272
LEAST_LEFT, LEAST_RIGHT = 204, 264
LEAST_VIEW = 240
LAYOUT_VERSION = 2


class MainWindow(QMainWindow):
    """Places the parts that it is given.

    Parameters
    ----------
    top_bar, notice, canvas
        Go above each other in the middle.
    left_tabs, tabs
        Title and panel of each tab on the left and on the right.
    live_bar
        Goes below the canvas while there is a run to be watched.
    may_close
        Asked before the window closes; False keeps it open.
    """

    workspace_changed = Signal(str)
    escape_pressed = Signal()
    """Escape was pressed where nothing else had a use for it."""

    def __init__(
        self,
        top_bar: TopBar,
        notice: QWidget,
        canvas: QWidget,
        left_tabs: Sequence[tuple[str, QWidget]],
        tabs: Sequence[tuple[str, QWidget]],
        live_bar: QWidget,
        status: QStatusBar,
        may_close: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._may_close = may_close
        self.setObjectName("main_window")
        self.setWindowTitle("DeepViz")
        # Qt lets a window become narrower than the bar at its top, and then cuts that off.
        self.setMinimumSize(max(LEAST_WIDTH, top_bar.least_width()), LEAST_HEIGHT)
        self.drops = FileDrops(self)
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)

        self.setMenuWidget(top_bar)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

        middle = QWidget()
        self.setCentralWidget(middle)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(notice)
        column.addWidget(canvas, 1)
        column.addWidget(live_bar)
        self._live_bar = live_bar

        self.left_tabs, self.tabs = QTabWidget(), QTabWidget()
        for tab_widget, name in ((self.left_tabs, "What to build with"), (self.tabs, "Settings")):
            tab_widget.setDocumentMode(True)
            tab_widget.setAccessibleName(name)
        self.left_tabs.setProperty("role", "narrow")
        # Docks first, then what they show: whatever gets another parent is dressed anew, with all that is in it.
        self.left = self._dock(QDockWidget("Layers", self), self.left_tabs, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.right = self._dock(QDockWidget("Settings", self), self.tabs, Qt.DockWidgetArea.RightDockWidgetArea)
        for title, panel in left_tabs:
            self.left_tabs.addTab(panel, title)
        for title, panel in tabs:
            area = _scroll_area()
            self.tabs.addTab(area, title)
            area.setWidget(panel)
        # Wide views below would take the room from both, and cut off their numbers.
        self.left.setMinimumWidth(LEAST_LEFT)
        self.right.setMinimumWidth(LEAST_RIGHT)
        self._view_docks: list[ViewDock] = []
        self._default_views: list[ViewDock] = []
        self.setStatusBar(status)
        self.workspace = ""
        self._states: dict[str, QByteArray] = {}

    def add_dock(self, title: str, panel: QWidget) -> QDockWidget:
        """Place another panel below, beside the curves, hidden at first; it is remembered where it was left open."""
        return self._dock(QDockWidget(title, self), panel, Qt.DockWidgetArea.BottomDockWidgetArea, is_hidden=True)

    def add_list_dock(self, title: str, panel: QWidget) -> ViewDock:
        """The same for a panel that can have a window of its own."""
        dock = ViewDock(title, self)
        self._dock(dock, panel, Qt.DockWidgetArea.BottomDockWidgetArea, is_hidden=True)
        return dock

    def add_view_dock(
        self, key: str, title: str, features: QDockWidget.DockWidgetFeature, *, is_default: bool
    ) -> ViewDock:
        """A place below for a live view, hidden at first; it is remembered where it was left."""
        dock = ViewDock(title, self)
        dock.setObjectName(f"view_{key}")
        dock.setFeatures(features)
        dock.setTitleBarWidget(QWidget())
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        dock.hide()
        self._view_docks.append(dock)
        if is_default:
            self._default_views.append(dock)
        return dock

    @property
    def shows_views(self) -> bool:
        """Whether a live view stands below."""
        return any(dock.isVisible() and not dock.isFloating() for dock in self._view_docks)

    def arrange_views(self) -> None:
        """Put the live views back to where they were at the first start."""
        sides = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
        stood_aside = any(self.dockWidgetArea(dock) in sides for dock in self._view_docks)
        for dock in self._view_docks:
            dock.setFloating(False)
            self.removeDockWidget(dock)  # from whatever it stood beside or on a tab with; that hides it
            self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        for before, dock in zip([None, *self._default_views], self._default_views, strict=False):
            if before is None:
                self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
            else:
                self.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
            dock.show()
        count = len(self._default_views)
        if count:
            self.resizeDocks(self._default_views, [BOTTOM_HEIGHT] * count, Qt.Orientation.Vertical)
            self.resizeDocks(self._default_views, [LEAST_VIEW] * count, Qt.Orientation.Horizontal)
        if stood_aside:
            self.resizeDocks([self.left, self.right], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)

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
        self._live_bar.setVisible(name == "train")
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

    def showEvent(self, event: QShowEvent) -> None:
        """Have windows of views come after this one."""
        super().showEvent(event)
        if not event.spontaneous():
            QTimer.singleShot(0, self, self._bring_up_views)

    def _bring_up_views(self) -> None:
        """Show windows of views once more that were there before this one: they would lie below it for good."""
        for dock in self.findChildren(ViewDock):
            if dock.isFloating() and dock.isVisible():
                dock.hide()
                dock.show()

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

    def _dock(
        self, dock: QDockWidget, panel: QWidget, area: Qt.DockWidgetArea, *, is_hidden: bool = False
    ) -> QDockWidget:
        dock.setObjectName(f"dock_{dock.windowTitle().lower()}")
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget())  # the panels carry their own headings
        self.addDockWidget(area, dock)
        dock.setWidget(panel)
        dock.setHidden(is_hidden)
        return dock

    def _arrange(self, name: str) -> None:
        for dock in (self.left, self.right):
            dock.show()
        if name == "train":
            self.arrange_views()
        else:
            for dock in self._view_docks:
                dock.hide()
        self.resizeDocks([self.left, self.right], [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)


def _scroll_area() -> QScrollArea:
    """Where a panel scrolls up and down when it does not fit, and never sideways."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area
