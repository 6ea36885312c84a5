"""Whole states of a run, kept now and then, so that any of them can be looked at again or gone on from.

Their number and their memory are bounded: of those that come, one in 1, 2, 4, 8, ... stays, so they are spread over the
whole run. The first, the newest and those that were asked for stay in any case.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deepviz.engine.trainer_state import TrainerState

MOST_STATES = 240
MOST_BYTES = 256 * 2**20
FEWEST_STATES = 8
"""This many are kept of the largest network too."""

LEAST_INTERVAL = 0.1
"""Seconds between two states that are kept while a run goes on."""
BUDGET = 0.01
"""Share of the time of training that keeping states may take."""


class Timeline:
    """The kept states of one run. One thread adds to it while others read.

    Parameters
    ----------
    most_states, most_bytes
        When states are let go.
    clock
        Gives the time in seconds.

    Attributes
    ----------
    seconds
        How long it took to keep the last state.
    """

    def __init__(
        self,
        most_states: int = MOST_STATES,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._most_states, self._most_bytes, self._clock = most_states, most_bytes, clock
        self._states: dict[int, TrainerState] = {}
        self._number: dict[int, int] = {}
        """Which state of all that have come each is, by its step."""
        self._came, self._every = 0, 1
        self._pinned: set[int] = set()
        self._not_before = self.seconds = 0.0
        self._lock = threading.Lock()

    @property
    def steps(self) -> tuple[int, ...]:
        """After which steps states were kept, increasing."""
        with self._lock:
            return tuple(self._states)

    @property
    def pinned(self) -> frozenset[int]:
        """The steps of those that are never let go."""
        with self._lock:
            return frozenset(self._pinned)

    @property
    def nbytes(self) -> int:
        """Memory of all of them, in bytes."""
        with self._lock:
            return sum(state_bytes(state) for state in self._states.values())

    def at(self, step: int) -> TrainerState | None:
        """The state after a step; None if it was not kept."""
        with self._lock:
            return self._states.get(step)

    @property
    def is_due(self) -> bool:
        """Whether another state should be kept by now."""
        return self._clock() >= self._not_before

    def keep(self, make: Callable[[], TrainerState], *, pinned: bool = False, extra: float = 0.0) -> None:
        """Keep a state that comes after all others; one of the same step takes its place.

        Parameters
        ----------
        make
            Makes the state. It is timed, so that keeping takes a small share of the time only.
        pinned
            Whether it is never let go.
        extra
            Seconds that were spent besides because the state is kept.
        """
        start = self._clock()
        state = make()
        with self._lock:
            if state.step not in self._states:
                self._let_go(list(self._states)[-1:])  # the newest so far, unless it is one of those that stay
                self._number[state.step] = self._came
                self._came += 1
            self._states[state.step] = state
            if pinned:
                self._pinned.add(state.step)
            self._thin(state_bytes(state))
        end = self._clock()
        self.seconds = end - start
        self._not_before = end + max(LEAST_INTERVAL, (self.seconds + extra) / BUDGET)

    def cut(self, step: int) -> None:
        """Forget what came after a step."""
        with self._lock:
            self._states = {at: state for at, state in self._states.items() if at <= step}
            self._pinned = {at for at in self._pinned if at <= step}
            self._number = {at: number for at, number in self._number.items() if at in self._states}
            # What comes next takes up the numbers where those that are left end.
            self._came = self._every * -(-(max(self._number.values(), default=-1) + 1) // self._every)

    def _thin(self, each: int) -> None:
        """Let so many go that the rest is few enough; each takes so many bytes."""
        most = min(self._most_states, max(FEWEST_STATES, self._most_bytes // max(1, each)))
        newest = max(self._states)
        while len(self._states) > most and self._every <= self._came:
            self._every *= 2
            self._let_go([step for step in self._states if step != newest])
        # Only those that were asked for are left: the oldest of them go, but not the first state of all.
        for step in [step for step in self._states if step != newest][1 : 1 + max(0, len(self._states) - most)]:
            self._pinned.discard(step)
            del self._states[step], self._number[step]

    def _let_go(self, steps: list[int]) -> None:
        """Forget those of some states that are not to stay."""
        for step in steps:
            if self._number[step] % self._every and step not in self._pinned:
                del self._states[step], self._number[step]


def state_bytes(state: TrainerState) -> int:
    """Memory that a state takes, in bytes; the best weights so far are the same arrays in many states."""
    arrays = [*state.weights.values(), *(each for twin in state.optimizer_vectors.values() for each in twin.values())]
    return sum(array.nbytes for array in arrays)
