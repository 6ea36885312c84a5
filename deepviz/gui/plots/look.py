"""A view of the network itself: it asks something of the weights as they are at one step, and shows the answer.

The work is done by a thread of its own (`gui/inspector.py`), for views that can be seen, and as often as there is time.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.document.shapes import Report
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.plots.view import View
from deepviz.insight.subject import Question
from deepviz.training.run_plan import same_run


class Look(View):
    """A view that shows the answer to a question. Subclasses implement `question` and `show_answer`.

    Attributes
    ----------
    is_live
        Whether it is to be asked again whenever the weights have changed; otherwise only after `ask_again`.
    project, data, report
        What is open now; data are None while there are none.
    step
        After which step the weights were that the answer is about; None before the first answer.
    """

    is_live: ClassVar[bool] = True
    invitation = "Waiting for the network"

    asked = Signal()
    """Somebody has chosen something else, or wants to know anew: an answer is wanted soon."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.project: Project | None = None
        self.data: PreparedData | None = None
        self.report: Report | None = None
        self.step: int | None = None
        self._unanswerable = ""
        super().__init__(parent)

    @classmethod
    def suits(cls, project: Project, data: PreparedData) -> bool:
        """Whether it is opened by itself at the first start with such a project."""
        return False

    @abstractmethod
    def question(self) -> Question | None:
        """What is wanted now, a frozen value; None if nothing is, and `what_is_missing` says why."""

    @abstractmethod
    def show_answer(self, answer: Any) -> None:
        """Show what was found out; `step` says of which weights, and `project` and `data` are those it is about."""

    def ask_again(self) -> None:
        """Want an answer to the present question as soon as can be."""
        self.asked.emit()

    def show_project(self, project: Project, data: PreparedData | None, report: Report) -> None:
        """Look at another project, or at this one after an edit. A pause ends with the network that was looked at."""
        before, self.project, self.report = (self.project, self.data), project, report
        self.data = data
        self._project_changed()
        if self.is_paused and (data is not before[1] or before[0] is None or not same_run(before[0], project)):
            self.set_paused(False)
        self._say_what_is_missing()
        self.ask_again()

    def take_answer(self, answer: Any, step: int) -> None:
        """Show an answer about the weights after a step; the inspector calls this."""
        self.step, self._unanswerable = step, ""
        self.show_answer(answer)
        self._say_what_is_missing()

    def take_refusal(self, words: str) -> None:
        """Say why there is no answer; the inspector calls this."""
        self.step, self._unanswerable = None, words
        self._say_what_is_missing()

    def show_progress(self, share: float) -> None:
        """Show how much of the work is done, from 0 to 1; matters only where that takes long."""

    def set_paused(self, on: bool) -> None:
        super().set_paused(on)
        if not on:
            self.ask_again()

    def refresh(self) -> None:
        """Nothing to do: answers come by themselves."""

    def draw(self) -> None:
        """Nothing to do: answers come by themselves."""

    @property
    def step_in_words(self) -> str:
        """After which step the weights were that the answer is about."""
        if self.step is None:
            return ""
        return f"step {format_integer(self.step)}" if self.step else "untrained"

    def what_is_missing(self) -> str:
        """Why there is nothing to show; empty once there is an answer."""
        if self.report is not None and self.report.problems:
            return f"The network cannot be run yet. {self.report.problems[0].text}"
        if self.project is not None and self.data is None:
            return "There are no data yet. Choose some under Data."
        return self._unanswerable or (self.invitation if self.step is None else "")

    def _project_changed(self) -> None:
        """Choose anew what no longer fits: a layer that is gone, a sample that is not there."""

    def _show_moment(self, step: int | None) -> None:
        self.ask_again()

    def _draw_again(self) -> None:
        self.content.update()
