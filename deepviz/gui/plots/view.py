"""What every live view has: a header, words for when there is nothing to show, a menu, pause, and files of its picture.

A view is a subclass with a `key`, in a file of its own in this package; it is found there, so adding one touches no
other file. It reads a run and never changes it, and does nothing while it cannot be seen.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import ClassVar

from PySide6.QtCore import QPoint, QRect, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QHideEvent, QKeySequence, QPainter, QShowEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QStackedLayout, QVBoxLayout, QWidget

from deepviz.gui.plots.exports import save_picture, save_table
from deepviz.gui.plots.header import HEIGHT, PAUSED, PlotHeader
from deepviz.gui.plots.keyboard_kept import keeping_keyboard
from deepviz.gui.plots.words_page import WordsPage
from deepviz.gui.settings import Settings
from deepviz.gui.theme import DARK, Theme
from deepviz.training.history import History

LARGEST_SHARE = 0.15
"""Of the time, what one view may take to be drawn."""

CATEGORIES = ("Progress", "Gradients", "Activations", "Decisions", "Inside", "Predictions", "Runs")
"""Under which headings views are offered."""


class View(QWidget):
    """A picture of a run or of its network. Subclasses implement `_make_content`, `_draw`, `paint_content` and `table`.

    Attributes
    ----------
    key
        The name it is known by; a class without one is not a view of its own.
    title
        What its tab and its entry in the menu say.
    heading
        What stands above it; the title if empty.
    explanation
        What can be seen in it, in plain words.
    order
        Views with small numbers come first.
    category
        Under which heading of `CATEGORIES` it is offered.
    is_default
        Whether it is open at the first start.
    invitation
        What it says before the first step.
    probes
        Keys of the probes that it needs while it can be seen, besides what every step measures. Where that depends on
        what is chosen, it is a property, and `wants_changed` is sent when it changes.
    theme, history, moment
        How it is coloured, whose numbers it shows, and those of which step: None for the newest.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    explanation: ClassVar[str] = ""
    order: ClassVar[int] = 100
    category: ClassVar[str] = "Progress"
    is_default: ClassVar[bool] = False
    invitation: ClassVar[str] = "Press Run to see it"
    probes: tuple[str, ...] = ()

    maximise_requested = Signal()
    """The view wants a large window of its own, or to go back to its place."""
    close_requested = Signal()
    view_wanted = Signal(str)
    """The view of this title fits what is open better than this one does."""
    message = Signal(str)
    """Something worth a line in the status bar happened: a file was written."""
    wants_changed = Signal()
    """It needs other probes than before."""
    edit_wanted = Signal(str, object)
    """An edit is wanted: its label, and a function from the project to the next one."""
    node_chosen = Signal(str)
    """Somebody has chosen a layer, by its id."""
    sample_chosen = Signal(str, int)
    """Somebody has chosen a sample: its part of the data, and its number there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.history: History | None = None
        self.moment: int | None = None
        self._is_paused = False
        self._drawn_revision = -1
        self._rest_until = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        self.header = PlotHeader(self.heading or self.title, self, self.title)
        self.header.explanation = self.explanation
        self.content = self._make_content()
        self.content.setAccessibleName(self.heading or self.title)
        self._page = WordsPage(self)
        self._page.view_wanted.connect(self.view_wanted)
        self.words = self._page.label
        self._stack = QStackedLayout()
        self._stack.addWidget(self._page)
        self._stack.addWidget(self.content)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.header)
        self._column.addLayout(self._stack, 1)
        self._build_menu()
        self.header.double_clicked.connect(self.maximise_requested)
        self.header.close_button.clicked.connect(self.close_requested)
        self.header.back_button.clicked.connect(self.maximise_requested)
        self.header.pause_button.toggled.connect(self.set_paused)
        self._say_what_is_missing()

    # The run

    def show_history(self, history: History | None) -> None:
        """Show another run from now on, or none. A pause ends: what was looked at is gone."""
        self.history, self.moment = history, None
        self._drawn_revision = -1
        self._start()
        self.set_paused(False)
        self._say_what_is_missing()
        self.refresh()

    def clear(self) -> None:
        """Show no run."""
        self.show_history(None)

    def show_moment(self, step: int | None) -> None:
        """Show everything as it was after a step of the run; None follows the run again."""
        if step != self.moment:
            self.moment = step
            self._show_moment(step)

    def refresh(self) -> None:
        """Draw what came since the last time; cheap if that is nothing. Nothing is computed while hidden or paused.

        A view that takes long rests so long afterwards that it never takes more than a small share of the time; what
        comes meanwhile is drawn as soon as the rest is over.
        """
        if self.history is None or self._is_paused or not self.is_seen:
            return
        if self.history.revision == self._drawn_revision:
            return
        rest = self._rest_until - perf_counter()
        if rest > 0 and self._drawn_revision >= 0:
            # The last steps of a run must not stay unseen because nobody asks again.
            self._later.start(math.ceil(1000 * rest))
            return
        start = perf_counter()
        self.draw()
        end = perf_counter()
        self._rest_until = end + (end - start + self.seconds_to_paint) / LARGEST_SHARE

    def draw(self) -> None:
        """Bring the view up to date, visible or not."""
        if self.history is None:
            return
        self._drawn_revision = self.history.revision
        self._say_what_is_missing()
        if self._shows_content:
            self._draw()

    @property
    def is_paused(self) -> bool:
        """Whether the view stays as it is although the run goes on."""
        return self._is_paused

    def set_paused(self, on: bool) -> None:
        """Let the view stay as it is, or follow the run again."""
        if on != self._is_paused:
            self._is_paused = on
            self.header.pause_button.setChecked(on)
            self._pause_action.setChecked(on)
            self._say_step()
            self.wants_changed.emit()
            if not on:
                self._draw_again()

    @property
    def is_seen(self) -> bool:
        """Whether any of it can be seen. Qt puts what is behind another one on a tab outside of the window."""
        window = self.window()
        if not self.isVisible() or window.isMinimized():
            return False
        return window.rect().intersects(QRect(self.mapTo(window, QPoint(0, 0)), self.size()))

    @property
    def is_offered(self) -> bool:
        """Whether it has a place among the others; a view of what few runs have may hide while there is nothing."""
        return True

    @property
    def seconds_to_paint(self) -> float:
        """How long the last painting took."""
        return 0.0

    def show_scale(self, first: int, last: int) -> None:
        """Colour gradients from 10**first to 10**last, as the canvas does; matters only to views that do so."""

    def choose_node(self, node_id: str) -> None:
        """A layer was selected on the canvas; matters only to views of one layer."""

    def take_settings(self, settings: Settings) -> None:
        """Take up what was chosen here at earlier starts, and remember there what is chosen from now on."""

    def choose_sample(self, part: str, index: int) -> None:
        """A sample was chosen in another view; matters only to views of one sample."""

    # How it looks

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.header.apply_theme(theme)
        self._draw_again()

    # Files

    def picture_size(self) -> QSizeF:
        """Width and height of what `paint_picture` paints, in pixels."""
        return QSizeF(self.width(), HEIGHT + self.content.height())

    def paint_picture(self, painter: QPainter) -> None:
        """Paint header and content as they are, without buttons and cross-hair, from (0, 0)."""
        size = self.picture_size()
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(self.theme.panel))
        painter.save()
        self.header.paint_into(painter, QRectF(12, 0, size.width() - 20, HEIGHT))
        painter.restore()
        if self._shows_content:
            painter.save()
            self.paint_content(painter, QRectF(0, HEIGHT, size.width(), size.height() - HEIGHT))
            painter.restore()
        else:
            painter.setPen(QColor(self.theme.dim))
            words = QRectF(12, HEIGHT, size.width() - 24, size.height() - HEIGHT)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words.text())

    def save(self, path: Path) -> None:
        """Write the picture (`.png`, `.svg`) or its numbers (`.csv`).

        Raises
        ------
        ValueError
            If the suffix is another, or if there is nothing to save, and why.
        OSError
            If the file cannot be written.
        """
        if missing := self.what_is_missing():
            raise ValueError(f"There is nothing to save. {missing}")
        if path.suffix.lower() == ".csv":
            save_table(*self.table(), path)
        else:
            save_picture(self.paint_picture, self.picture_size(), self.title, path)

    @abstractmethod
    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        """Paint what is below the header into a rectangle of a picture."""

    @abstractmethod
    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """The names of the columns and the rows of what is shown, unrounded."""

    def take_focus(self, reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason) -> None:
        """Put the keyboard into what is shown, or into the menu where that takes no keys."""
        inside = [self.content, *self.content.findChildren(QWidget)] if self._shows_content else []
        wanted = (each for each in inside if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        next(wanted, self.header.menu_button).setFocus(reason)

    def _key(self, action: QAction, keys: str) -> QAction:
        """Have an action of the menu done by keys while the keyboard is in this view."""
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setShortcutVisibleInContextMenu(True)
        self.addAction(action)
        return action

    def add_menu(self, menu: QMenu) -> None:
        """Offer a menu of its surroundings in its own, after the large window."""
        after = self.menu.actions()[self.menu.actions().index(self._large_action) + 1]
        self.menu.insertMenu(after, menu)

    # For the views themselves

    @abstractmethod
    def _make_content(self) -> QWidget:
        """Make what stands below the header; called before anything else of the view is there."""

    def _start(self) -> None:
        """Forget what was computed: there is another history, or it is to be shown in another way."""

    def _draw(self) -> None:
        """Read what is new in the history and show it. There is a history, and something in it."""

    def _show_moment(self, step: int | None) -> None:
        """Show the numbers of another step; by default the view is drawn again, and reads `moment`."""
        self._draw_again()

    def what_is_missing(self) -> str:
        """Why there is nothing to show yet, in words for the user; empty if there is something."""
        return self.invitation if self.history is None or not len(self.history) else ""

    def _build_choices(self, menu: QMenu) -> None:
        """Add what this view lets people choose to its menu."""

    @property
    def _shows_content(self) -> bool:
        return self._stack.currentWidget() is self.content

    def _draw_again(self) -> None:
        """Draw although nothing is new, now or as soon as the view can be seen."""
        self._drawn_revision = -1
        self.refresh()

    def _say_what_is_missing(self) -> None:
        self._say(self.what_is_missing())

    def _say(self, words: str) -> None:
        """Show words in place of the content; empty words show the content."""
        if words != self.words.text():
            self._page.say(words)
        self._stack.setCurrentWidget(self._page if words else self.content)
        if words:  # there is nothing to be named
            self.header.set_entries(())
        for action in self._needs_data:
            action.setEnabled(not words)
        self._say_step()

    @property
    def step_in_words(self) -> str:
        """Of which step the picture is, where it is of one alone."""
        return ""

    def _say_step(self) -> None:
        """Say at the end of the header of which step the picture is, and whether it stays so."""
        step = self.step_in_words if self._shows_content else ""
        self.header.set_note(", ".join(filter(None, (PAUSED if self._is_paused else "", step))))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._rest_until = 0.0
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()

    def _build_menu(self) -> None:
        self.menu = QMenu(self)
        self._needs_data: list[QAction] = []
        self._pause_action = QAction("Pause", self, checkable=True)
        self._pause_action.toggled.connect(self.set_paused)
        self._key(self._pause_action, "Shift+P")
        self.menu.addAction(self._pause_action)
        self._large_action = self._key(self.menu.addAction("Large window, or back"), "F11")
        self._large_action.triggered.connect(self.maximise_requested)
        self.menu.addSeparator()
        self._build_choices(self.menu)
        self.menu.addSeparator()
        for text, suffix in (("Save as PNG…", "png"), ("Save as SVG…", "svg"), ("Save numbers as CSV…", "csv")):
            action = self.menu.addAction(text)
            action.triggered.connect(lambda _, suffix=suffix: self._save_as(suffix))
            self._needs_data.append(action)
        self.menu.addSeparator()
        self._key(self.menu.addAction("Close"), "Ctrl+W").triggered.connect(self.close_requested)
        self.header.menu_button.setMenu(self.menu)

    def _open_menu(self, position: QPoint) -> None:
        self.menu.popup(position)

    @keeping_keyboard
    def _save_as(self, suffix: str) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, f"Save {self.title.lower()}", f"{self.key}.{suffix}", f"{suffix.upper()} (*.{suffix})"
        )
        if not chosen:
            return
        path = Path(chosen)
        path = path if path.suffix.lower() == f".{suffix}" else path.with_name(f"{path.name}.{suffix}")
        try:
            self.save(path)
        except ValueError as error:  # what was shown has gone while a file was chosen
            self.message.emit(str(error))
        except OSError as error:
            reason = error.strerror or str(error)
            words = f"{path.name} could not be written: {reason}.\nChoose another folder."
            QMessageBox.warning(self, "Not saved", words)
        else:
            self.message.emit(f"Saved {path.name}")
