"""How the window stands: its place and workspace, and which panels and views are where, as the next start has them.

It is kept soon after it has changed and not only at the end, because a program can end without being asked.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer

from deepviz.gui.main_window import MainWindow
from deepviz.gui.settings import GEOMETRY, LEFT_TAB, WINDOW_STATES, WORKSPACE, Settings
from deepviz.gui.top_bar import WORKSPACE_NAMES
from deepviz.gui.view_docks import ViewDocks

SOON = 2_000
"""Milliseconds from a change to its being kept, with what comes in that time."""
HAPPENINGS = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.LayoutRequest)
"""What happens to a window when somebody moves it, or a border between its panels."""
FRAME = 32
"""Pixels for the frame's title."""


class WindowMemory(QObject):
    """Keeps how a window stands, and puts it up as it was kept.

    Parameters
    ----------
    window, views
        The window, and the live views in it.
    settings
        Where it is kept.
    """

    def __init__(self, window: MainWindow, views: ViewDocks, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._kept: tuple[object, ...] = ()
        self.soon = QTimer(self, singleShot=True, interval=SOON)
        self.soon.timeout.connect(self._keep_if_seen)
        for signal in (views.changed, window.workspace_changed, window.left_tabs.currentChanged):
            signal.connect(self._keep_soon)
        for dock in views.docks.values():
            dock.dockLocationChanged.connect(self._keep_soon)
            dock.topLevelChanged.connect(self._keep_soon)
        window.installEventFilter(self)

    def restore(self) -> None:
        """Put the window up as it was kept last, or as a first start has it."""
        room = self._window.screen().availableSize()
        self._window.resize(min(1440, room.width()), min(900, room.height() - FRAME))
        geometry = self._settings.get(GEOMETRY)
        if geometry:
            self._window.restoreGeometry(geometry)
        states = {name: self._settings.get(setting) for name, setting in WINDOW_STATES.items()}
        self._window.remember_states(states)
        self._window.show_tab(self._settings.get(LEFT_TAB))
        remembered = self._settings.get(WORKSPACE)
        self._window.show_workspace(remembered if remembered in WORKSPACE_NAMES else WORKSPACE.default)

    def keep(self) -> None:
        """Keep how it stands now; nothing is written if that is as it was kept last."""
        window, settings = self._window, self._settings
        self.soon.stop()
        geometry, states = bytes(window.saveGeometry().data()), window.states()
        left_tab = window.left_tabs.tabText(window.left_tabs.currentIndex())
        kept = geometry, states, window.workspace, left_tab
        if kept == self._kept:
            return
        self._kept = kept
        settings.set(GEOMETRY, geometry)
        settings.set(WORKSPACE, window.workspace)
        settings.set(LEFT_TAB, left_tab)
        for name, state in states.items():
            settings.set(WINDOW_STATES[name], state)
        settings.save()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look on while the window is moved about, or something in it."""
        if event.type() in HAPPENINGS:
            self._keep_soon()
        return False

    def _keep_soon(self, *_: object) -> None:
        if not self.soon.isActive() and self._window.isVisible():
            self.soon.start()

    def _keep_if_seen(self) -> None:
        if self._window.isVisible():  # otherwise it is being closed
            self.keep()
