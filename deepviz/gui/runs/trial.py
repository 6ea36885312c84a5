"""Tries out in a thread how long steps of planned runs take, so that a form can say it before they are queued."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal

from deepviz.datasets.prepared import PreparedData
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.gui.late_news import tell_if_there
from deepviz.training.run_plan import facts_of
from deepviz.training.run_trial import HEAVIEST, chosen, memory_of, seconds_a_step, seconds_of_steps, work_of

FRESH = 60.0
"""Seconds after which something is tried anew when it is asked for again."""
TO_BEGIN = 0.8
"""Seconds that a process takes until it trains, and to write down what came of it, as long as none was timed here:
0.77 s of a core on Linux with a network of 626 parameters."""


class RunTrial(QObject):
    """Knows how long steps take that were tried, for the data that are open.

    Parameters
    ----------
    clock
        Gives the time in seconds.

    Attributes
    ----------
    to_begin
        Seconds that a run takes besides its steps: as the last ones of the queue did, which were timed by the clock on
        the wall, with all that kept the machine busy.
    """

    done = Signal()
    """More is known than before."""
    _told = Signal(object)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._data: PreparedData | None = None
        self._paces: dict[float, float] = {}
        self._clock, self.to_begin = clock, TO_BEGIN
        self._tried: dict[float, float] = {}
        """When which amount of work was tried."""
        self._thread: threading.Thread | None = None
        self._is_wanted = True
        self._told.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether something is being tried."""
        return self._thread is not None

    def seconds_of(self, projects: Sequence[Project], data: PreparedData, at_once: int) -> float | None:
        """How long runs of these projects take in all; None while that is being tried, or where it cannot be.

        Parameters
        ----------
        projects
            At least one, all of which can be trained.
        data
            What they are trained on.
        at_once
            How many run at the same time.
        """
        if data is not self._data:
            self._data, self._paces, self._tried = data, {}, {}
        works = self._works(projects, data)
        first = dict(zip(reversed(works), reversed(projects), strict=True))
        wanted, before = [work for work in chosen(works) if work <= HEAVIEST], self._clock() - FRESH
        missing = {work: first[work] for work in wanted if self._tried.get(work, -1.0) < max(before, 0.0)}
        if missing and self._thread is None:
            self._begin(missing, data)
        # What was found earlier is said until more is known.
        if not all(work in self._tried for work in wanted) or not self._paces or max(works) > HEAVIEST:
            return None
        samples = len(data.train)
        steps = [-(-samples // each.plan.run.batch_size) * each.plan.run.epochs for each in projects]
        seconds = sum(
            seconds_of_steps(self._paces, work) * count for work, count in zip(works, steps, strict=True)
        ) + self.to_begin * len(projects)
        return seconds / max(1, min(at_once, len(projects), os.cpu_count() or 1))

    def memory_of(self, projects: Sequence[Project], data: PreparedData, at_once: int) -> int:
        """About how many bytes the largest of these runs take that go on at the same time."""
        works = self._works(projects, data)
        heaviest = projects[max(range(len(works)), key=lambda place: works[place])]
        return memory_of(heaviest, data) * max(1, min(at_once, len(projects)))

    def shut_down(self) -> None:
        """Wait until nothing is tried any more."""
        self._is_wanted = False
        if self._thread is not None:
            self._thread.join(2.0)

    def _works(self, projects: Sequence[Project], data: PreparedData) -> list[float]:
        """How much each computes in a step. Most projects of a grid share one graph, which is looked at once."""
        facts = facts_of(data)
        known: dict[tuple[int, int], float] = {}
        found = []
        for each in projects:
            place = id(each.graph), each.plan.run.batch_size
            if place not in known:
                known[place] = work_of(each, check(each, facts))
            found.append(known[place])
        return found

    def _begin(self, missing: dict[float, Project], data: PreparedData) -> None:
        def work() -> None:
            found = {
                amount: seconds_a_step(project, data, lambda: self._is_wanted) for amount, project in missing.items()
            }
            if self._is_wanted:
                tell_if_there(self._told, (data, found))

        self._thread = threading.Thread(target=work, name="deepviz-trial", daemon=True)
        self._thread.start()

    def _take(self, what: tuple[PreparedData, dict[float, float | None]]) -> None:
        data, found = what
        if self._thread is not None:
            self._thread.join()  # it has nothing left to do
            self._thread = None
        if data is self._data:
            self._tried |= dict.fromkeys(found, self._clock())
            self._paces |= {work: seconds for work, seconds in found.items() if seconds is not None}
        self.done.emit()
