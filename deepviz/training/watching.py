"""When a run is looked at more closely: which probes the open views need, and which of them a step shall read.

Views ask as often as they like. How often they are answered follows from the rate of each probe and from a limit on
what looking may cost, so that watching does not slow training down.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from statistics import median

from deepviz.engine import probes

BUDGET = 0.015
"""Share of the time of training that watching may take."""

LONGEST = 1.0
"""Seconds after which something is read again, even if that takes more than the share, but for at most twice of it."""

REMEMBERED = 5
"""By how many steps with the same probes it is told what these cost."""

SLACK = 0.9
"""A probe is read again after this share of its period: a timer that ticks a little early must not miss every other."""


class Watching:
    """Chooses what is read from which step.

    Parameters
    ----------
    clock
        Gives the time in seconds.
    own
        Gives for how long the thread that makes the steps has computed, in seconds. While it waits for a core or for
        the interpreter this clock stands still: a step that is held up is no reason to look at fewer of them.

    Attributes
    ----------
    wanted
        Keys of the probes that views need, in the order of the registry.
    asked
        Whether somebody has asked since a step was last about to be watched.
    extra
        How many seconds the last watched step computed longer than a plain one.
    """

    def __init__(
        self, clock: Callable[[], float] = time.perf_counter, own: Callable[[], float] = time.thread_time
    ) -> None:
        self.wanted: tuple[str, ...] = ("gradient_flow",)
        self.asked, self.extra = False, 0.0
        self._clock, self._own = clock, own
        self._read: dict[str, float] = {}
        self._not_before = 0.0
        self._plain: float | None = None
        self._own_began = self._own_ended = 0.0
        self._ended: float | None = None
        self._last_step = -1
        self._reading: tuple[str, ...] = ()
        self._costs: dict[tuple[str, ...], deque[float]] = {}

    def ask(self, keys: Iterable[str] | None = None) -> None:
        """Want some probes to be read as soon as that is due; from any thread.

        Parameters
        ----------
        keys
            Keys of probes; None for those that were wanted last.

        Raises
        ------
        DefinitionError
            If there is no such probe.
        """
        if keys is not None:
            known = {probes.registry[key].key for key in keys}
            self.wanted = tuple(key for key in probes.registry if key in known)
        self.asked = bool(self.wanted)

    def begin(self, step: int, *, is_last: bool) -> tuple[str, ...]:
        """What the step shall read that is about to be made, after so many steps; if anything, `end` must follow.

        The last step before a pause or the end reads all that is wanted, so that all views show one step. Otherwise
        there is a step that is not watched between any two that are: without it nobody knows what watching costs.
        """
        now, wanted = self._clock(), self.wanted
        if not is_last:
            # Whoever asked will ask again; until then, steps need not look at the clock.
            self.asked = False
            if now < self._not_before or step == self._last_step:
                return ()
            wanted = tuple(
                key for key in wanted if now - self._read.get(key, -1e9) >= SLACK / probes.registry[key].rate
            )
        if wanted:
            self._read.update(dict.fromkeys(wanted, now))
            own = self._own()
            if self._ended is not None and step > self._last_step:
                self._plain = (own - self._own_ended) / (step - self._last_step)
            self._own_began, self._reading = own, wanted
        return wanted

    def end(self, step: int) -> None:
        """Note that the watched step has been made; it was number `step`, counted from 1."""
        now, own = self._clock(), self._own()
        longer = 0.0
        # The first step with a set of probes is recorded: that takes long, but only once.
        if self._plain is not None and self._reading in self._costs:
            longer = own - self._own_began - self._plain
            self._costs[self._reading].append(longer)
        costs = self._costs.setdefault(self._reading, deque(maxlen=REMEMBERED))
        self.extra = max(0.0, longer)
        # Steps differ by more than looking at one costs, so a single one says little.
        rest = max(0.0, median(costs)) / BUDGET if costs else 0.0
        self._not_before = now + min(rest, max(LONGEST, rest / 2))
        self._ended, self._own_ended, self._last_step = now, own, step

    def rest(self) -> None:
        """Note that the run is interrupted: the time until it goes on says nothing about how long a step takes."""
        self._ended, self._last_step = None, -1
