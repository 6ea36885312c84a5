"""How much of the time of training goes elsewhere: into watched steps, kept states, and waiting while others compute.

The thread's own clock stands still while it waits for the interpreter, which the window needs for drawing, or for a
core. So what is lost to watching is measured, and not guessed from how long drawing takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

SPAN = 2.0
"""Seconds over which the share is averaged."""


class Overhead:
    """The share of time that the training thread has lost lately.

    Parameters
    ----------
    wall, own
        Give the time that has passed, and that the thread which asks has computed, in seconds.

    Attributes
    ----------
    share
        From 0 to 1: of the time that passed, how much was not spent on plain training steps.
    """

    def __init__(
        self, wall: Callable[[], float] = time.perf_counter, own: Callable[[], float] = time.thread_time
    ) -> None:
        self._wall, self._own = wall, own
        self._last: tuple[float, float] | None = None
        self.share = 0.0

    def begin(self) -> None:
        """Begin to measure: the run goes on after an interruption."""
        self._last = self._wall(), self._own()

    def note(self, extra: float) -> None:
        """Take note of the time since the last call, of which the thread spent `extra` seconds on being watched."""
        now, own = self._wall(), self._own()
        if self._last is not None:
            passed, computed = now - self._last[0], own - self._last[1]
            if passed > 0:
                lost = min(max(passed - computed + extra, 0.0), passed)
                weight = min(1.0, passed / SPAN)
                self.share += weight * (lost / passed - self.share)
        self._last = now, own
