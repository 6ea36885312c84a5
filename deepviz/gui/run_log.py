"""Notes in the history of a run by which plan it went: in words for the curves, and exactly for a repetition."""

from __future__ import annotations

from deepviz.document.project import Project
from deepviz.training.changes import change_of, noted
from deepviz.training.history import History


class RunLog:
    """Knows by which project the run went last, as far as its history says."""

    def __init__(self) -> None:
        self._last: Project | None = None

    def begin(self, history: History, project: Project, step: int) -> None:
        """A run begins, or goes on from a checkpoint, after so many steps."""
        before, self._last = self._last, project
        text = change_of(project, step).to_json()
        if not history.changes or before is None or text != change_of(before, step).to_json():
            history.add_change(step, text)

    def note(self, history: History, project: Project, step: int) -> None:
        """The run goes on by another plan after so many steps."""
        before, self._last = self._last, project
        for words in () if before is None else noted(before, project):
            history.add_event(step, words)
        if before is None or change_of(before, step) != change_of(project, step):
            history.add_change(step, change_of(project, step).to_json())

    def forget(self) -> None:
        """Another run is open; nothing is known of it but what its history says."""
        self._last = None
