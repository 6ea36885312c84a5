"""How fast a run goes, and how often it is worth while to look at it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

SPAN = 1.0
"""Seconds that are looked back."""

SHARE = 0.06
"""Of the time of one core, what showing a run may take at most: in Python only one thread computes at a time."""
FAST, SHARE_OF_FAST = 3000.0, 0.12
"""Steps a second from which on a run may be shown more often, because nobody waits for it."""
MOST = 0.09
"""Of the time of a slower run, what being watched may take in all, as the run itself measures it: a tenth with the
hundredth that it may be wrong by."""
SMALLEST_SHARE = 0.001
"""Below it nothing is gained, however cheap a picture is."""
SLOWLY = 4.0
"""Seconds in which the share follows what was measured, which is a mean of two: if it were quicker, it would swing."""
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

    Pictures take a share of the time of this thread. How much a run loses by that differs with what else has to be done
    for them, so for a run that people wait for the share is lowered, down to the fewest pictures that still move, until
    the run loses no more than it may; where there is room, it is raised again.

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
        self._cost, self._share, self._share_of_slow = 0.0, SHARE, SHARE
        self._is_fast, self._shown_at = False, 0.0
        self._not_before = self._not_collected_before = 0.0

    def rest(self) -> None:
        """Note that there was a break: what was computed meanwhile has nothing to do with the run."""
        self._last, self._not_before, self._not_collected_before = None, 0.0, 0.0

    @property
    def milliseconds(self) -> float:
        """From one picture to the next."""
        return min(max(1000 * self._cost / self._share, SHORTEST), LONGEST)

    def is_due(self, steps_per_second: float = 0.0, lost: float | None = None) -> bool:
        """Whether the next picture is to be shown now; if so, it is taken to be shown.

        Parameters
        ----------
        steps_per_second
            The speed of the run.
        lost
            Which share of its time it has lost lately to all that is done for watching it; None if nobody knows.
        """
        wall = self._wall()
        if wall < self._not_before:
            return False
        own = self._own()
        if self._last is not None:
            self._cost += RECENT * (own - self._last - self._cost)
            if lost is not None and not self._is_fast:
                self._adapt(lost, wall - self._shown_at)
        self._is_fast = steps_per_second >= FAST
        self._share = SHARE_OF_FAST if self._is_fast else self._share_of_slow
        self._last, self._shown_at, self._not_before = own, wall, wall + self.milliseconds / 1000
        return True

    def collect(self, work: Callable[[], object], at_once: bool) -> None:
        """Take in what was measured, if it is time for that or has to be at once; no part of what a picture costs.

        Ten steps cost hardly more than one, so this too is done the less often the fewer pictures there are. But what
        waits to be taken in needs memory that no step has used lately: taken in only with each picture, a run of 280
        steps a second lost 2 % more of its time.
        """
        start, wall = self._own(), self._wall()
        if not at_once and wall < self._not_collected_before:
            return
        self._not_collected_before = wall + max(self.milliseconds / COLLECTIONS, SHORTEST) / 1000
        work()
        if self._last is not None:
            self._last += self._own() - start

    def _adapt(self, lost: float, passed: float) -> None:
        """Let the share follow what a run of few steps a second loses, after so many seconds.

        The logarithm of the share changes as fast as that of the loss is away from where it is to be, divided by
        `SLOWLY`. It ends where there are as few, or as many, pictures as there may be, so that it comes back at once.
        """
        least = min(max(1000 * self._cost / LONGEST, SMALLEST_SHARE), SHARE)
        wanted = self._share_of_slow * (MOST / max(lost, MOST / 2)) ** min(passed / SLOWLY, 1.0)
        self._share_of_slow = min(max(wanted, least), SHARE)
