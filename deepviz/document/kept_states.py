"""Kept states of a run as a value, and which of many are chosen where there is not room for all of them.

What is chosen is spread over the run. It seldom changes while the run goes on, so it is not written time and again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deepviz.engine.trainer_state import Best, TrainerState

MOST_FILE_STATES = 64
MOST_FILE_BYTES = 32 * 2**20
"""How much of a timeline is kept with a session, and with a run on the list of runs."""
MOST_PROJECT_BYTES = 8 * 2**20
"""How much of it is kept in a project's file, which people send to each other."""


@dataclass(frozen=True, eq=False)
class KeptStates:
    """States of one run by which its timeline is had again.

    Attributes
    ----------
    states
        By increasing step.
    pinned
        The steps of those that are never let go.
    """

    states: tuple[TrainerState, ...] = ()
    pinned: frozenset[int] = frozenset()

    @property
    def steps(self) -> tuple[int, ...]:
        """After which steps they are."""
        return tuple(state.step for state in self.states)

    def before(self, step: int) -> KeptStates:
        """Those before a step."""
        states = tuple(state for state in self.states if state.step < step)
        return KeptStates(states, frozenset(each for each in self.pinned if each < step))


def chosen(
    states: Sequence[TrainerState],
    numbers: Sequence[int],
    pinned: Sequence[bool],
    most_bytes: int = MOST_FILE_BYTES,
    most_states: int = MOST_FILE_STATES,
) -> list[int]:
    """The places of those states that there is room for.

    Parameters
    ----------
    states
        States of one run, by increasing step.
    numbers
        Which state of all that came each is: of the others one in 1, 2, 4, 8, ... is chosen by this.
    pinned
        Whether it is chosen before others, as the first one is. If there is no room for all of these, the newest are.
    most_bytes, most_states
        How much room there is.
    """
    if not states:
        return []
    each = state_bytes(states[-1])
    first = [place for place, is_pinned in enumerate(pinned) if is_pinned or place == 0]
    every = 1
    while every <= 2 * max(1, *numbers):
        places = [place for place, number in enumerate(numbers) if place == 0 or pinned[place] or number % every == 0]
        if _fits(states, places, each, most_bytes, most_states):
            return places
        every *= 2
    while first and not _fits(states, first, each, most_bytes, most_states):
        del first[1 if len(first) > 1 else 0]
    return first


def state_bytes(state: TrainerState) -> int:
    """Memory that a state takes, in bytes; the best weights so far are the same arrays in many states."""
    arrays = [*state.weights.values(), *(each for twin in state.optimizer_vectors.values() for each in twin.values())]
    return sum(array.nbytes for array in arrays)


def bests_of(states: Sequence[TrainerState]) -> list[Best]:
    """The different best weights that states know of, in order; those of one step are the same."""
    found = {state.course.best.step: state.course.best for state in states if state.course.best is not None}
    return list(found.values())


def _fits(states: Sequence[TrainerState], places: list[int], each: int, most_bytes: int, most_states: int) -> bool:
    if len(places) > most_states or len(places) * each > most_bytes:
        return False
    bests = bests_of([states[place] for place in places])
    size = sum(array.nbytes for best in bests for array in best.weights.values())
    return len(places) * each + size <= most_bytes
