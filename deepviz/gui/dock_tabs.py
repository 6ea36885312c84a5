"""The tabs of views that lie behind each other: a tab can be pulled out by hand, and has a menu with all its places.

Qt makes a row of tabs where docks lie behind each other, and lets nobody take hold of one. A tab that is pulled out of
its row here becomes the drag of its dock, with the same places to drop it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from textwrap import fill

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QTabBar, QToolTip

from deepviz.gui.view_dock import ViewDock

PULL = 10
"""Pixels above or below its row from which on a tab is pulled out."""
TIP_WIDTH = 60
AREAS = (
    ("To the left side", Qt.DockWidgetArea.LeftDockWidgetArea),
    ("To the right side", Qt.DockWidgetArea.RightDockWidgetArea),
    ("To the row below", Qt.DockWidgetArea.BottomDockWidgetArea),
)


class DockTabs(QObject):
    """Looks after the rows of tabs of one window.

    Parameters
    ----------
    window
        Whose docks they are.
    explain
        Gives what can be seen in a dock, in plain words; may be empty.
    """

    def __init__(self, window: QMainWindow, explain: Callable[[QDockWidget], str]) -> None:
        super().__init__(window)
        self._window, self._explain = window, explain
        self._held: tuple[QTabBar, ViewDock] | None = None
        """The row and the dock whose tab is pressed."""

    def watch(self) -> None:
        """Look after rows of tabs that have come since."""
        for bar in self.bars():
            if not bar.property("watched"):
                bar.setProperty("watched", True)
                bar.setAccessibleName("Views that lie behind each other")
                bar.installEventFilter(self)

    def bars(self) -> list[QTabBar]:
        """Every row of tabs that the window has made so far."""
        return self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def dock_at(self, bar: QTabBar, index: int) -> ViewDock | None:
        """The dock of a tab."""
        title = bar.tabText(index)
        docks = self._window.findChildren(ViewDock)
        return next((each for each in docks if each.windowTitle() == title and not each.isHidden()), None)

    def menu_of(self, dock: ViewDock) -> QMenu:
        """Everything that can be done with the place of a dock."""
        menu = QMenu(self._window)
        self.fill(menu, dock)
        return menu

    def fill(self, menu: QMenu, dock: ViewDock) -> None:
        """Put everything that can be done with the place of a dock into a menu."""
        menu.clear()
        beside = self._window.tabifiedDockWidgets(dock)
        if dock.isFloating():
            menu.addAction("Back into the window").triggered.connect(dock.back_wanted)
        else:
            menu.addAction("Detach").triggered.connect(dock.detach)
        if beside:
            menu.addAction("Beside the others here").triggered.connect(partial(self._split, dock))
        for words, area in AREAS:
            action = menu.addAction(words)
            action.triggered.connect(partial(self._move, dock, area))
            action.setEnabled(dock.isFloating() or self._window.dockWidgetArea(dock) != area)
        menu.addSeparator()
        menu.addAction("Close").triggered.connect(dock.hide)
        if beside:
            menu.addAction("Close the others here").triggered.connect(partial(_hide, beside))
            menu.addSeparator()
            for other in sorted((*beside, dock), key=QDockWidget.windowTitle):
                action = menu.addAction(other.windowTitle())
                action.setCheckable(True)
                action.setChecked(not other.visibleRegion().isEmpty())
                action.triggered.connect(other.raise_)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(watched, QTabBar):
            return False
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            return self._tell(watched, event)
        if isinstance(event, QContextMenuEvent):
            is_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            index = watched.currentIndex() if is_key else watched.tabAt(event.pos())
            dock = self.dock_at(watched, index if index >= 0 else watched.currentIndex())
            if dock is not None:
                place = watched.mapToGlobal(watched.tabRect(index).bottomLeft()) if is_key else event.globalPos()
                self.menu_of(dock).popup(place)
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Delete:
            dock = self.dock_at(watched, watched.currentIndex())
            if dock is not None:
                dock.hide()
            return True
        return isinstance(event, QMouseEvent) and self._take_mouse(watched, event)

    def _take_mouse(self, bar: QTabBar, event: QMouseEvent) -> bool:
        """Follow a tab that is pressed; True for what Qt is not to see."""
        kind, here = event.type(), event.position().toPoint()
        if kind == QEvent.Type.MouseButtonPress:
            dock = self.dock_at(bar, bar.tabAt(here))
            if dock is not None and event.button() == Qt.MouseButton.MiddleButton:
                dock.hide()
                return True
            if dock is not None and event.button() == Qt.MouseButton.LeftButton:
                self._held = bar, dock
        elif kind == QEvent.Type.MouseButtonRelease:
            if self._held is not None:
                self._held[1].take_keyboard(Qt.FocusReason.MouseFocusReason)
            self._held = None
        elif kind == QEvent.Type.MouseMove and self._held is not None and self._held[0] is bar:
            if not event.buttons() & Qt.MouseButton.LeftButton:
                self._held = None
            elif not -PULL <= here.y() <= bar.height() + PULL:
                held, self._held = self._held[1], None
                self._pull_out(bar, held, event)
                return True
        return False

    @staticmethod
    def _pull_out(bar: QTabBar, dock: QDockWidget, event: QMouseEvent) -> None:
        """Let the press on a tab end, and go on as a press on the title of its dock that has moved already."""
        left, none, keys = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, event.modifiers()
        there = event.globalPosition()
        release = QMouseEvent(QEvent.Type.MouseButtonRelease, event.position(), there, left, none, keys)
        QApplication.sendEvent(bar, release)
        title = dock.titleBarWidget()
        grip = QPointF(title.mapTo(dock, QPoint(title.width() // 4, title.height() // 2)))
        moved = grip + QPointF(0, QApplication.startDragDistance() + 1)
        press = QMouseEvent(QEvent.Type.MouseButtonPress, grip, there, left, left, keys)
        QApplication.sendEvent(dock, press)
        for place in (moved, grip):  # the second takes the window below the pointer
            QApplication.sendEvent(dock, QMouseEvent(QEvent.Type.MouseMove, place, there, none, left, keys))

    def _tell(self, bar: QTabBar, event: QHelpEvent) -> bool:
        """The whole title of a tab, and what can be seen in it."""
        dock = self.dock_at(bar, bar.tabAt(event.pos()))
        if dock is not None:
            words = (dock.windowTitle(), fill(self._explain(dock), TIP_WIDTH), "Drag it out, or right-click to move it")
            QToolTip.showText(event.globalPos(), "\n".join(filter(None, words)), bar)
        return True

    def _move(self, dock: ViewDock, area: Qt.DockWidgetArea) -> None:
        dock.setFloating(False)
        self._window.addDockWidget(area, dock)
        dock.show()
        dock.raise_()

    def _split(self, dock: ViewDock) -> None:
        """Out of its row of tabs, to the right of what stays there."""
        other = self._window.tabifiedDockWidgets(dock)[0]
        area = self._window.dockWidgetArea(dock)
        self._window.removeDockWidget(dock)
        self._window.addDockWidget(area, dock)
        self._window.splitDockWidget(other, dock, Qt.Orientation.Horizontal)
        dock.show()


def _hide(docks: list[QDockWidget]) -> None:
    for dock in docks:
        dock.hide()
