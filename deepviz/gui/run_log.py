"""Notes in the history of a run by which plan it went: in words for the curves, and exactly for a repetition.

What one movement of a hand changes bit by bit is one mark on the curves. Every bit of it is kept for the repetition.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from deepviz.document.project import Project
from deepviz.training.branching import settings_at
from deepviz.training.changes import change_of, noted
from deepviz.training.history import History
from deepviz.training.movements import since_words


@dataclass(frozen=True)
class _Movement:
    """What was marked last: of which movement, by which project the run went before it, and since which step."""

    key: str
    before: Project
    began: int
    marks: tuple[tuple[int, str], ...]


class RunLog:
    """Knows by which project the run went last, as far as its history says."""

    def __init__(self) -> None:
        self._last: Project | None = None
        self._expected: deque[tuple[Project, str]] = deque()
        self._movement: _Movement | None = None

    def begin(self, history: History, project: Project, step: int) -> None:
        """A run begins, or goes on from a checkpoint, after so many steps."""
        before, self._last = self._last, project
        text = change_of(project, step).to_json()
        if not history.changes or before is None:
            history.add_change(step, text)
        elif text != change_of(before, step).to_json():
            self._mark(history, before, project, step, "")  # it goes on for more epochs than it had
            history.add_change(step, text)

    def expect(self, project: Project, key: str) -> None:
        """The run will be told to go on by this project, in one movement with all that has the same non-empty key."""
        self._expected.append((project, key))

    def note(self, history: History, project: Project, step: int) -> None:
        """The run goes on by another plan after so many steps."""
        before, self._last = self._last, project
        if before is not None:
            self._mark(history, before, project, step, self._key_of(project))
        if before is None or change_of(before, step) != change_of(project, step):
            history.add_change(step, change_of(project, step).to_json())

    def follow(self, history: History, project: Project | None) -> None:
        """Another run is open, of this project; None if nothing is known of it but what its history says."""
        self._last = None if project is None else settings_at(project, history)
        self._movement = None

    def _mark(self, history: History, before: Project, project: Project, step: int, key: str) -> None:
        last, began = self._movement, step
        # As long as nothing else has happened since, a movement that goes on moves its mark along.
        if last is not None and key and last.key == key and _ends_with(history, last.marks):
            history.drop_events(len(last.marks))
            before, began = last.before, last.began
        # Its place is where it ended: from there on the run goes by what it says.
        since = "" if began == step else since_words(began)
        marks = tuple((step, f"{words}{since}") for words in noted(before, project))
        for mark in marks:
            history.add_event(*mark)
        self._movement = _Movement(key, before, began, marks)

    def _key_of(self, project: Project) -> str:
        """The key of the edit that a plan comes from; the thread of the run takes them in their order."""
        while self._expected:
            expected, key = self._expected.popleft()
            if expected is project:
                return key
        return ""


def _ends_with(history: History, marks: tuple[tuple[int, str], ...]) -> bool:
    return not marks or history.events[-len(marks) :] == marks
