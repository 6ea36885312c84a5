"""How many steps a run makes a second, for somebody who wants to see each of them.

Without a limit a small network makes tens of thousands a second, which is over before anybody has looked.
"""

from __future__ import annotations

import time
from collections.abc import Callable

ARREARS = 0.1
"""Seconds that a run may lie behind and catch up; what it is late by beyond that is forgotten."""


class Tempo:
    """Says when it is time for the next step.

    Parameters
    ----------
    clock
        Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._limit: float | None = None
        self._due = 0.0

    @property
    def limit(self) -> float | None:
        """Steps a second at the most; None: as fast as it can. Another one counts from now on."""
        return self._limit

    @limit.setter
    def limit(self, limit: float | None) -> None:
        if limit is not None and not limit > 0:
            raise ValueError(f"A run cannot make {limit:g} steps a second.")
        self._limit = limit
        self.rest()

    def rest(self) -> None:
        """Take note of a break: the next step is to be made at once."""
        self._due = 0.0

    @property
    def seconds_to_wait(self) -> float:
        """Until the next step is to be made; 0 if that is now."""
        return 0.0 if self._limit is None else max(0.0, self._due - self._clock())

    def note(self) -> None:
        """Take note that a step is made now."""
        if self._limit is not None:
            self._due = max(self._due, self._clock() - ARREARS) + 1 / self._limit
