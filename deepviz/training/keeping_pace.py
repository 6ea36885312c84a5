"""When the next whole state of a run is to be kept: closely where the run begins, and then now and then.

A state costs time, of which it may take a small share. What takes long to keep is therefore kept the more seldom.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

LEAST_INTERVAL, LONG_INTERVAL = 0.02, 0.1
"""Seconds between two states that are kept while a run goes on: at first, and when some have been let go."""
BUDGET = 0.01
"""Share of the time of training that keeping states may take."""
AHEAD = 10.0
"""Seconds whose share of the time may be spent beforehand, on steps that are due by their number."""
CLOSELY, CHEAP = 8, 0.001
"""Each of so many first steps is due, and then one that is an eighth further on: where most happens. What takes more
than so many seconds to keep is due at the steps 1, 2, 4, 8, ..."""
NEVER = sys.maxsize


class KeepingPace:
    """Says after which steps of a run the state is to be kept.

    Parameters
    ----------
    clock
        Gives the time in seconds.

    Attributes
    ----------
    clock
        As given.
    seconds
        How long it took to keep the last state.
    next_step
        The step that is due by its number, if it can be afforded then; `NEVER` until `is_due` was asked, as somebody
        does who watches.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        self._paid_at = self._not_before = self._cost = self._cost_before = self.seconds = 0.0
        self.next_step = NEVER

    def is_due(self, step: int) -> bool:
        """Whether the state after a step should be kept, which comes after all that were kept or asked about."""
        now, is_next = self.clock(), step >= self.next_step or self.next_step == NEVER
        if is_next:
            self.next_step = self._due_after(step)
        return now >= self._paid_at - AHEAD and (is_next or now >= self._not_before)

    def note(self, step: int, began: float, extra: float, every: int) -> None:
        """Take note that the state after a step has just been kept.

        Parameters
        ----------
        step
            After how many steps it is the state.
        began
            What the clock said before.
        extra
            Seconds that were spent besides because the state is kept.
        every
            One in so many states stays; if it is not every one, fewer of them are wanted.
        """
        end = self.clock()
        self.seconds = end - began
        self._cost_before, self._cost = self._cost, self.seconds + extra
        if self.next_step != NEVER:
            self.next_step = self._due_after(step)
        rest = self._cost / BUDGET
        self._paid_at = max(end, self._paid_at) + rest
        self._not_before = end + max(rest, min(LONG_INTERVAL, LEAST_INTERVAL * every))

    def go_back(self) -> None:
        """The run goes on from an earlier step: which one is due by its number is not known until `is_due` is asked."""
        self.next_step = NEVER

    def _due_after(self, step: int) -> int:
        """Which step is due by its number after another one."""
        is_cheap = min(self._cost, self._cost_before) < CHEAP  # one that was held up by others says nothing
        return step + max(1, step // CLOSELY if is_cheap else step)
