"""The list of runs in its dock. A list is wide, so it takes the place of the views below while it is open there.

They step aside and come back as they were when it is closed, so nothing is squeezed. Anywhere else, on a tab or in a
window of its own, it stands beside the others as any view does.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu

from deepviz.gui.main_window import BOTTOM_HEIGHT, MainWindow
from deepviz.gui.plots.header import PlotHeader
from deepviz.gui.plots.run_curves import RunCurves
from deepviz.gui.plots.tabs import Tab
from deepviz.gui.runs.panel import RunsPanel
from deepviz.gui.settings import RUNS_INSTEAD_OF, RUNS_WITH, Setting, Settings
from deepviz.gui.theme import Theme
from deepviz.gui.view_docks import DOCK_FEATURES, SMALLEST_VIEW, ViewDocks

BELOW = Qt.DockWidgetArea.BottomDockWidgetArea
TIP = "All runs with their settings and results: compare, repeat, vary (Ctrl+3)"
LET_GO = 60
"""Milliseconds between two looks whether a dock that is dragged was let go."""


class RunsDock(QObject):
    """Opens and closes the list of runs.

    Parameters
    ----------
    window, views
        Where it goes, and what stands there.
    panel
        The list.
    settings
        Where it is remembered which views are to come back.

    Attributes
    ----------
    dock
        Where the list is shown.
    header
        The line above it, by which it can be dragged.
    tab
        Opens and closes it, for the row of tabs above the views.
    """

    opened = Signal(bool)
    """It was opened, or closed; also when it comes to lie before or behind another one."""

    def __init__(self, window: MainWindow, views: ViewDocks, panel: RunsPanel, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._views, self._panel, self._settings = window, views, panel, settings
        self._is_seen = self._moves_itself = False
        self._height = 0
        self.dock = window.add_list_dock("Runs", panel)
        self.dock.setFeatures(DOCK_FEATURES)
        views.wide.append(self.dock)
        self.header = PlotHeader("Runs", self.dock)
        self.header.close_button.show()
        self.header.close_button.setToolTip("Close; the views that were here come back")
        self._menu = QMenu(self.header)
        self._menu.addAction("Large window, or back").triggered.connect(self.maximise)
        self._menu.addSeparator()
        self._menu.addAction("Close").triggered.connect(self.close)
        self.header.menu_button.setMenu(self._menu)
        self.header.menu_button.setToolTip("Large window, or close")
        self.dock.setTitleBarWidget(self.header)
        self.header.setToolTip("While the list is here, the views that were stand aside; they come back with Close")
        panel.list_page.counted.connect(self.header.set_note)
        self.opened.connect(lambda _is_open: panel.looked_at.emit())
        self.tab = Tab("Runs")
        self._let_go = QTimer(self, interval=LET_GO)
        self._let_go.timeout.connect(self._look_where_it_went)
        self.tab.clicked.connect(self.toggle)
        panel.queue_changed.connect(self._tell_queue)
        self._tell_queue()
        self.header.close_button.clicked.connect(self.close)
        self.header.double_clicked.connect(self.maximise)
        self.header.pressed.connect(self._take_keyboard)
        self.dock.back_wanted.connect(self.maximise)
        self.dock.visibilityChanged.connect(self._note_seen)
        self.dock.topLevelChanged.connect(self._note_detached)

    @property
    def is_open(self) -> bool:
        """Whether it has a place in the window or a window of its own, be it behind another one."""
        return not self.dock.isHidden()

    def toggle(self) -> None:
        """Open it or bring it to the front; close it if it is there already."""
        if self.is_open and self._is_seen:
            self.close()
        else:
            self.open()
        self.tab.setChecked(self.is_open)

    def open(self) -> None:
        """Open it and put the keyboard into it."""
        if self.dock.isHidden():
            if self._stands_below_alone:
                self._have_views_step_aside()
            self.dock.show()
            self._fit()
        self.dock.raise_()
        if self.dock.isFloating():
            self.dock.activateWindow()
        self._panel.take_focus()
        self.opened.emit(self.is_open)

    def close(self) -> None:
        """Close it, with the views of its runs; what stood in its place comes back."""
        stood_below = self._stands_below_alone
        self.dock.hide()
        if stood_below:
            self._have_views_come_back()
        self.opened.emit(self.is_open)

    def put_away(self) -> None:
        """Close it and leave it to others what comes in its place."""
        self._remember(RUNS_INSTEAD_OF, {})
        self._remember(RUNS_WITH, {})
        self.dock.setFloating(False)
        self.dock.hide()

    def show_view(self, key: str) -> None:
        """Open a view of the chosen runs: beside the list if that stands below, otherwise where it was."""
        dock = self._views.docks[key]
        if self.is_open and self._stands_below_alone and dock.isHidden() and not dock.isFloating():
            self._place_beside(dock)
        self._views.open(key)

    def maximise(self) -> None:
        """Give the list a large window of its own, or put it back."""
        self._moves_itself = True
        if self.dock.isFloating():
            self.dock.setFloating(False)
            if self._stands_below_alone:
                self._have_views_step_aside()
            self._fit()
        else:
            stood_below = self._stands_below_alone
            self.dock.enlarge(self._window.geometry())
            if stood_below:
                self._have_views_come_back()
        self._moves_itself = False
        self._panel.take_focus()
        self.opened.emit(self.is_open)

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._panel.apply_theme(theme)
        self.dock.apply_theme(theme)
        self.header.apply_theme(theme)
        self.tab.apply_theme(theme)

    # Inside

    def _take_keyboard(self) -> None:
        focused = QApplication.focusWidget()
        if focused is None or not self.dock.isAncestorOf(focused):
            self._panel.take_focus()

    def _tell_queue(self) -> None:
        """Say on the tab how far the queue is, so that it is known while the list is closed."""
        queue = self._panel.queue_page.queue
        over, wanted = self._panel.queue_page.counts
        text = f"Runs {over}/{wanted}" if queue.is_busy else "Runs"
        told = f"\n{self._panel.queue_page.summary()}" if queue.is_busy else ""
        self.tab.setToolTip(f"{TIP}{told}")
        self.tab.setAccessibleName(f"Runs, queue: {self._panel.queue_page.summary()}" if queue.is_busy else "Runs")
        if text != self.tab.text():
            self.tab.setText(text)
            self.tab.updateGeometry()

    @property
    def _stands_below_alone(self) -> bool:
        """Whether it is in the row below the canvas, on no tab with others."""
        is_below = self._window.dockWidgetArea(self.dock) == BELOW and not self.dock.isFloating()
        return is_below and not self._window.tabifiedDockWidgets(self.dock)

    def _views_below(self) -> dict[str, QDockWidget]:
        docks = self._views.docks.items()
        here = ((key, dock) for key, dock in docks if not dock.isHidden() and not dock.isFloating())
        return {key: dock for key, dock in here if self._window.dockWidgetArea(dock) == BELOW}

    def _have_views_step_aside(self) -> None:
        below = {key: dock for key, dock in self._views_below().items() if not self._is_of_runs(key)}
        widths = {key: dock.width() if self._views.is_visible(key) else 0 for key, dock in below.items()}
        height = self._height_of([below[key] for key, width in widths.items() if width])
        self._remember(RUNS_INSTEAD_OF, widths)
        for dock in below.values():
            dock.hide()  # before the list is shown: for a moment there would be no room for all
        self._height = height

    def _height_of(self, docks: list[QDockWidget]) -> int:
        """How high the row of some docks is, with the rows of tabs above them."""
        places = [each.geometry() for each in docks]
        bars = [bar.geometry() for bar in self._views.tabs.bars() if bar.isVisible()]
        tops = [bar.top() for bar in bars for at in places if at.intersects(bar.translated(0, bar.height()))]
        top = min([*tops, *(at.top() for at in places)], default=0)
        return max((at.bottom() + 1 - top for at in places), default=BOTTOM_HEIGHT)

    def _fit(self) -> None:
        """Now that it is shown, give it the height that the views had, and show those that go with it."""
        if self._height:
            for key in self._remembered(RUNS_WITH):
                if self._views.docks[key].isHidden():
                    self.show_view(key)
            self._window.resizeDocks([self.dock], [self._height], Qt.Orientation.Vertical)
        self._height = 0

    def _have_views_come_back(self) -> None:
        with_it = {key: dock for key, dock in self._views_below().items() if self._is_of_runs(key)}
        self._remember(RUNS_WITH, dict.fromkeys(with_it, 0))
        for dock in with_it.values():
            dock.hide()
        remembered = self._remembered(RUNS_INSTEAD_OF)
        back = {key: width for key, width in remembered.items() if self._views.docks[key].isHidden()}
        self._remember(RUNS_INSTEAD_OF, {})
        came = [key for key in self._views_below() if self._views.is_visible(key)]
        for key in back:
            self._views.docks[key].show()
        in_front = [key for key, width in back.items() if width]
        for key in in_front:
            self._views.docks[key].raise_()
        sides = [each for each in (self._window.left, self._window.right) if each.isVisible()]
        room = self._window.width() - sum(each.width() for each in sides)
        share = room // max(len(came) + len(in_front), 1)
        if in_front and share < SMALLEST_VIEW:  # those that were opened meanwhile come to lie before others
            for key in came:
                self._window.tabifyDockWidget(self._views.docks[in_front[-1]], self._views.docks[key])
                self._views.docks[key].raise_()
            came = []
        rest, before = room - share * len(came), max(sum(back.values()), 1)
        docks = [*sides, *(self._views.docks[key] for key in (*in_front, *came))]
        widths = [*(each.width() for each in sides), *(back[key] * rest // before for key in in_front)]
        widths += [share] * len(came)
        self._window.resizeDocks(docks, widths, Qt.Orientation.Horizontal)
        # Once more when Qt has placed what was hidden: only then it knows which room there is.
        QTimer.singleShot(0, self, lambda: self._window.resizeDocks(docks, widths, Qt.Orientation.Horizontal))

    def _place_beside(self, dock: QDockWidget) -> None:
        """Put a view beside the list, each with half of the width."""
        beside = next((other for key, other in self._views_below().items() if self._is_of_runs(key)), None)
        if beside is not None:
            self._window.tabifyDockWidget(beside, dock)
            return
        half = self.dock.width() // 2
        self._window.splitDockWidget(self.dock, dock, Qt.Orientation.Horizontal)
        dock.show()
        self._window.resizeDocks([self.dock, dock], [half, half], Qt.Orientation.Horizontal)

    def _is_of_runs(self, key: str) -> bool:
        return issubclass(self._views.kinds[key], RunCurves)

    def _note_seen(self, is_seen: bool) -> None:
        self._is_seen = is_seen
        self.tab.setChecked(is_seen)
        self.opened.emit(self.is_open)

    def _note_detached(self, is_detached: bool) -> None:
        if is_detached and not self._moves_itself:
            self._let_go.start()  # Qt puts the others where they were before the drag, should it be given up

    def _look_where_it_went(self) -> None:
        """After a drag has pulled it out of its place: if it went elsewhere, those that had stepped aside come back."""
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        self._let_go.stop()
        if self.is_open and not self._stands_below_alone:
            self._have_views_come_back()

    def _remembered(self, setting: Setting[tuple[str, ...]]) -> dict[str, int]:
        """The views of the present workspace that are remembered, each with its width; 0 behind another one."""
        found = {}
        for text in self._settings.get(setting):
            workspace, key, width = [*text.split("/"), "", ""][:3]
            if workspace == self._window.workspace and key in self._views.docks:
                found[key] = int(width) if width.isdecimal() else 0
        return found

    def _remember(self, setting: Setting[tuple[str, ...]], views: dict[str, int]) -> None:
        here = f"{self._window.workspace}/"
        others = [text for text in self._settings.get(setting) if not text.startswith(here)]
        self._settings.set(setting, (*others, *(f"{here}{key}/{width}" for key, width in views.items())))
