"""The project of a run of the list, from which further runs can be planned without opening it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts
from deepviz.gui.runs.plan_page import Outlook
from deepviz.training.queue_entry import QueuedRun
from deepviz.training.run_plan import facts_of
from deepviz.training.run_summary import RunSummary

Estimate = Callable[[Sequence[QueuedRun], PreparedData], Outlook]


class RunSource:
    """What a form asks for that plans runs from one of the list.

    Parameters
    ----------
    run
        Which.
    project, data
        As it ended, and what it was trained on.
    estimate
        How long runs will take on such data, and how much memory.
    """

    def __init__(self, run: RunSummary, project: Project, data: PreparedData, estimate: Estimate) -> None:
        self.project = project
        self.facts: DataFacts | None = facts_of(data)
        self._data, self._estimate = data, estimate
        self.title = f"run “{run.name}”"
        whose = "that it ended with" if run.courses else "of that run"  # a course is not repeated, only its end
        self.words = f"The project of {self.title}, with the settings {whose}"

    def outlook(self, runs: Sequence[QueuedRun]) -> Outlook:
        """How long some runs will take in all, and how much memory."""
        return self._estimate(runs, self._data)
