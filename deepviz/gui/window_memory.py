"""How the window stands: its place and workspace, and which panels and views are where, as the next start has them.

It is kept soon after it has changed and not only at the end, because a program can end without being asked. So is how
it is looked at, which a session says too, but only as of the last change of its project.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QEvent, QObject, QTimer

from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.main_window import MainWindow
from deepviz.gui.settings import GEOMETRY, LAST_LOOK, LEFT_TAB, RIGHT_TAB, WINDOW_STATES, WORKSPACE, Settings
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
    window, views, canvas
        The window, and the live views and the canvas in it.
    settings
        Where it is kept.
    look
        Says how the window is looked at now, in plain values.

    Attributes
    ----------
    name
        Which window this is: no other one, earlier or later, has the same name.
    """

    def __init__(
        self, window: MainWindow, views: ViewDocks, canvas: CanvasView, settings: Settings,
        look: Callable[[], dict[str, Any]],
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._window, self._settings, self._look = window, settings, look
        self.name = uuid4().hex
        self._last_look: dict[str, Any] = {}
        self._kept: tuple[object, ...] = ()
        self.soon = QTimer(self, singleShot=True, interval=SOON)
        self.soon.timeout.connect(self._keep_if_seen)
        tabs = window.left_tabs.currentChanged, window.tabs.currentChanged
        bars = canvas.horizontalScrollBar(), canvas.verticalScrollBar()
        looks = *(bar.valueChanged for bar in bars), *(bar.rangeChanged for bar in bars)
        for signal in (views.changed, window.workspace_changed, canvas.selection_changed, *tabs, *looks):
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
        self._last_look = _read(self._settings.get(LAST_LOOK))
        for tab in (LEFT_TAB, RIGHT_TAB):
            self._window.show_tab(self._settings.get(tab))
        remembered = self._settings.get(WORKSPACE)
        self._window.show_workspace(remembered if remembered in WORKSPACE_NAMES else WORKSPACE.default)

    def latest(self, look: Mapping[str, Any], is_done: bool) -> Mapping[str, Any]:
        """How a window was looked at last, if that is newer than what a session of the same window says.

        Parameters
        ----------
        look
            What the session says.
        is_done
            Whether nobody will ask this again: what comes from now on is newer.
        """
        last = self._last_look
        if is_done:
            self._last_look = {}
        return last if last and last.get("window") == look.get("window") else look

    def keep(self) -> None:
        """Keep how it stands now; nothing is written if that is as it was kept last."""
        window, settings = self._window, self._settings
        self.soon.stop()
        geometry, states = bytes(window.saveGeometry().data()), window.states()
        sides = [(LEFT_TAB, window.left_tabs), (RIGHT_TAB, window.tabs)]
        in_front = [(setting, tabs.tabText(tabs.currentIndex())) for setting, tabs in sides]
        look = json.dumps(self._look())
        kept = geometry, states, window.workspace, in_front, look
        if kept == self._kept:
            return
        self._kept = kept
        settings.set(GEOMETRY, geometry)
        settings.set(WORKSPACE, window.workspace)
        settings.set(LAST_LOOK, look)
        for setting, title in in_front:
            settings.set(setting, title)
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


def _read(text: str) -> dict[str, Any]:
    """What was kept of a look; nothing where it cannot be read."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("window"), str) else {}
