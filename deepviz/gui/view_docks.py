"""The live views of a window, each in a dock that can be moved, put on a tab, detached and closed.

A view is made when it is opened for the first time, and told then all that the others have been told before. Only
what can be seen says which probes it needs, so what nobody looks at costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDockWidget, QMenu

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.document.shapes import Report
from deepviz.gui.dock_tabs import DockTabs
from deepviz.gui.main_window import MainWindow
from deepviz.gui.plots import all_views
from deepviz.gui.plots.asking import Asking, is_another
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.view import View
from deepviz.gui.settings import LARGE_PLACES, VIEWS_OFFERED, Settings
from deepviz.gui.theme import DARK, Theme
from deepviz.gui.view_dock import ViewDock
from deepviz.training.history import History

SMALLEST_VIEW = 236
"""Pixels of width below which views come to lie behind each other instead of side by side."""
WIDE = 2
"""The places of views that a list takes in their row."""
TURN = 12
"""Milliseconds from one view that is drawn again to the next."""
DOCK_FEATURES = (
    QDockWidget.DockWidgetFeature.DockWidgetMovable
    | QDockWidget.DockWidgetFeature.DockWidgetFloatable
    | QDockWidget.DockWidgetFeature.DockWidgetClosable
)


class ViewDocks(QObject):
    """Holds the views of one window.

    Attributes
    ----------
    kinds
        Every kind of view by its key, in the order in which they are offered.
    views
        Those that have been opened so far.
    docks
        Where each is shown, opened or not.
    wide
        Other docks that can stand in the row of the views, and need more width than they do.
    """

    changed = Signal()
    """Other views can be seen than before, or one needs other probes."""
    message = Signal(str)
    asked = Signal(object)
    """A `Look` wants an answer soon."""
    sample_chosen = Signal(str, int)
    node_chosen = Signal(str)
    edit_wanted = Signal(str, object)

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self.kinds: dict[str, type[View]] = {kind.key: kind for kind in all_views()}
        self.views: dict[str, View] = {}
        self.docks: dict[str, ViewDock] = {}
        self.wide: list[QDockWidget] = []
        self._theme: Theme = DARK
        self._history: History | None = None
        self._moment: int | None = None
        self._scale: tuple[int, int] | None = None
        self._open_project: tuple[Project, PreparedData | None, Report] | None = None
        self._node = ""
        self._opened: list[str] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)  # now each has its place, and it is known which can be seen
        self._soon.timeout.connect(self.changed)
        self._soon.timeout.connect(window.update)  # Qt leaves lines where borders between docks were
        self._waiting: list[str] = []
        self._turn = QTimer(self, singleShot=True, interval=TURN)
        self._turn.timeout.connect(self._take_turn)
        self._offer = QTimer(self, singleShot=True, interval=0)
        self._offer.timeout.connect(self.open_suitable)
        for key, kind in self.kinds.items():
            dock = window.add_view_dock(key, kind.title, DOCK_FEATURES, is_default=kind.is_default)
            dock.visibilityChanged.connect(lambda visible, key=key: self._seen(key, visible))
            dock.topLevelChanged.connect(lambda floating, key=key: self._detached(key, floating))
            dock.back_wanted.connect(dock.put_back)
            dock.place_changed.connect(self._remember_places)
            self.docks[key] = dock
        self._recall_places()
        self.tabs = DockTabs(window, self._explanation_in)
        self.changed.connect(self.tabs.watch)
        window.workspace_changed.connect(self._close_empty)

    # Which are open

    def view(self, key: str) -> View:
        """The view of this key, made if it was never opened."""
        if key not in self.views:
            self._make(key)
        return self.views[key]

    def is_open(self, key: str) -> bool:
        """Whether a view has a place in the window or a window of its own, be it behind another one."""
        return not self.docks[key].isHidden()

    def is_visible(self, key: str) -> bool:
        """Whether a view can be seen: it is open and not behind another one."""
        return key in self.views and self.views[key].is_seen

    def open(self, key: str) -> None:
        """Open a view and bring it to the front: beside the others, or on a tab with one where there is no room."""
        dock = self.docks[key]
        self.view(key)
        if dock.isHidden():
            shares = self._find_place(key, dock)
            dock.show()
            self._share_out(shares)
            # Once more when Qt has placed what was hidden: only then it knows which room there is.
            QTimer.singleShot(0, self, partial(self._share_out, shares))
        dock.raise_()
        self._note_opened(key)

    def close(self, key: str) -> None:
        """Close a view."""
        self.docks[key].hide()

    def give_keyboard(self, key: str) -> None:
        """Put the keyboard into an open view, as a click on its title or its tab does."""
        if self.is_open(key):
            self.docks[key].take_keyboard(Qt.FocusReason.MouseFocusReason)

    def go(self, by: int) -> None:
        """Put the keyboard into the next open view, or (-1) the one before, from that which has it; open the first."""
        keys = [key for key in self.kinds if self.is_open(key)]
        if not keys:
            self.open(next(iter(self.kinds)))
            keys = [next(iter(self.kinds))]
        focused = QApplication.focusWidget()
        has_it = [focused is not None and self.docks[key].isAncestorOf(focused) for key in keys]
        at = has_it.index(True) if any(has_it) else None
        place = (0 if by > 0 else -1) if at is None else (at + by) % len(keys)
        self.open(keys[place])
        if self.docks[keys[place]].isFloating():
            self.docks[keys[place]].activateWindow()
        self.view(keys[place]).take_focus()

    def open_suitable_soon(self) -> None:
        """Do that when the window has its size: where there is room for a view depends on it."""
        self._offer.start()

    def arrange(self) -> None:
        """Put all views back to where a first start has them, those that suit the data among them."""
        self._window.arrange_views()
        self._opened.clear()
        QTimer.singleShot(0, self, lambda: self.open_suitable(again=True))  # when the others have their places

    def open_suitable(self, again: bool = False) -> None:
        """Open the views that suit what is open now, each once in a lifetime: whoever closes one does not want it.

        Parameters
        ----------
        again
            Open those also that were opened before.
        """
        project, data = (None, None) if self._open_project is None else self._open_project[:2]
        if project is None or data is None:
            return
        seen = self._settings.get(VIEWS_OFFERED)
        for key, kind in self.kinds.items():
            if (again or key not in seen) and issubclass(kind, Look) and kind.suits(project, data):
                self.open(key)
                seen = *(each for each in seen if each != key), key
        self._settings.set(VIEWS_OFFERED, seen)

    def maximise(self, key: str) -> None:
        """Give a view a large window of its own, or put it back."""
        dock = self.docks[key]
        if dock.isFloating():
            dock.put_back()
        else:
            dock.enlarge(self._window.geometry())

    # What all of them are told

    @property
    def visible(self) -> tuple[View, ...]:
        """The views that can be seen, in the order in which they are offered."""
        return tuple(self.views[key] for key in self.kinds if self.is_visible(key))

    @property
    def probes(self) -> tuple[str, ...]:
        """Keys of the probes that the visible views need."""
        wanted = (key for view in self.visible if not view.is_paused for key in view.probes)
        return tuple(dict.fromkeys(wanted))

    def looks(self) -> Iterator[Asking]:
        """The visible views that ask something of the network."""
        return (view for view in self.visible if isinstance(view, Asking))

    def show_history(self, history: History | None) -> None:
        """Show another run from now on, or none."""
        self._history, self._moment = history, None
        for view in self.views.values():
            view.show_history(history)

    def refresh(self) -> None:
        """Draw what is new in the views that can be seen."""
        self._waiting.clear()
        for view in self.visible:
            view.refresh()

    def refresh_one_by_one(self) -> None:
        """Draw what is new in the views that can be seen, each in its turn, so that no hand has to wait for all."""
        self._waiting += [key for key in self.kinds if key not in self._waiting and self.is_visible(key)]
        if not self._turn.isActive():
            self._take_turn()

    def _take_turn(self) -> None:
        if self._waiting:
            key = self._waiting.pop(0)
            self._turn.start()
            self.views[key].refresh()

    def show_moment(self, step: int | None) -> None:
        """Show all views as they were after a step; None follows the run."""
        self._moment = step
        for view in self.views.values():
            view.show_moment(step)

    def show_project(self, project: Project, data: PreparedData | None, report: Report) -> None:
        """Look at another project, or at this one after an edit."""
        before, self._open_project = self._open_project, (project, data, report)
        is_replaced = before is not None and is_another(before[0].graph, project.graph)
        if is_replaced or self._node not in project.graph.by_id:
            self._node = ""  # views that are opened later are not to look for it
        for view in self.views.values():
            if isinstance(view, Asking):
                view.show_project(project, data, report)

    def show_scale(self, first: int, last: int) -> None:
        """Colour gradients from 10**first to 10**last, so that a colour means the same here and on the canvas."""
        self._scale = first, last
        for view in self.views.values():
            view.show_scale(first, last)

    def choose_node(self, node_id: str) -> None:
        """A layer was selected on the canvas."""
        self._node = node_id
        for view in self.views.values():
            view.choose_node(node_id)

    def choose_sample(self, part: str, index: int) -> None:
        """A sample was chosen in one view; the others follow."""
        for view in self.views.values():
            view.choose_sample(part, index)

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self._theme = theme
        for dock in self.docks.values():
            dock.apply_theme(theme)
        for view in self.views.values():
            view.apply_theme(theme)

    # Inside

    def _make(self, key: str) -> None:
        view = self.kinds[key]()
        view.take_settings(self._settings)
        view.apply_theme(self._theme)
        if self._scale is not None:
            view.show_scale(*self._scale)
        view.show_history(self._history)
        if self._open_project is not None and isinstance(view, Asking):
            view.show_project(*self._open_project)
        if self._node:
            view.choose_node(self._node)
        view.show_moment(self._moment)
        view.message.connect(self.message)
        view.wants_changed.connect(self._soon.start)
        view.maximise_requested.connect(lambda: self.maximise(key))
        view.close_requested.connect(lambda: self.close(key))
        view.view_wanted.connect(lambda title: self._open_before(key, title))
        view.sample_chosen.connect(self.choose_sample)
        view.sample_chosen.connect(self.sample_chosen)
        view.node_chosen.connect(self.node_chosen)
        view.edit_wanted.connect(self.edit_wanted)
        if isinstance(view, Asking):
            view.asked.connect(lambda: self.asked.emit(view))
        dock = self.docks[key]
        places = QMenu("Place", view)
        places.aboutToShow.connect(lambda: self.tabs.fill(places, dock))
        view.add_menu(places)
        self.views[key] = view  # Qt says at once that a dock is seen which gets its title bar while it is open
        view.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.header.customContextMenuRequested.connect(
            lambda point: self.tabs.menu_of(dock).popup(view.header.mapToGlobal(point))
        )
        view.header.pressed.connect(partial(self.give_keyboard, key))
        dock.setTitleBarWidget(view.header)
        dock.setWidget(view)

    def _find_place(self, key: str, dock: ViewDock) -> dict[QDockWidget, int]:
        """Put a dock where it can be seen without making the others too narrow; gives who is to have which width."""
        if dock.isFloating():
            return {}
        below = Qt.DockWidgetArea.BottomDockWidgetArea
        views = {
            each: other for each, other in self.docks.items()
            if self.is_visible(each) and not other.isFloating() and self._window.dockWidgetArea(other) == below
        }  # fmt: skip
        wide = [
            each for each in self.wide
            if each.isVisible() and not each.isFloating() and self._window.dockWidgetArea(each) == below
            and not self._window.tabifiedDockWidgets(each)
        ]  # fmt: skip
        row = sorted((*views.values(), *wide), key=lambda each: each.x())
        if not row:
            return {}
        widths = {each: each.width() for each in row}
        room, places = sum(widths.values()), len(views) + WIDE * len(wide)
        if not views or room // SMALLEST_VIEW > places:
            self._window.splitDockWidget(row[-1], dock, Qt.Orientation.Horizontal)
            # What shows nothing needs no more than that.
            idle: dict[QDockWidget, int] = {}
            idle |= {other: SMALLEST_VIEW for each, other in views.items() if _waits_for_runs(self.views[each])}
            busy, rest = sum(widths[each] for each in row if each not in idle), room - sum(idle.values())
            mine = rest // 2 if len(idle) == len(views) else max(SMALLEST_VIEW, rest // (places - len(idle) + 1))
            return {each: idle.get(each, widths[each] * (rest - mine) // max(busy, 1)) for each in row} | {dock: mine}
        alike = [each for each in views if self.kinds[each].category == self.kinds[key].category]
        candidates = alike or list(views)
        longest = next((each for each in self._opened if each in candidates), candidates[-1])
        self._window.tabifyDockWidget(self.docks[longest], dock)
        if (width := widths[self.docks[longest]]) >= SMALLEST_VIEW:
            return {}
        rest, others = room - SMALLEST_VIEW, room - width  # it was too narrow for anybody
        shares = {each: each_width * rest // max(others, 1) for each, each_width in widths.items()}
        return shares | {self.docks[longest]: SMALLEST_VIEW, dock: SMALLEST_VIEW}

    def _share_out(self, shares: dict[QDockWidget, int]) -> None:
        """Give docks their widths, as long as all of them are there; the panels at the sides keep theirs."""
        if shares and all(each.isVisible() and not each.isFloating() for each in shares):
            sides = [each for each in (self._window.left, self._window.right) if each.isVisible()]
            docks, widths = [*sides, *shares], [*(each.width() for each in sides), *shares.values()]
            self._window.resizeDocks(docks, widths, Qt.Orientation.Horizontal)

    def _open_before(self, key: str, title: str) -> None:
        """Open the view of a title in front of one that does not fit; that stays open behind it."""
        wanted = next((each for each, kind in self.kinds.items() if kind.title == title), None)
        if wanted is None:
            return
        if self.docks[wanted].isHidden() and not self.docks[key].isFloating():
            self._window.tabifyDockWidget(self.docks[key], self.docks[wanted])
            self.docks[wanted].show()
        self.open(wanted)
        self.view(wanted).take_focus()

    def _close_empty(self) -> None:
        """Close what was left open and has nothing to show before somebody asks for it anew."""
        for key in filter(self.is_open, self.kinds):
            view = self.view(key)
            if _waits_for_runs(view) or (isinstance(view, Look) and not view.comes_back):
                self.close(key)

    def _note_opened(self, key: str) -> None:
        self._opened = [*(each for each in self._opened if each != key), key]

    def _seen(self, key: str, visible: bool) -> None:
        if visible:
            self.view(key)
        self._soon.start()

    def _detached(self, key: str, floating: bool) -> None:
        self.view(key).header.set_detached(floating)

    def _explanation_in(self, dock: QDockWidget) -> str:
        return next((self.kinds[key].explanation for key, each in self.docks.items() if each is dock), "")

    def _remember_places(self) -> None:
        """Where each large window was left."""
        places = ((key, dock.large_place) for key, dock in self.docks.items() if dock.large_place.isValid())
        texts = (f"{key}/{at.left()}/{at.top()}/{at.width()}/{at.height()}" for key, at in places)
        self._settings.set(LARGE_PLACES, tuple(texts))

    def _recall_places(self) -> None:
        for text in self._settings.get(LARGE_PLACES):
            key, *numbers = text.split("/")
            if key in self.docks and len(numbers) == 4 and all(each.lstrip("-").isdecimal() for each in numbers):
                self.docks[key].large_place = QRect(*map(int, numbers))


def _waits_for_runs(view: View) -> bool:
    return view.category == "Runs" and bool(view.what_is_missing())
