"""The list of runs with what can be done with them: filter, choose, star, rename, compare, open, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from deepviz.gui.amounts import counted, thousands
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.panels.side_panel import Words
from deepviz.gui.runs.bars import ButtonBar
from deepviz.gui.runs.model import RunsModel
from deepviz.gui.runs.table import RunsTable
from deepviz.gui.theme import Theme
from deepviz.training.run_summary import RunSummary

NOTHING = (
    "No runs yet. Every run of the window is listed here from its first step on, with its settings and results. "
    "Repeat with seeds and Vary settings train the open project several times."
)
NOTHING_HERE = (
    "No runs of this project yet; {} of others {} listed under All projects. "
    "Every run of the window is listed here from its first step on, with its settings and results."
)
NO_STEP = (
    "Nothing to {} in this list. Changes of the project have their own: click the network first, "
    "or use the arrows at the top."
)
NOTHING_FOUND = "None of the {} runs fits the filter. Take words away{}."


class ListPage(QWidget):
    """The table of runs below a bar of buttons. What is wanted is sent by key: see `ACTIONS`."""

    wanted = Signal(str)
    """Something is to be done with the chosen runs: a key of `ACTIONS`."""
    filter_changed = Signal()
    counted = Signal(str)
    """So many runs are shown, of so many, in words."""

    ACTIONS: tuple[tuple[str, str, str, int, str], ...] = (
        # key, words, shortcut, how many runs it needs at least, what it does
        ("overlay", "Overlay curves", "Return", 1, "Show the curves of the chosen runs over each other (Enter)"),
        ("compare", "Compare", "Ctrl+Return", 2, "Show settings and results of the chosen runs side by side"),
        ("open", "Open", "", 1, "Open the project of this run with its weights"),
        ("again", "Train again exactly", "", 1, "Repeat this run, with all that was changed while it ran"),
        ("run_seeds", "Repeat this run with seeds…", "", 1, "Train the project of this run with different seeds"),
        ("run_grid", "Vary settings of this run…", "", 1, "Train the project of this run with other settings"),
        ("seeds", "Repeat open project with seeds…", "", 0, "Train the open project with different seeds"),
        ("grid", "Vary settings of open project…", "", 0, "Train the open project with all combinations of values"),
        ("band", "Spread over seeds", "", 1, "Show mean, smallest and largest of runs that differ in their seed"),
        ("series", "Choose the whole series", "", 1, "Choose all runs that were queued together with this one"),
        ("rename", "Rename", "F2", 1, "Give this run another name"),
        ("star", "Star or unstar", "Space", 1, "Starred runs are never dropped"),
        ("delete", "Delete", "Del", 1, "Take the chosen runs off the list; this can be undone"),
        ("undo", "Undo", "Ctrl+Z", 0, "Take back what was done in this list last: a name, a star, a deletion"),
        ("redo", "Redo", "Ctrl+Shift+Z", 0, "Do again what was taken back last in this list"),
        ("csv", "Save list as CSV…", "", 0, "Write all runs that are shown, with settings and results"),
    )
    OF_KEPT: Mapping[str, str] = {
        "open": "This run is open",
        "again": "The run that is open can be trained again when it has ended or was stopped",
        "run_seeds": "This run is open: “Repeat open project with seeds…” does the same",
        "run_grid": "This run is open: “Vary settings of open project…” does the same",
        "delete": "The run that is open can be deleted when it has ended or was stopped",
    }
    """What cannot be done with the run that is open, and why."""
    SINGLE = ("open", "again", "run_seeds", "run_grid", "rename")
    ON_BAR = ("overlay", "compare", "open", "seeds", "grid")

    def __init__(self, model: RunsModel, theme: Theme) -> None:
        super().__init__()
        self.model, self.table = model, RunsTable(model, theme)
        self.filter_field = QLineEdit()
        self.filter_field.setPlaceholderText("Filter")
        self.filter_field.setAccessibleName("Filter runs by words")
        self.filter_field.setClearButtonEnabled(True)
        self.filter_field.setMaximumWidth(170)
        self.filter_field.setMinimumWidth(64)
        self.filter_field.textChanged.connect(lambda _text: self.filter_changed.emit())
        self.scope = ChoiceBox()
        self.scope.setAccessibleName("Of which projects")
        self.scope.addItems(["This project", "All projects"])
        self.setFocusProxy(self.table)
        self.scope.currentIndexChanged.connect(lambda _index: self.filter_changed.emit())
        self.actions_by_key: dict[str, QAction] = {}
        self.steps = {"undo": "", "redo": ""}
        """What would be taken back, or done again; empty if nothing."""
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        for key, text, shortcut, _least, tip in self.ACTIONS:
            action = QAction(text, self)
            action.setToolTip(tip)
            if shortcut:
                # Shown only: the table takes these keys itself, so that they do not act while a name is typed.
                action.setShortcut(QKeySequence(shortcut))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _checked=False, key=key: self.wanted.emit(key))
            self.actions_by_key[key] = action
            self.menu.addAction(action)
            if key in ("again", "run_grid", "grid", "series", "delete", "redo"):
                self.menu.addSeparator()
        self.sort_menu = self.menu.addMenu("Sort by")
        self.sort_menu.aboutToShow.connect(self._fill_sort_menu)
        self.count = ""
        self.bar = ButtonBar(self.menu)
        self.bar.more.setToolTip("Everything that can be done with the chosen runs")
        self.bar.add(self.filter_field, 4, wanted=120)
        self.filter_field.textChanged.connect(lambda text: self.bar.favour_fields(bool(text)))
        self.bar.add(self.scope)
        self.bar.add(QWidget(), 1)
        self.buttons = {key: self._button(key) for key in self.ON_BAR}
        self.bar.add_buttons(*self.buttons.values())
        self.words = Words(NOTHING, "dim")
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setContentsMargins(12, 12, 12, 0)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.words)
        self._pages.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._pages, 1)
        self.table.menu_wanted.connect(self._open_menu)
        self.table.opened.connect(lambda: self.wanted.emit("overlay"))
        self.table.chosen_changed.connect(self.enable)
        self.table.deleted.connect(lambda: self.wanted.emit("delete"))
        self.table.compared.connect(lambda: self.wanted.emit("compare"))
        model.modelReset.connect(self._count)
        self._count()
        self.enable()

    @property
    def chosen(self) -> list[RunSummary]:
        """The runs that are chosen."""
        return self.table.chosen

    def enable(self) -> None:
        """Offer what can be done with what is chosen."""
        chosen = self.chosen
        sound = [each for each in chosen if not each.damage]
        for key, text, _shortcut, least, tip in self.ACTIONS:
            runs: Sequence[RunSummary] = chosen if key == "delete" else sound
            possible = len(runs) >= least and not (key in self.SINGLE and len(chosen) != 1)
            if key in ("open", "again"):
                possible = possible and sound[0].has_weights
            if key == "series":
                possible = possible and any(each.series for each in sound)
            if key in self.steps:
                possible = bool(self.steps[key])
                self.actions_by_key[key].setText(f"{text}: {self.steps[key]}" if possible else text)
            why_not = self.why_not(key)
            possible = possible and not why_not
            self.actions_by_key[key].setEnabled(possible)
            self.actions_by_key[key].setToolTip(why_not or tip)
            if key in self.buttons:
                self.buttons[key].setEnabled(possible)
                self.buttons[key].setToolTip(why_not or tip)
            if key == "delete":
                self.actions_by_key[key].setText(f"{text} {len(chosen)} runs" if len(chosen) > 1 else text)

    def offer_steps(self, undo: str, redo: str) -> None:
        """Say what would be taken back, and what would be done again; empty if there is nothing."""
        self.steps = {"undo": undo, "redo": redo}
        self.enable()

    def event(self, event: QEvent) -> bool:
        """While the keyboard is in the list, Ctrl+Z means what was done there, and never the project."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _step_of(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if step := _step_of(event):
            self.wanted.emit(step)
        else:
            super().keyPressEvent(event)

    def why_not(self, key: str) -> str:
        """Why something cannot be done with what is chosen, where that is not plain to see."""
        if key in self.steps:
            return "" if self.steps[key] else NO_STEP.format(key)
        is_open = any(each.is_open for each in self.chosen)
        is_meant = is_open and (key not in self.SINGLE or len(self.chosen) == 1)
        return f"{self.OF_KEPT[key]}." if is_meant and key in self.OF_KEPT else ""

    def _button(self, key: str) -> QPushButton:
        action = self.actions_by_key[key]
        words = {"overlay": "Overlay", "seeds": "Seeds…", "grid": "Vary…"}
        button = QPushButton(words.get(key, action.text()))
        button.setToolTip(action.toolTip())
        button.setAccessibleName(action.text())
        send: Callable[[], None] = lambda: self.wanted.emit(key)  # noqa: E731 # its type has to be said
        button.clicked.connect(send)
        return button

    def _open_menu(self, place: QPoint) -> None:
        self.menu.popup(place)

    def _fill_sort_menu(self) -> None:
        """All columns; the one that is sorted by is marked, and chosen again it sorts the other way round."""
        self.sort_menu.clear()
        chosen, is_falling = self.model.sorted_by
        for number, column in enumerate(self.model.columns):
            title = "Star" if column.key == "star" else column.title
            is_chosen = number == chosen
            order = "" if not is_chosen else " (large to small)" if is_falling else " (small to large)"
            action = self.sort_menu.addAction(f"{title}{order}")
            action.setCheckable(True)
            action.setChecked(is_chosen)
            action.triggered.connect(lambda _checked=False, number=number: self.table.sort_by(number))

    def _why_empty(self, total: int) -> str:
        """Why nothing is listed, and what can be done about it."""
        is_of_all = self.scope.currentIndex() > 0
        if total and self.filter_field.text().strip():
            return NOTHING_FOUND.format(thousands(total), "" if is_of_all else ", or choose All projects")
        if total and not is_of_all:
            return NOTHING_HERE.format(counted(total, "run"), "is" if total == 1 else "are")
        return NOTHING

    def _count(self) -> None:
        shown, total = len(self.model.runs), self.model.total
        self._pages.setCurrentIndex(1 if shown else 0)
        self.words.say(self._why_empty(total))
        self.count = counted(total, "run") if shown == total else f"{shown} of {counted(total, 'run')}"
        self.counted.emit(self.count)
        self.actions_by_key["csv"].setEnabled(shown > 0)
        self.enable()


def _step_of(event: QKeyEvent) -> str:
    """Which way a key goes through what was done: "undo" or "redo"; empty if it is another key."""
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    keys = {(Qt.Key.Key_Z, control): "undo", (Qt.Key.Key_Z, control | shift): "redo", (Qt.Key.Key_Y, control): "redo"}
    return keys.get((Qt.Key(event.key()), event.modifiers()), "")
