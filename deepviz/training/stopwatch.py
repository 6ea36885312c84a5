"""For how long a run has trained: a stopwatch that goes on while steps are made and stands still while it rests.

The thread that makes the steps starts and stops it. So a run that is over before anybody has looked has its time too.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Stopwatch:
    """Counts seconds while it goes; any thread may read it.

    Parameters
    ----------
    seconds
        What it shows at first.
    clock
        Gives the time in seconds.
    """

    def __init__(self, seconds: float = 0.0, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._counted: tuple[float, float | None] = seconds, None
        """What it showed when it was last started or stopped, and since when it goes; one value, so nobody reads half
        of a change."""

    @property
    def seconds(self) -> float:
        """What it shows."""
        counted, since = self._counted
        return counted if since is None else counted + self._clock() - since

    def go(self, is_going: bool) -> None:
        """Let it go, or stand still, from now on."""
        if is_going != (self._counted[1] is not None):
            self._counted = self.seconds, self._clock() if is_going else None
