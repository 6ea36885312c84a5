"""How much of the time of training goes elsewhere: into what is read, kept states, and waiting while others compute.

The thread's own clock stands still while it waits for the interpreter, which the window needs for drawing. So what is
lost to watching is measured, and not guessed from how long drawing takes. Waiting for a core is the fault of other
programs, as far as the other threads of this one have not computed meanwhile. By how much the steps themselves become
slower while those compute, no clock tells: see `deepviz.training.stretches`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

SPAN = 2.0
"""Seconds over which the share is averaged."""
ENOUGH = 0.2
"""Seconds that it takes to say anything."""
MEASURED = 5
"""How many of the last times that reading was measured count: their median, because a single one may be disturbed."""

WAITED = Path("/proc/thread-self/schedstat")
"""Where Linux says for how many nanoseconds a thread has computed, and has waited for a core."""


class Clocks(NamedTuple):
    """What time it is, in seconds, in four ways.

    Attributes
    ----------
    wall
        The time.
    own
        For how long the thread that asks has computed.
    without_core
        For how long it could have computed and got no core.
    others
        For how long all other threads of the program have computed.
    """

    wall: float
    own: float
    without_core: float
    others: float


def clocks() -> Clocks:
    """The clocks of the thread that asks."""
    own = time.thread_time()
    return Clocks(time.perf_counter(), own, seconds_without_a_core(), time.process_time() - own)


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
    read_clocks
        Gives the clocks of the thread that asks.
    """

    def __init__(self, read_clocks: Callable[[], Clocks] = clocks) -> None:
        self._read_clocks = read_clocks
        self._last: tuple[Clocks, int] | None = None
        self._readings: deque[float] = deque(maxlen=MEASURED)
        self._read_again_at = 0.0
        self._time = self._lost = 0.0

    @property
    def share(self) -> float | None:
        """From 0 to 1: of the time the run had, how much was not spent on plain training steps; None if unknown yet.

        The time the run had is what passed but for the waiting for a core that other programs are to blame for: so it
        is the share by which a run that nobody watches would be faster beside the same programs.
        """
        return None if self._time < ENOUGH else min(max(self._lost / self._time, 0.0), 1.0)

    def begin(self, step: int) -> None:
        """Begin to measure: the run goes on after an interruption, and after so many steps."""
        self._last = self._read_clocks(), step

    def note(self, extra: float, step: int, reading: Callable[[], float], slower: float = 0.0) -> None:
        """Take note of the time since the last call.

        Parameters
        ----------
        extra
            How many seconds of it the thread spent on being watched now and then.
        step
            How many steps have been made by now.
        reading
            Measures how long reading takes what is read from every step, in seconds. It is asked for now and then.
        slower
            Which share of the time that steps computed is lost because other threads computed too, see `Stretches`.
        """
        now = self._read_clocks()
        if now.wall >= self._read_again_at:
            self._readings.append(reading())
            self._read_again_at = now.wall + SPAN
        before, self._last = self._last, (now, step)
        if before is None or now.wall <= before[0].wall:
            return
        last, steps = before[0], step - before[1]
        passed, computed, waited, others = (after - before for after, before in zip(now, last, strict=True))
        had = passed - max(waited - others, 0.0)
        lost = had - computed + extra + slower * max(computed - extra, 0.0) + steps * median(self._readings)
        kept = 1 - min(1.0, passed / SPAN)
        self._time, self._lost = kept * self._time + had, kept * self._lost + lost
