"""What every picture of a run has: a header, a pair of axes, words for when there is nothing yet, and a menu.

A picture is a subclass with a `key`, in a file of its own in this package; it is found there, so adding one touches no
other file. It reads a history and never changes it, and does nothing while it cannot be seen.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QHideEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QMessageBox, QStackedLayout, QVBoxLayout, QWidget

from deepviz.gui.plots.area import PlotArea
from deepviz.gui.plots.exports import save_picture, save_table
from deepviz.gui.plots.header import HEIGHT, PlotHeader
from deepviz.gui.plots.pointer import Pointer
from deepviz.gui.plots.ticks import Tick, format_integer
from deepviz.gui.theme import DARK, Theme
from deepviz.training.history import History

SMOOTHING = (0, 10, 30, 100, 300)
"""The time constants to choose from, in steps; 0 is no smoothing."""
LARGEST_SHARE = 0.15
"""Of the time, what one picture may take to be drawn."""


class Plot(QWidget):
    """A picture of a run. Subclasses implement `_start`, `_draw`, `_pointer_at`, `table` and `_marks`.

    Attributes
    ----------
    key
        The name it is known by; a class without one is not a picture of its own.
    title
        What its tab says.
    heading
        What stands above it; the title if empty.
    order
        Pictures with small numbers come first.
    slot
        Pictures of one slot take each other's place where there is no room for both.
    invitation
        What it says before the first step.
    has_log_axis, has_smoothing
        Which choices its menu offers.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    order: ClassVar[int] = 100
    slot: ClassVar[str] = ""
    invitation: ClassVar[str] = "Press Run to see it"
    has_log_axis: ClassVar[bool] = True
    has_smoothing: ClassVar[bool] = True

    maximise_requested = Signal()
    """The picture wants to fill the whole area, or to go back to its place."""
    message = Signal(str)
    """Something worth a line in the status bar happened: a file was written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme = DARK
        self.history: History | None = None
        self.is_following = True
        self._is_logarithmic = False
        self._smoothing = 0
        self._drawn_revision = -1
        self._step_under_pointer: float | None = None
        self._rest_until = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        self.header = PlotHeader(self.heading or self.title, self)
        self.area = PlotArea(self._marks, self)
        self.area.setAccessibleName(self.heading or self.title)
        self.words = QLabel(self)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setWordWrap(True)
        self.words.setProperty("role", "dim")
        self._stack = QStackedLayout()
        self._stack.addWidget(self.words)
        self._stack.addWidget(self.area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(self._stack, 1)
        self._build_menu()
        self.header.double_clicked.connect(self.maximise_requested)
        self.header.follow_button.clicked.connect(self.reset_view)
        self.area.reset_requested.connect(self.reset_view)
        self.area.view_changed.connect(self._stop_following)
        self.area.resized.connect(self._draw_again)
        self.area.pointed.connect(self._point)
        self.area.nudged.connect(self._nudge)
        self.area.menu_requested.connect(self._open_menu)
        self._say_what_is_missing()

    # The run

    def show_history(self, history: History | None) -> None:
        """Show another run from now on, or none."""
        self.history = history
        self._drawn_revision = -1
        self._point(None)
        self._follow(True)
        self._start()
        self._say_what_is_missing()
        self.refresh()

    def clear(self) -> None:
        """Show no run."""
        self.show_history(None)

    def refresh(self) -> None:
        """Draw what came since the last time; cheap if that is nothing. Nothing is computed while hidden.

        A picture that takes long rests so long afterwards that it never takes more than a small share of the time; what
        comes meanwhile is drawn as soon as the rest is over.
        """
        if self.history is None or not self.isVisible() or self.window().isMinimized():
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
        self._rest_until = end + (end - start + self.area.seconds_to_paint) / LARGEST_SHARE

    def draw(self) -> None:
        """Bring the picture up to date, visible or not."""
        if self.history is None:
            return
        self._drawn_revision = self.history.revision
        self._say_what_is_missing()
        if self._stack.currentWidget() is self.area:
            self._draw()

    def show_scale(self, first: int, last: int) -> None:
        """Colour gradients from 10**first to 10**last, as the canvas does; matters only to pictures that do so."""

    def hover_text(self, step: float, height: float | None = None) -> str:
        """What the box beside the cross-hair says at a step: a heading, then a name and a value on each line.

        Parameters
        ----------
        step
            Any number; the nearest step that was measured is taken.
        height
            Where the pointer is on the vertical axis, which matters where there are more curves than the box shows.
        """
        pointer = self._pointer_at(step, height)
        if pointer is None:
            return ""
        return "\n".join([pointer.heading, *(f"{each.name} {each.value}" for each in pointer.readings)])

    # How it looks

    @property
    def is_logarithmic(self) -> bool:
        """Whether the vertical axis shows decades."""
        return self._is_logarithmic

    def set_logarithmic(self, on: bool) -> None:
        """Show decades, or go back to an even axis."""
        if on != self._is_logarithmic:
            self._is_logarithmic = on
            self._log_action.setChecked(on)
            self.area.y_is_free = False
            self._start()
            self._draw_again()

    @property
    def smoothing(self) -> int:
        """The time constant of the smoothed line in steps, or 0 for none."""
        return self._smoothing

    def set_smoothing(self, time_constant: int) -> None:
        """Smooth the curves over about so many steps; 0 shows them as they are."""
        if time_constant != self._smoothing:
            self._smoothing = time_constant
            for action in self._smoothing_actions.actions():
                action.setChecked(action.data() == time_constant)
            self._draw_again()

    def reset_view(self) -> None:
        """Show the whole run again and follow it as it grows."""
        self._follow(True)
        self._draw_again()

    def apply_theme(self, theme: Theme) -> None:
        """Paint with the colours of `theme` from now on."""
        self.theme = theme
        self.header.apply_theme(theme)
        self.area.apply_theme(theme)
        self._draw_again()

    # Files

    def picture_size(self) -> QSizeF:
        """Width and height of what `paint_picture` paints, in pixels."""
        return QSizeF(self.width(), HEIGHT + self.area.height())

    def paint_picture(self, painter: QPainter) -> None:
        """Paint header and axes as they are, without buttons and cross-hair, from (0, 0)."""
        size = self.picture_size()
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(self.theme.panel))
        painter.save()
        self.header.paint_into(painter, QRectF(12, 0, size.width() - 20, HEIGHT))
        painter.restore()
        if self._stack.currentWidget() is self.area:
            self.area.paint_into(painter, QRectF(0, HEIGHT, size.width(), size.height() - HEIGHT))
        else:
            painter.setPen(QColor(self.theme.dim))
            words = QRectF(12, HEIGHT, size.width() - 24, size.height() - HEIGHT)
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words.text())

    def save(self, path: Path) -> None:
        """Write the picture (`.png`, `.svg`) or its numbers (`.csv`).

        Raises
        ------
        ValueError
            If the suffix is another.
        OSError
            If the file cannot be written.
        """
        if path.suffix.lower() == ".csv":
            save_table(*self.table(), path)
        else:
            save_picture(self.paint_picture, self.picture_size(), self.title, path)

    @abstractmethod
    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """The names of the columns and the rows of what is shown, unrounded."""

    @property
    def is_offered(self) -> bool:
        """Whether it has a place among the others; a picture of what few runs have may hide while there is nothing."""
        return True

    # For the pictures themselves

    def what_is_missing(self) -> str:
        """Why there is nothing to draw yet, in words for the user; empty if there is something."""
        return self.invitation if self.history is None or not len(self.history) else ""

    @abstractmethod
    def _start(self) -> None:
        """Forget what was computed: there is another history, or the axis has changed."""

    @abstractmethod
    def _draw(self) -> None:
        """Read what is new in the history and show it. There is a history, and something in it."""

    @abstractmethod
    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        """What the cross-hair shows at the measured step that is nearest."""

    @abstractmethod
    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        """The marks of the vertical axis."""

    def _draw_again(self) -> None:
        """Draw although nothing is new, now or as soon as the picture can be seen."""
        self._drawn_revision = -1
        self.refresh()

    def _nearest_step(self, step: float) -> int | None:
        """The number of the measured step that is nearest."""
        if self.history is None or not len(self.history):
            return None
        return int(self.history.steps[nearest(self.history.steps, step)])

    def _step_heading(self, step: int) -> str:
        """`step 1250 · epoch 3`."""
        assert self.history is not None
        epoch = self.history.epochs[nearest(self.history.steps, step)]
        return f"step {format_integer(step)} · epoch {epoch}"

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._rest_until = 0.0
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()

    def _say_what_is_missing(self) -> None:
        words = self.what_is_missing()
        self.words.setText(words)
        self._stack.setCurrentWidget(self.words if words else self.area)
        if words:  # there are no curves to be named
            self.header.set_entries(())
        for action in self._needs_data:
            action.setEnabled(not words)

    def _point(self, numbers: QPointF | None) -> None:
        pointer = None if numbers is None else self._pointer_at(numbers.x(), numbers.y())
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)

    def _nudge(self, by: int) -> None:
        """Move the cross-hair to a neighbouring step, from the last visible one if there was none."""
        if self.history is None or not len(self.history):
            return
        steps = self.history.steps
        here = self._step_under_pointer
        index = nearest(steps, min(self.area.x_range[1], float(steps[-1])) if here is None else here)
        index = min(max(index + (0 if here is None else by), 0), len(steps) - 1)
        pointer = self._pointer_at(float(steps[index]), None)
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)

    def _stop_following(self) -> None:
        self._follow(False)
        self._draw_again()

    def _follow(self, on: bool) -> None:
        self.is_following = on
        if on:
            self.area.y_is_free = False
        self.header.follow_button.setVisible(not on)

    def _build_menu(self) -> None:
        self.menu = QMenu(self)
        self._needs_data: list[QAction] = []
        reset = self.menu.addAction("Reset view")
        reset.triggered.connect(self.reset_view)
        self.menu.addAction("Maximise or restore").triggered.connect(self.maximise_requested)
        self.menu.addSeparator()
        self._log_action = QAction("Logarithmic axis", self, checkable=True)
        self._log_action.toggled.connect(self.set_logarithmic)
        self._smoothing_actions = QActionGroup(self)
        if self.has_log_axis:
            self.menu.addAction(self._log_action)
        if self.has_smoothing:
            smoothing = self.menu.addMenu("Smoothing")
            for steps in SMOOTHING:
                action = QAction(f"{steps} steps" if steps else "None", self, checkable=True)
                action.setData(steps)
                action.setChecked(steps == self._smoothing)
                action.triggered.connect(lambda _, steps=steps: self.set_smoothing(steps))
                self._smoothing_actions.addAction(action)
                smoothing.addAction(action)
        self.menu.addSeparator()
        for text, suffix in (("Save as PNG…", "png"), ("Save as SVG…", "svg"), ("Save numbers as CSV…", "csv")):
            action = self.menu.addAction(text)
            action.triggered.connect(lambda _, suffix=suffix: self._save_as(suffix))
            self._needs_data.append(action)
        self.header.menu_button.setMenu(self.menu)

    def _open_menu(self, position: QPoint) -> None:
        self.menu.popup(position)

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
        except OSError as error:
            reason = error.strerror or str(error)
            words = f"{path.name} could not be written: {reason}.\nChoose another folder."
            QMessageBox.warning(self, "Not saved", words)
        else:
            self.message.emit(f"Saved {path.name}")


def nearest(steps: np.ndarray[tuple[int], np.dtype[np.int64]], step: float) -> int:
    """The index of the step that is nearest to any number. There is at least one."""
    after = int(np.searchsorted(steps, step))
    if after == 0:
        return 0
    if after == len(steps) or step - steps[after - 1] <= steps[after] - step:
        return after - 1
    return after
