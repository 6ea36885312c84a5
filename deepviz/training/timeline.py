"""Whole states of a run, kept now and then, so that any of them can be looked at again or gone on from.

Their number and their memory are bounded: of those that come, one in 1, 2, 4, 8, ... stays, so they are spread over the
whole run, more closely where it began. The first, the newest and those that were asked for stay in any case.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from deepviz.document.kept_states import MOST_FILE_BYTES, MOST_FILE_STATES, KeptStates, chosen, state_bytes
from deepviz.engine.trainer_state import TrainerState
from deepviz.training.keeping_pace import KeepingPace

MOST_STATES = 480
MOST_BYTES = 256 * 2**20
FEWEST_STATES = 8
"""This many are kept of the largest network too."""


class Timeline:
    """The kept states of one run. One thread adds to it while others read.

    Parameters
    ----------
    most_states, most_bytes
        When states are let go.
    clock
        Gives the time in seconds.
    """

    def __init__(
        self,
        most_states: int = MOST_STATES,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._most_states, self._most_bytes, self._pace = most_states, most_bytes, KeepingPace(clock)
        self._states: dict[int, TrainerState] = {}
        self._number: dict[int, int] = {}
        """Which state of all that have come each is, by its step."""
        self._came, self._every = 0, 1
        self._pinned: set[int] = set()
        self._lock = threading.Lock()

    @classmethod
    def of(cls, kept: KeptStates) -> Timeline:
        """The timeline of a run that comes from a file."""
        timeline = cls()
        for number, state in enumerate(kept.states):
            timeline._states[state.step], timeline._number[state.step] = state, number
        timeline._came, timeline._pinned = len(kept.states), set(kept.pinned)
        if kept.states:
            timeline._thin(state_bytes(kept.states[-1]))
        return timeline

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
    def seconds(self) -> float:
        """How long it took to keep the last state."""
        return self._pace.seconds

    @property
    def next_step(self) -> int:
        """The step that is due by its number; see `KeepingPace.next_step`."""
        return self._pace.next_step

    def is_due(self, step: int) -> bool:
        """Whether the state after a step should be kept, which comes after all that were kept or asked about."""
        return self._pace.is_due(step)

    def selected(
        self, before: int, most_bytes: int = MOST_FILE_BYTES, most_states: int = MOST_FILE_STATES
    ) -> KeptStates:
        """A choice of the states before a step, to be written to a file: bounded, and spread over the run.

        The first one and those that were asked for are chosen first. While a run goes on the choice changes seldom.
        """
        with self._lock:
            steps = [step for step in self._states if step < before]
            places = chosen(
                [self._states[step] for step in steps],
                [self._number[step] for step in steps],
                [step in self._pinned for step in steps],
                most_bytes,
                most_states,
            )
            taken = [steps[place] for place in places]
            return KeptStates(tuple(self._states[step] for step in taken), frozenset(self._pinned & set(taken)))

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
        began = self._pace.clock()
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
        self._pace.note(state.step, began, extra, self._every)

    def cut(self, step: int) -> None:
        """Forget what came after a step."""
        with self._lock:
            self._states = {at: state for at, state in self._states.items() if at <= step}
            self._pinned = {at for at in self._pinned if at <= step}
            self._number = {at: number for at, number in self._number.items() if at in self._states}
            self._pace.go_back()
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
