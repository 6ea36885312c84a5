"""How fast a run goes, and how often it is worth while to look at it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

SPAN = 1.0
"""Seconds that are looked back."""

SHARE = 0.06
"""Of the time of one core, what showing a run may take: in Python only one thread computes at a time."""
FAST, SHARE_OF_FAST = 3000.0, 0.12
"""Steps a second from which on a run may be shown more often, because nobody waits for it."""
SHORTEST, LONGEST = 33, 250
"""Milliseconds between two pictures of a run: 30 of them a second, and 4 where a picture takes very long."""
COLLECTIONS = 3
"""How often from one picture to the next the window takes in what was measured."""
RECENT = 0.3
"""How much the last picture weighs in what a picture costs."""


class Pace:
    """Remembers when which step was made, as far back as it matters."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def clear(self) -> None:
        """Forget everything: the run paused."""
        self._seen.clear()

    def note(self, step: int) -> None:
        """A step has been made by now."""
        now = time.monotonic()
        self._seen.append((now, step))
        while now - self._seen[0][0] > SPAN:
            self._seen.popleft()

    @property
    def last(self) -> int:
        """The last step that was noted, 0 if none was."""
        return self._seen[-1][1] if self._seen else 0

    @property
    def steps_per_second(self) -> float:
        """The speed; 0 as long as it is not known."""
        if len(self._seen) < 2:
            return 0.0
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return (last - first) / (end - start) if end > start else 0.0


class Rhythm:
    """When it is time for the next picture of a run, by what a picture and all that follows from it cost lately.

    Parameters
    ----------
    own, wall
        How long this thread has computed so far, and the time, in seconds.
    """

    def __init__(
        self, own: Callable[[], float] = time.thread_time, wall: Callable[[], float] = time.perf_counter
    ) -> None:
        self._own, self._wall = own, wall
        self._last: float | None = None
        self._cost, self._share = 0.0, SHARE
        self._not_before = self._not_collected_before = 0.0

    def rest(self) -> None:
        """Note that there was a break: what was computed meanwhile has nothing to do with the run."""
        self._last, self._not_before, self._not_collected_before = None, 0.0, 0.0

    @property
    def milliseconds(self) -> float:
        """From one picture to the next."""
        return min(max(1000 * self._cost / self._share, SHORTEST), LONGEST)

    def is_due(self, steps_per_second: float = 0.0) -> bool:
        """Whether the next picture is to be shown now; if so, it is taken to be shown."""
        wall = self._wall()
        if wall < self._not_before:
            return False
        own = self._own()
        if self._last is not None:
            self._cost += RECENT * (own - self._last - self._cost)
        self._share = SHARE_OF_FAST if steps_per_second >= FAST else SHARE
        self._last, self._not_before = own, wall + self.milliseconds / 1000
        return True

    def collect(self, work: Callable[[], object], at_once: bool) -> None:
        """Take in what was measured, if it is time for that or has to be at once; no part of what a picture costs.

        Ten steps cost hardly more than one, so this too is done the less often the fewer pictures there are.
        """
        start, wall = self._own(), self._wall()
        if not at_once and wall < self._not_collected_before:
            return
        self._not_collected_before = wall + max(self.milliseconds / COLLECTIONS, SHORTEST) / 1000
        work()
        if self._last is not None:
            self._last += self._own() - start
