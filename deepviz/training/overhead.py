"""How much of the time of training goes elsewhere: into watched steps, kept states, and waiting while others compute.

The thread's own clock stands still while it waits for the interpreter, which the window needs for drawing. So what is
lost to watching is measured, and not guessed from how long drawing takes. Waiting for a core is the fault of other
programs, and left out where the system tells how long that was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

SPAN = 2.0
"""Seconds over which the share is averaged."""


WAITED = Path("/proc/thread-self/schedstat")
"""Where Linux says for how many nanoseconds a thread has computed, and has waited for a core."""


def seconds_without_a_core() -> float:
    """For how long the thread that asks could have computed and got no core, in seconds; 0 where nobody knows."""
    try:
        return int(WAITED.read_text(encoding="ascii").split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return 0.0


class Overhead:
    """The share of time that the training thread has lost lately.

    Parameters
    ----------
    wall, own, delayed
        Give the time that has passed, that the thread which asks has computed, and that it has waited for a core, in
        seconds.

    Attributes
    ----------
    share
        From 0 to 1: of the time that passed, how much was not spent on plain training steps.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.perf_counter,
        own: Callable[[], float] = time.thread_time,
        delayed: Callable[[], float] = seconds_without_a_core,
    ) -> None:
        self._clocks = wall, own, delayed
        self._last: tuple[float, ...] = ()
        self.share = 0.0

    def begin(self) -> None:
        """Begin to measure: the run goes on after an interruption."""
        self._last = self._now()

    def note(self, extra: float) -> None:
        """Take note of the time since the last call, of which the thread spent `extra` seconds on being watched."""
        now = self._now()
        if self._last:
            passed, computed, waited = (after - before for after, before in zip(now, self._last, strict=True))
            if passed > 0:
                lost = min(max(passed - computed - waited + extra, 0.0), passed)
                weight = min(1.0, passed / SPAN)
                self.share += weight * (lost / passed - self.share)
        self._last = now

    def _now(self) -> tuple[float, ...]:
        return tuple(clock() for clock in self._clocks)
