"""The learning-rate finder: the loss of a copy of the network while its learning rate grows from tiny to huge.

It is worked out when somebody asks; a rate that was found or clicked at can be put into the plan with one button.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from html import escape
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QActionGroup, QPainter, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.gui.amounts import thousands
from deepviz.gui.plots.compute_row import ComputeRow
from deepviz.gui.plots.legend import Entry
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.rate_area import RateArea
from deepviz.gui.plots.rate_picture import RatePicture, two_figures
from deepviz.gui.plots.rate_words import made_of, notes, whose
from deepviz.gui.plots.ticks import format_value, linear_ticks
from deepviz.gui.settings import RATE_LOG, RATE_RANGE, RATE_STEPS, Settings
from deepviz.gui.theme import Theme
from deepviz.insight.plane import Window
from deepviz.insight.rate_range import RateRange, Rates
from deepviz.training.history import History

LINKS_BY_KEYS = Qt.TextInteractionFlag.LinksAccessibleByKeyboard
LEAST_CURVE, ROOM_FOR_WORDS, MOST_IMPORTANT = 130, 200, 2
"""Pixels that words leave to the curve, except the first ones, which give way in a view lower than the second alone."""
RANGES = {"1e-8 to 0.1": (1e-8, 0.1), "1e-6 to 10": (1e-6, 10.0), "1e-4 to 1e3": (1e-4, 1e3)}
METHOD = (
    "<p>A copy of the network is trained, one batch at each learning rate, with rates that grow by one factor from "
    "step to step (the range test of Smith 2017). The strong line smooths the loss of the batches over ten steps, "
    "or a thirtieth of all.</p>"
    "<p>The suggested rate is halfway between where that falls fastest and where it is lowest, if it falls by clearly "
    "more than batches differ. Your run and its weights stay as they are.</p>"
    "<p>Click, or press Enter at the cross-hair, to choose another rate.</p>"
)


class RateFinder(Look):
    """Loss over learning rate."""

    key = "rate_finder"
    title = "Rate finder"
    explanation = "The loss of a copy of the network while its learning rate grows, to find a good one."
    order = 205
    category = "Progress"
    is_live = False
    invitation = "Press Compute to find a learning rate: a copy of the network is trained with rates from tiny to huge"

    def __init__(self, parent: QWidget | None = None) -> None:
        self.answer: Rates | None = None
        self.wanted = RateRange()
        self.chosen: float | None = None
        self.is_fresh = False
        self.is_logarithmic = False
        self._made_of: object = None
        self._said: list[str] = []
        self._shown_data: PreparedData | None = None
        self._settings: Settings | None = None
        super().__init__(parent)
        self.row.compute_wanted.connect(lambda: self.compute())
        self.row.cancel_wanted.connect(self.cancel)
        self.use_button = QPushButton("Use", self)
        self.use_button.setProperty("secondary", True)
        self.use_button.clicked.connect(self.use)
        self.row.add(self.use_button)
        self.note = QLabel(self)
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse | LINKS_BY_KEYS)
        self.note.linkActivated.connect(lambda _link: self.compute(fresh=True))
        self.note.setContentsMargins(12, 0, 8, 2)
        self._column.insertWidget(1, self.row)
        self._column.insertWidget(2, self.note)
        self.header.follow_button.setText("Whole")
        self.header.follow_button.setToolTip("Show all that was computed again (Home)")
        self.header.follow_button.clicked.connect(self.reset_view)
        self.area.view_changed.connect(self.header.follow_button.show)
        self.area.reset_requested.connect(self.reset_view)
        self.area.pointed.connect(lambda here: self._point(None if here is None else here.x()))
        self.area.nudged.connect(self._nudge)
        self.area.chosen.connect(self._choose_near)
        self.area.unchosen.connect(lambda: self.choose_rate(None))
        self.area.menu_requested.connect(self._open_menu)
        self._show_choice()

    # What is asked

    @property
    def is_computing(self) -> bool:
        """Whether an answer is being waited for."""
        return self.row.is_busy

    @property
    def comes_back(self) -> bool:
        """What was found is kept as long as the network is; without it there is nothing to come back to."""
        return self.answer is not None or self.is_computing

    def question(self) -> RateRange | None:
        return self.wanted if self.is_computing and self.data is not None else None

    def compute(self, fresh: bool = False) -> None:
        """Have it worked out for the present weights, or those of the moment that is looked at, or for `fresh` ones."""
        if self.row.button.isEnabled() and not self.is_computing:
            self.set_paused(False)
            self._want(attempt=self.wanted.attempt + 1, fresh=fresh)
            self._set_computing(True)
            self.ask_again()

    def show_history(self, history: History | None) -> None:
        is_other = history is not self.history
        super().show_history(history)
        if is_other and self.answer is not None and self.step and not self.is_fresh:
            self._forget()  # weights that were trained in a run that is gone now

    def cancel(self) -> None:
        """Leave it at what there is."""
        if self.is_computing:
            self._set_computing(False)
            self.ask_again()

    def show_progress(self, share: float) -> None:
        self.row.show_progress(share)

    def show_answer(self, answer: Any) -> None:
        self.answer, self.chosen, self.is_fresh = answer, None, self.wanted.fresh
        self.picture.show(answer, self.is_logarithmic)
        self.reset_view()
        self._set_computing(False)
        self._show_choice()

    def take_refusal(self, words: str) -> None:
        self._forget()
        super().take_refusal(words)

    def choose_range(self, name: str) -> None:
        """Try one of `RANGES`; it counts from the next time that somebody presses Compute."""
        first, last = RANGES[name]
        self._want(first=first, last=last)
        self._range_actions[name].setChecked(True)
        self._remember()

    def choose_steps(self, steps: int) -> None:
        """Try so many rates; it counts from the next time that somebody presses Compute."""
        self._want(steps=steps)
        self._steps_actions[steps].setChecked(True)
        self._remember()

    def set_logarithmic(self, on: bool) -> None:
        """Show logarithms of the loss, or the loss itself."""
        self._log_action.setChecked(on)
        if on != self.is_logarithmic:
            self.is_logarithmic = on
            self._remember()
            if self.answer is not None:
                self.picture.show(self.answer, on)
                self.reset_view()
                self._show_choice()

    def take_settings(self, settings: Settings) -> None:
        """Begin with what was chosen the last time, and remember what will be."""
        self._settings = None
        self.choose_range(settings.get(RATE_RANGE))
        self.choose_steps(settings.get(RATE_STEPS))
        self.set_logarithmic(settings.get(RATE_LOG))
        self._settings = settings

    @property
    def step_in_words(self) -> str:
        return "fresh weights" if self.answer is not None and self.is_fresh and self.step else super().step_in_words

    # A rate for the plan

    @property
    def rate(self) -> float | None:
        """The rate that can be used, of two figures: the one that was chosen, else the suggested one."""
        if self.chosen is not None:
            return self.chosen
        suggested = None if self.answer is None else self.answer.suggested
        return None if suggested is None else two_figures(suggested)

    @property
    def present(self) -> float | None:
        """The learning rate of the plan."""
        return None if self.project is None else self.project.plan.optimizer.learning_rate

    def choose_rate(self, rate: float | None) -> None:
        """Choose a rate, of two figures, in place of the suggested one; None goes back to that."""
        self.chosen = None if rate is None else two_figures(rate)
        self._show_choice()

    def use(self) -> None:
        """Have the plan take the rate that is chosen or suggested."""
        rate = self.rate
        if rate is not None and rate != self.present:
            self.edit_wanted.emit("Change learning rate", partial(with_rate, rate=rate))
            self.message.emit(f"The learning rate is {format_value(rate, 2)} now; Undo takes that back")

    # How it looks

    @property
    def seconds_to_paint(self) -> float:
        return self.area.seconds_to_paint

    def reset_view(self) -> None:
        """Show all that was computed."""
        self.header.follow_button.hide()
        if self.answer is not None:
            self.area.y_is_free = False
            self.area.whole = Window(*self.picture.x_range(self.present), *self.picture.y_range())
            self.area.set_range(self.picture.x_range(self.present), self.picture.y_range())
            self.area.set_pointer(None)

    def apply_theme(self, theme: Theme) -> None:
        self.picture.apply_theme(theme)
        super().apply_theme(theme)
        self._show_choice()

    def paint_content(self, painter: QPainter, rect: QRectF) -> None:
        self.area.paint_into(painter, rect)

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        answer = self.answer
        assert answer is not None
        columns = {"learning rate": answer.rates, "loss": answer.losses, "smoothed loss": answer.smoothed}
        return list(columns), zip(*(each.tolist() for each in columns.values()), strict=True)

    # Inside

    def what_is_missing(self) -> str:
        if self.is_computing and self.answer is None and self.data is not None:
            return "A copy of the network is being trained with learning rates from tiny to huge"
        return super().what_is_missing()

    def _make_content(self) -> QWidget:
        self.row = ComputeRow("loss over the learning rate", "Train a copy with growing learning rates", self)
        self.area = RateArea(linear_ticks, self)
        self.area.setToolTip(METHOD)
        self.picture = RatePicture(self.area)
        return self.area

    def _build_choices(self, menu: QMenu) -> None:
        self._range_actions: dict[str, QAction] = {}
        self._steps_actions: dict[int, QAction] = {}
        now = (self.wanted.first, self.wanted.last)
        ranges, steps, groups = menu.addMenu("Learning rates"), menu.addMenu("How many"), QActionGroup(self)
        for name, ends in RANGES.items():
            self._range_actions[name] = self._offer(ranges, groups, name, partial(self.choose_range, name), ends == now)
        groups = QActionGroup(self)
        for count in RATE_STEPS.choices:
            is_now, choose = count == self.wanted.steps, partial(self.choose_steps, count)
            self._steps_actions[count] = self._offer(steps, groups, f"{thousands(count)} steps", choose, is_now)
        self._log_action = QAction("Logarithm of the loss", self, checkable=True)
        self._log_action.toggled.connect(self.set_logarithmic)
        menu.addAction(self._log_action)

    def _offer(self, menu: QMenu, group: QActionGroup, words: str, choose: Callable[[], None], is_now: bool) -> QAction:
        action = QAction(words, self, checkable=True, checked=is_now)
        action.triggered.connect(lambda: choose())
        group.addAction(action)
        menu.addAction(action)
        return action

    def _want(self, **fields: Any) -> None:
        known = {name: getattr(self.wanted, name) for name in self.wanted.__dataclass_fields__}
        self.wanted = RateRange(**(known | fields))

    def _remember(self) -> None:
        if self._settings is not None:
            ends = (self.wanted.first, self.wanted.last)
            self._settings.set(RATE_RANGE, next(name for name, each in RANGES.items() if each == ends))
            self._settings.set(RATE_STEPS, self.wanted.steps)
            self._settings.set(RATE_LOG, self.is_logarithmic)

    def _project_changed(self) -> None:
        assert self.project is not None
        if (now := made_of(self.project)) != self._made_of or self._shown_data is not self.data:
            self._made_of, self._shown_data = now, self.data
            self._forget()
        if self.chosen == self.present:
            self.chosen = None  # it is in use; what was suggested is offered again
        self.row.set_possible(self.data is not None and self.report is not None and not self.report.problems)
        self._show_choice()

    def _show_moment(self, step: int | None) -> None:
        """A curve is of the step that it was computed for, and says so."""

    def _forget(self) -> None:
        """What was found says nothing about what is open now."""
        self.answer, self.chosen, self.step, self._unanswerable = None, None, None, ""
        self._set_computing(False)
        self._show_choice()

    def _set_computing(self, on: bool) -> None:
        self.row.set_busy(on)
        self.use_button.setVisible(not on)
        self._say_what_is_missing()

    def _show_choice(self) -> None:
        """Show what is marked, and what the button would use."""
        answer, rate = self.answer, self.rate
        self.area.has_choice = self.chosen is not None
        self.area.show_marks(() if answer is None else self.picture.marks(self.chosen, self.present))
        if answer is not None:
            self.header.set_entries((Entry("loss, smoothed", "", self.theme.curve(0).color),))
        self.use_button.setText("Use" if rate is None else f"Use {format_value(rate, 2)}")
        self.use_button.setEnabled(rate is not None and rate != self.present)
        if rate is None:
            tip = "Compute first, or click at a learning rate"
        elif rate == self.present:
            tip = "This is the learning rate already"
        else:
            tip = f"Change the learning rate to {format_value(rate, 2)}; Undo takes it back"
            if self.chosen is None and answer is not None and answer.steepest is not None:
                steepest, lowest = format_value(answer.steepest, 2), format_value(answer.lowest, 2)
                tip += f". Halfway between {steepest}, where the smoothed loss falls fastest, and {lowest}, where it "
                tip += "is lowest"
        self.use_button.setToolTip(tip)
        trained_for = 0 if answer is None else self.step or 0
        said = [] if answer is None or self.project is None else notes(self.project, answer)
        link = f'<a href="fresh" style="color: {self.theme.ink(self.theme.accent)}">Try fresh weights</a>.'
        offer = [link] if trained_for and not self.is_fresh else []
        said = [*whose(trained_for, self.is_fresh), *offer, *map(escape, said)]
        self._said = said
        self._fit_words()
        marks = ", ".join(each.words for each in self.area.rate_marks)
        self.setAccessibleDescription(" ".join(filter(None, (marks, *(each for each in said if each not in offer)))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()

    def _fit_words(self) -> None:
        """In a low view the curve is worth more than words about it."""
        room = self.height() - self.header.height() - self.row.sizeHint().height()
        room -= LEAST_CURVE
        for count in range(len(self._said), -1, -1):
            if (words := " ".join(self._said[:count])) != self.note.text():
                self.note.setText(words)
            if count <= MOST_IMPORTANT or self.note.heightForWidth(self.width()) <= room:
                break
        self.note.setVisible(self.height() >= ROOM_FOR_WORDS and bool(self._said))

    def _choose_near(self, place: float) -> None:
        answer = self.answer
        if answer is not None:
            self.choose_rate(float(answer.rates[self.picture.nearest(place)]))

    # The cross-hair

    def _point(self, place: float | None) -> None:
        """Stand at the rate that was tried and is nearest to a logarithm, and say what was measured there."""
        self.area.set_pointer(None if place is None or self.answer is None else self.picture.pointer(place))

    def _nudge(self, by: int) -> None:
        """Move the cross-hair by rates that were tried, from the one that would be used if there was none."""
        answer, pointer = self.answer, self.area.pointer
        if answer is None:
            return
        if pointer is None:
            here = self.picture.nearest(math.log10(self.rate or answer.lowest))
        else:
            here = min(max(self.picture.nearest(pointer.step) + by, 0), len(answer.rates) - 1)
        self._point(math.log10(answer.rates[here]))


def with_rate(project: Project, rate: float) -> Project:
    """An edit: another learning rate."""
    return edits.set_optimizer(project, project.plan.optimizer.changed(learning_rate=rate))
