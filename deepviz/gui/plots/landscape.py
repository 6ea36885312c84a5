"""The loss around the weights of one step, and the path of training, worked out when somebody asks for it.

It takes too long to follow every move along the timeline. So it says of which step it is wherever another one is shown,
goes back to what was worked out for a step before, and works it out for the step that is shown at one press.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.gui.plots.landscape_choices import LandscapeChoices, remember, remembered
from deepviz.gui.plots.landscape_painting import LandscapePainter
from deepviz.gui.plots.landscape_path import LandscapePath
from deepviz.gui.plots.landscape_row import Age, LandscapeRow
from deepviz.gui.plots.landscape_scale import LINEAR, LOGARITHMIC, ScaleMenu
from deepviz.gui.plots.landscape_words import (
    COLUMNS,
    SHARE_TIP,
    age_words,
    axis_title,
    caption,
    keeps_shape,
    path_words,
    step_words,
    table_rows,
)
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.plane_axes import BOTTOM, TOP
from deepviz.gui.plots.pointer import Pointer, Reading
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.settings import LANDSCAPE_PATH, LANDSCAPE_SCALE, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.landscape import Landscape as Ask
from deepviz.insight.landscape import Surface

NARROW = 330
"""Pixels of width below which it is said in few words."""
SMALL, LOW = 230, 300
"""Pixels of height below which less is said around the picture, and to the right of it."""
WIDE = 340
"""Pixels of width from which the button says of which step it works it out, besides the words below it."""
ROOM_BESIDE, LEFT = 160, 50
"""Pixels to the right of a picture from which on the row and the words stand there, and those to the left of it."""
MOST_KNOWN = 24
"""So many landscapes that were worked out in a run are kept, for when their steps are shown again."""


class Landscape(Look):
    """A slice of the loss around the weights of one step."""

    key = "landscape"
    title = "Loss landscape"
    explanation = "The loss if all weights moved along one or two directions, those of one step in the middle (+)."
    order = 75
    category = "Inside"
    is_live = False
    invitation = "Press Compute to see the loss around the present weights. That takes a while."

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Surface | None = None
        self.wanted = self._asked = self._shown = Ask()
        self._attempts = 0
        self._known: dict[tuple[Ask, int], Surface] = {}
        self._is_of_before = False
        self._walked: int | None = None
        self._graph: object = None
        self._shown_data: PreparedData | None = None
        self._settings: Settings | None = None
        super().__init__(parent)
        self.row.compute_wanted.connect(self.compute)
        self.row.cancel_wanted.connect(self.cancel)
        self.row.along_chosen.connect(lambda along: self.choose("along", along))
        self._column.insertWidget(1, self.row)
        self._column.insertWidget(2, self.age)
        self.header.follow_button.setText("Whole")
        self.header.follow_button.setToolTip("Show all that was computed again (Home)")
        self.header.follow_button.clicked.connect(self.reset_view)
        self.area.window_changed.connect(self.header.follow_button.show)
        self.area.reset_requested.connect(self.reset_view)
        self.area.pointed.connect(self._point)
        self.area.nudged.connect(self._nudge)
        self.area.menu_requested.connect(self._open_menu)

    # What is asked

    @property
    def is_computing(self) -> bool:
        """Whether an answer is being waited for."""
        return self.row.is_busy

    def question(self) -> Ask | None:
        return self._asked if self.is_computing and self.data is not None else None

    def compute(self) -> None:
        """Have it worked out for the present weights, or for those of the moment that is looked at."""
        if self.row.button.isEnabled() and not self.is_computing:
            self._attempts += 1
            self._asked = replace(self.wanted, attempt=self._attempts)
            self._set_computing(True)
            self.ask_again()

    def cancel(self) -> None:
        """Leave it at what there is."""
        if self.is_computing:
            self._set_computing(False)
            self.ask_again()

    def show_progress(self, share: float) -> None:
        self.row.show_progress(share)

    def show_answer(self, answer: Any) -> None:
        self._set_computing(False)
        self._is_of_before = False
        self._shown = replace(self._asked, attempt=0)
        self._known.pop((self._shown, answer.step), None)
        self._known[self._shown, answer.step] = answer
        for key in list(self._known)[:-MOST_KNOWN]:
            del self._known[key]
        self._show_surface(answer)

    def take_refusal(self, words: str) -> None:
        self._set_computing(False)
        self.answer = None
        super().take_refusal(words)
        self._say_age()

    def choose(self, field: str, value: Any) -> None:
        """Choose one of `CHOICES`, or a seed; it counts from the next time that somebody presses Compute."""
        self.wanted = replace(self.wanted, **{field: value})
        self.choices.show_wanted(self.wanted)
        self.row.show_along(self.wanted.along)
        if self._settings is not None:
            remember(self.wanted, self._settings)

    def choose_scale(self, scale: str) -> None:
        """Show the loss, logarithms of it, or what tells the losses apart."""
        self.scale_menu.show_scale(scale)
        if scale != self.paint.scale:
            self.paint.scale = scale
            if self._settings is not None:
                self._settings.set(LANDSCAPE_SCALE, scale)
            if self.answer is not None:
                self.paint.show_surface(self.answer)
                self.reset_view()

    def show_path(self, on: bool) -> None:
        """Draw the path of training, or leave it out."""
        self._path_action.setChecked(on)
        if on != self.path.is_shown:
            self.path.is_shown = on
            if self._settings is not None:
                self._settings.set(LANDSCAPE_PATH, on)
            if self.answer is not None:
                self._say_words(self.answer)
                self.area.set_pointer(None)
                self.area.update()

    def take_settings(self, settings: Settings) -> None:
        """Begin with what was chosen the last time, and remember what will be."""
        self._settings = None
        for field, value in remembered(settings).items():
            self.choose(field, value)
        self.show_path(settings.get(LANDSCAPE_PATH))
        self.choose_scale(settings.get(LANDSCAPE_SCALE))
        self._settings = settings

    # How it looks

    @property
    def seconds_to_paint(self) -> float:
        return self.area.seconds_to_paint

    def set_paused(self, on: bool) -> None:
        super().set_paused(on)
        self._show_moment(self.moment)

    def reset_view(self) -> None:
        """Show all that was computed."""
        self.header.follow_button.hide()
        if self.answer is not None:
            self.area.whole = self.paint.whole
            self.area.show_window(self.paint.whole)
            self.area.right_margin = self.paint.right_margin
            self._say_words(self.answer)
            self.area.set_pointer(None)
            self.area.update()

    def apply_theme(self, theme: Theme) -> None:
        self.area.apply_theme(theme)
        self.paint.apply_theme(theme)
        self.path.theme = theme
        super().apply_theme(theme)

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.area.paint_into(painter, rect)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        assert self.answer is not None
        return COLUMNS, table_rows(self.answer)

    def refresh(self) -> None:
        self._say_age()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {"N": 1, "P": -1}.get(event.text().upper()) if not event.modifiers() else None
        if by is not None and len(self.path.places()):
            self._walk(by)
        elif event.text().upper() == "L" and not event.modifiers():
            self.choose_scale(LINEAR if self.paint.is_logarithmic else LOGARITHMIC)
        else:
            super().keyPressEvent(event)

    # Inside

    def what_is_missing(self) -> str:
        if self.is_computing and self.answer is None and self.data is not None:
            return "Working it out: the loss is computed at every point of a grid"
        return super().what_is_missing()

    def _make_content(self) -> QWidget:
        self.row, self.age = LandscapeRow(self), Age(self)
        self.area = PlaneArea(self)
        self.paint = LandscapePainter(self.area)
        self.path = LandscapePath(self.area)
        self.area.layers.append(self.paint.paint_centre)  # on top of the dots of the path
        return self.area

    def _build_choices(self, menu: QMenu) -> None:
        self.choices = LandscapeChoices(menu, self.wanted, self)
        self.choices.chosen.connect(self.choose)
        self._path_action = QAction("Path of training", self, checkable=True, checked=True)
        self._path_action.toggled.connect(self.show_path)
        menu.addAction(self._path_action)
        self.scale_menu = ScaleMenu(menu, self)
        self.scale_menu.chosen.connect(self.choose_scale)
        self.scale_menu.show_scale(self.paint.scale)

    def _project_changed(self) -> None:
        assert self.project is not None
        if self._graph is not self.project.graph or self._shown_data is not self.data:
            self._graph, self._shown_data = self.project.graph, self.data
            self.answer, self.step, self._unanswerable = None, None, ""
            self._known.clear()
            self._set_computing(False)
            self._say_age()
        self.row.set_possible(self.data is not None and self.report is not None and not self.report.problems)

    def _start(self) -> None:
        self._known.clear()
        self._is_of_before = self.answer is not None
        self._say_age()

    def _show_moment(self, step: int | None) -> None:
        """Show the landscape that was worked out for this step, if there is one; the picture stays otherwise."""
        known = self._known.get((self._shown, self._step_shown))
        if known is not None and known is not self.answer and not self.is_paused:
            self._show_surface(known)
        self._say_age()

    @property
    def _step_shown(self) -> int:
        """The step that everything else is shown of."""
        if self.moment is not None:
            return self.moment
        return int(self.history.steps[-1]) if self.history is not None and len(self.history) else 0

    def _show_surface(self, surface: Surface) -> None:
        self.answer, self.step, self._unanswerable = surface, surface.step, ""
        self.paint.show_surface(surface)
        self.area.keeps_shape = keeps_shape(surface)
        self.path.show_surface(surface)
        self.reset_view()
        self._say_age()
        self._say_what_is_missing()
        self._place()

    def _place(self) -> None:
        """Have the row and the words to the right of a map where there is room, as that takes none from a square."""
        above = self.header.height() if self._column.indexOf(self.header) >= 0 else 0  # else it is the title of a dock
        under, area = self.height() - above, self.area
        room = round(self.width() - LEFT - max(under - TOP - BOTTOM, 0) - area.right_margin)
        has_map = self.answer is not None and area.keeps_shape and not self.what_is_missing()
        if not (has_map and room >= ROOM_BESIDE):
            if self._column.indexOf(self.row) < 0:
                self._column.insertWidget(self._column.count() - 1, self.row)
                self._column.insertWidget(self._column.count() - 1, self.age)
                area.words_at = None
                self._words_moved()
            return
        left, top = self.width() - room, 0
        for widget in (self.row, self.age):
            self._column.removeWidget(widget)
            widget.resize(room, widget.height())  # in a narrow row things stand below each other
            height = widget.heightForWidth(room) if widget.hasHeightForWidth() else widget.sizeHint().height()
            widget.setGeometry(left, above + top, room, height)
            widget.raise_()
            top += 0 if widget.isHidden() else height
        area.words_at = left + 12.0, top + 6.0
        self._words_moved()

    def _words_moved(self) -> None:
        self.area.update()
        if self.answer is not None:
            self._say_words(self.answer)

    def _say_age(self) -> None:
        """Say where the picture is of another step than the one that is shown."""
        answer, moment, shown = self.answer, self.moment, self._step_shown
        is_other = answer is None or answer.step != shown
        names_step = moment is not None and is_other and self.width() >= WIDE
        self.row.offer(f"Compute at {step_words(shown)}" if names_step else "Compute")
        self.age.say(*age_words(answer, shown, moment is None, self._is_of_before))
        self._place()
        on_path = None if self._is_of_before else shown
        if on_path != self.path.moment:
            self.path.moment = on_path
            if len(self.path.places()):
                self.area.update()

    def _set_computing(self, on: bool) -> None:
        self.row.set_busy(on)
        self._say_what_is_missing()
        self._place()

    def _say_words(self, answer: Surface) -> None:
        is_small = self.height() < SMALL or self.width() < NARROW
        y_title = axis_title(answer, 1, is_small) if answer.is_map else self.paint.y_title
        self.area.caption_tip = SHARE_TIP if answer.path is not None and self.path.is_shown else ""
        is_brief = is_small or (self.area.words_at is not None and self.height() < LOW)
        self.area.say(caption(answer, is_brief, self.path.is_shown), axis_title(answer, 0, is_small), y_title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._say_age()
        if self.answer is not None:
            self._say_words(self.answer)

    def _point(self, here: QPointF | None) -> None:
        answer = self.answer
        if here is None or answer is None:
            self.area.set_pointer(None)
            return
        number = self.path.near(self.area.pixel(here.x(), here.y()))
        if number is not None:
            self._point_at_path(number)
        else:
            self._point_at(int(np.abs(answer.ys - here.y()).argmin()), int(np.abs(answer.xs - here.x()).argmin()))

    def _point_at_path(self, number: int) -> None:
        assert self.answer is not None
        heading, words = path_words(self.answer, number)
        place = self.area.numbers_at(QPointF(*self.path.places()[number].tolist()))
        readings = tuple(Reading(name, value, self.theme.accent) for name, value in words)
        self._walked = number
        self.area.set_pointer(Pointer(place.x(), heading, readings), place.y())

    def _walk(self, by: int) -> None:
        """Move the cross-hair along the path, from the moment that is shown on."""
        last, shown = len(self.path.places()) - 1, self.path.number_of(self._step_shown)
        if self.area.pointer is None or self._walked is None:
            self._point_at_path(last if shown is None else shown)
        else:
            self._point_at_path(min(max(self._walked + by, 0), last))

    def _point_at(self, row: int, column: int) -> None:
        answer = self.answer
        assert answer is not None
        self._walked = None
        a, loss = float(answer.xs[column]), float(answer.losses[row, column])
        heading, height = f"a {format_value(a)}", self.paint.height(loss)
        if answer.is_map:
            height = float(answer.ys[row])
            heading += f" · b {format_value(height)}"
        readings = (
            Reading("loss", format_value(loss, 6), self.paint.color(loss)),
            Reading("more than at +", format_value(loss - answer.centre, 6), self.theme.dim),
        )
        self.area.set_pointer(Pointer(a, heading, readings), height)

    def _nudge(self, right: int, up: int) -> None:
        """Move the cross-hair by points of the grid, from the present weights if there was none."""
        answer, pointer = self.answer, self.area.pointer
        if answer is None:
            return
        row, column = answer.middle
        if pointer is not None:
            column = int(np.abs(answer.xs - pointer.step).argmin()) + right
            row = int(np.abs(answer.ys - self.area.pointer_height).argmin()) + up
        rows, columns = answer.losses.shape
        self._point_at(min(max(row, 0), rows - 1), min(max(column, 0), columns - 1))
