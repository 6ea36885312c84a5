"""A view with one pair of axes over the steps of a run: zooming, panning, the cross-hair, and a moment marked.

Curves and maps are subclasses; what they draw is in the numbers of the axes.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QPainter, QPen
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.gui.plots.area import LARGEST, MOST_DECADES, PlotArea
from deepviz.gui.plots.pointer import Pointer
from deepviz.gui.plots.ticks import Tick, format_integer
from deepviz.gui.plots.view import View
from deepviz.gui.plots.zooming import ZOOM_STEP
from deepviz.gui.theme import Theme
from deepviz.training.history import History

SMOOTHING = (0, 10, 30, 100, 300)
"""The time constants to choose from, in steps; 0 is no smoothing."""
LATE = 0.5
"""The share of a run after which what is measured only while it is seen is shown from where that began."""


class Plot(View):
    """A picture over the steps of a run. Subclasses implement `_start`, `_draw`, `_pointer_at`, `table` and `_marks`.

    Attributes
    ----------
    has_log_axis, has_smoothing
        Which choices its menu offers.
    is_following
        Whether the whole run is shown as it grows.
    """

    has_log_axis: ClassVar[bool] = True
    has_smoothing: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        self.is_following = True
        self._shows_all_steps = self._begins_late = False
        self._note_of_part = ""
        self._is_logarithmic = False
        self._smoothing = 0
        self._step_under_pointer: float | None = None
        self._stood_at: int | None = None
        super().__init__(parent)
        self.header.follow_button.clicked.connect(self.reset_view)
        self.area.reset_requested.connect(self.reset_view)
        self.area.view_changed.connect(self._stop_following)
        self.area.resized.connect(self._draw_again)
        self.area.pointed.connect(self._point)
        self.area.nudged.connect(self._nudge)
        self.area.menu_requested.connect(self._open_menu)

    # The run

    def show_history(self, history: History | None) -> None:
        self._point(None)
        self._follow(True)
        self._shows_all_steps = self._begins_late = False
        self._note_of_part = ""
        self._stood_at = None
        super().show_history(history)

    def set_paused(self, on: bool) -> None:
        if on != self.is_paused:
            self._stood_at = (
                int(self.history.steps[-1]) if on and self.history is not None and len(self.history) else None
            )
        super().set_paused(on)

    @property
    def last_step(self) -> int:
        """Up to which step the run is shown: the newest, or that at which the view was paused."""
        assert self.history is not None
        return int(self.history.steps[-1]) if self._stood_at is None else self._stood_at

    @property
    def told_step(self) -> int:
        """The step whose numbers are told: that of the moment, otherwise the last one."""
        return self.last_step if self.moment is None else self.moment

    def measured(self, column: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """The steps and values of a column of the history, as far as the run is shown."""
        assert self.history is not None
        steps, values = self.history.column(column)
        past = self._shown(steps)
        return steps[:past], values[:past]

    def measured_after(self, column: str, step: int) -> tuple[npt.NDArray[Any], ...]:
        """As `History.after`: what was measured after a step, as far as the run is shown."""
        assert self.history is not None
        steps, *others = self.history.after(column, step)
        past = self._shown(steps)
        return steps[:past], *(each[:past] for each in others)

    def _shown(self, steps: npt.NDArray[np.int64]) -> int:
        """How many of some steps are shown: all of them, or those up to the step at which the view was paused."""
        return len(steps) if self._stood_at is None else int(np.searchsorted(steps, self._stood_at, "right"))

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

    @property
    def seconds_to_paint(self) -> float:
        return self.area.seconds_to_paint

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
            self.area.tallest = MOST_DECADES if on else LARGEST
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
        """Show the run again and follow it as it grows: all of it where it was shown from somewhere on."""
        self._shows_all_steps = self._begins_late and self.is_following and not self._shows_all_steps
        self._follow(True)
        self._draw_again()

    def apply_theme(self, theme: Theme) -> None:
        self.area.apply_theme(theme)
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.area.paint_into(painter, rect)

    # For the pictures themselves

    @abstractmethod
    def _pointer_at(self, step: float, height: float | None) -> Pointer | None:
        """What the cross-hair shows at the measured step that is nearest."""

    @abstractmethod
    def _marks(self, low: float, high: float, room: int) -> list[Tick]:
        """The marks of the vertical axis."""

    def _make_content(self) -> QWidget:
        self.area = PlotArea(self._marks, self)
        self.area.decorations.append(self._paint_moment)
        return self.area

    def _followed_from(self, measured: npt.NDArray[np.int64] | None) -> int:
        """The first step of a run that is followed: where measuring began, if that was late in it, until all is wanted.

        Of a view opened late in a long run nearly all would be hatched otherwise.

        Parameters
        ----------
        measured
            The steps at which it was looked at; None for what every step measures.
        """
        assert self.history is not None
        first, last = self.history.first_step, self.last_step
        began = first if measured is None or len(measured) <= 2 else int(measured[0])
        self._begins_late = began - first > LATE * (last - first)
        is_part = self._begins_late and not self._shows_all_steps
        self._note_of_part = f"from step {format_integer(began)}, Home for all" if is_part else ""
        self._say_step()
        return began if is_part else first

    @property
    def step_in_words(self) -> str:
        """That it is not the whole run that is followed, where that is so."""
        return self._note_of_part if self.is_following else ""

    def _nearest_step(self, step: float) -> int | None:
        """The number of the measured step that is nearest."""
        if self.history is None or not len(self.history):
            return None
        steps = self.history.steps[: max(1, self._shown(self.history.steps))]
        return int(steps[nearest(steps, step)])

    def _step_heading(self, step: int) -> str:
        """`step 1250 · epoch 3`."""
        assert self.history is not None
        epoch = self.history.epochs[nearest(self.history.steps, step)]
        return f"step {format_integer(step)} · epoch {format_integer(int(epoch))}"

    def _point(self, numbers: QPointF | None) -> None:
        pointer = None if numbers is None else self._pointer_at(numbers.x(), numbers.y())
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)

    def _nudge(self, by: int) -> None:
        """Move the cross-hair to a neighbouring step, from the last visible one if there was none."""
        if self.history is None or not len(self.history):
            return
        steps = self.history.steps[: max(1, self._shown(self.history.steps))]
        here = self._step_under_pointer
        index = nearest(steps, min(self.area.x_range[1], float(steps[-1])) if here is None else here)
        index = min(max(index + (0 if here is None else by), 0), len(steps) - 1)
        pointer = self._pointer_at(float(steps[index]), None)
        self._step_under_pointer = None if pointer is None else pointer.step
        self.area.set_pointer(pointer)

    def _stop_following(self) -> None:
        self._follow(False)
        self._draw_again()

    def _draw_again(self) -> None:
        if self.is_paused and self.history is not None and self.is_seen:  # zooming is no news of the run
            self.draw()
        else:
            super()._draw_again()

    def _follow(self, on: bool) -> None:
        self.is_following = on
        self.area.show_whole_dots(on)
        if on:
            self.area.y_is_free = False
        self.header.follow_button.setVisible(not on)

    def _build_choices(self, menu: QMenu) -> None:
        self._key(menu.addAction("Reset view"), "Home").triggered.connect(self.reset_view)
        self._log_action = QAction("Logarithmic axis", self, checkable=True)
        self._log_action.toggled.connect(self.set_logarithmic)
        self._smoothing_actions = QActionGroup(self)
        if self.has_log_axis:
            menu.addAction(self._key(self._log_action, "L"))
        for words, keys, factor in (("Zoom in", "+", ZOOM_STEP), ("Zoom out", "-", 1 / ZOOM_STEP)):
            self._key(menu.addAction(words), keys).triggered.connect(partial(self.area.zoom_by, factor))
        if self.has_smoothing:
            smoothing = menu.addMenu("Smoothing")
            for steps in SMOOTHING:
                action = QAction(f"{steps} steps" if steps else "None", self, checkable=True)
                action.setData(steps)
                action.setChecked(steps == self._smoothing)
                action.triggered.connect(lambda _, steps=steps: self.set_smoothing(steps))
                self._smoothing_actions.addAction(action)
                smoothing.addAction(action)

    def _paint_moment(self, painter: QPainter) -> None:
        """A line at the step whose numbers are shown, while the run is not followed."""
        if self.moment is None:
            return
        frame, x = self.area.frame, self.area.x_pixel(self.moment)
        if frame.left() - 1 <= x <= frame.right() + 1:
            pen = QPen(QColor(self.theme.accent), 1)
            pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))


def nearest(steps: np.ndarray[tuple[int], np.dtype[np.int64]], step: float) -> int:
    """The index of the step that is nearest to any number. There is at least one."""
    after = int(np.searchsorted(steps, step))
    if after == 0:
        return 0
    if after == len(steps) or step - steps[after - 1] <= steps[after] - step:
        return after - 1
    return after
