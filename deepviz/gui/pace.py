"""How fast a run goes: steps a second, as it was in the last second."""

from __future__ import annotations

import time
from collections import deque

SPAN = 1.0
"""Seconds that are looked back."""


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
