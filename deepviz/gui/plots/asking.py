"""A view that asks something of the network itself, and what it is told meanwhile of what is open.

The work is done by a thread of its own (`gui/inspector.py`), for views that can be seen, and as often as there is time.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from deepviz.datasets.prepared import PreparedData
from deepviz.document.graph import Graph
from deepviz.document.project import Project
from deepviz.document.shapes import Report
from deepviz.gui.plots.ticks import format_integer
from deepviz.gui.plots.view import View
from deepviz.insight.subject import Question
from deepviz.training.run_plan import same_run


class Asking(View):
    """A view that has a question, at times or always. Subclasses implement `question` and `show_answer`.

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

    asked = Signal()
    """Somebody has chosen something else, or wants to know anew: an answer is wanted soon."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.project: Project | None = None
        self.data: PreparedData | None = None
        self.report: Report | None = None
        self.step: int | None = None
        self._unanswerable = ""
        super().__init__(parent)

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
        if before[0] is not None and is_another(before[0].graph, project.graph):
            self._network_replaced()
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

    @property
    def weights_in_words(self) -> str:
        """After which step the weights were that the answer is about."""
        if self.step is None:
            return ""
        return f"step {format_integer(self.step)}" if self.step else "untrained"

    def _project_changed(self) -> None:
        """Choose anew what no longer fits: a layer that is gone, a sample that is not there."""

    def _network_replaced(self) -> None:
        """Another network is open: what was chosen in the one before, such as a layer, means nothing here."""


def is_another(before: Graph, after: Graph) -> bool:
    """Whether a graph is not what edits have made of another one, but a different one that was opened in its place.

    An edit leaves most layers as they are; what is read from a file or made from a template has layers of its own.
    """
    if before is after or before == after or not before.nodes or not after.nodes:
        return False
    known = {id(node.layer) for node in before.nodes}
    return not any(id(node.layer) in known for node in after.nodes)
