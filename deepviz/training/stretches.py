"""Stretches of plain steps, some milliseconds each: how much slower they are while other threads compute.

They share caches, memory and the interpreter with training, which no clock tells. What does tell is that steps take
less time in those stretches during which nobody else computed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

LENGTH = 0.003
"""Seconds that a stretch takes, about: drawing often leaves so much, and reading clocks so seldom costs nothing."""
STILL = 0.01
"""A stretch is undisturbed if the others have computed for less than this share of what it took."""
RECENT = 5.0
"""Seconds of computing over which the two means are taken."""
ENOUGH = 0.1
"""Seconds of undisturbed stretches that it takes to say anything."""


class StretchClocks(NamedTuple):
    """Two clocks, in seconds.

    Attributes
    ----------
    own
        For how long the thread that asks has computed.
    program
        For how long all threads of the program have computed.
    """

    own: float
    program: float


def stretch_clocks() -> StretchClocks:
    """The clocks of the thread that asks."""
    return StretchClocks(time.thread_time(), time.process_time())


class Counts(Protocol):
    """How far a run is: a trainer, for one."""

    @property
    def step(self) -> int:
        """How many steps have been made."""

    @property
    def epochs_done(self) -> int:
        """How many epochs are over."""

    @property
    def steps_per_epoch(self) -> int:
        """How many steps an epoch has."""


class Computed:
    """Over how many steps somebody computed for how long lately; what is older counts less and less."""

    def __init__(self) -> None:
        self.seconds, self.steps = 0.0, 0.0

    def add(self, seconds: float, steps: int) -> None:
        """Count some steps."""
        self.seconds, self.steps = self.seconds + seconds, self.steps + steps

    def fade(self, factor: float) -> None:
        """Have all that is known count less from now on."""
        self.seconds, self.steps = self.seconds * factor, self.steps * factor

    @property
    def per_step(self) -> float:
        """Mean seconds; there has to be something."""
        return self.seconds / self.steps


class Stretches:
    """Compares stretches in which nobody else computed with all of them.

    Parameters
    ----------
    read_clocks
        Gives the clocks of the thread that makes the steps.
    """

    def __init__(self, read_clocks: Callable[[], StretchClocks] = stretch_clocks) -> None:
        self._read_clocks = read_clocks
        self._length = 1
        self.forget()

    def forget(self) -> None:
        """Begin anew: steps take another time from now on."""
        self._all, self._undisturbed = Computed(), Computed()

    @property
    def lost(self) -> float:
        """Which share of the time that steps computed lately was lost because others did too; 0 where nobody knows."""
        if self._undisturbed.seconds < ENOUGH:
            return 0.0
        return max(0.0, 1 - self._undisturbed.per_step / self._all.per_step)

    def length(self, counts: Counts) -> int:
        """How many steps the next stretch shall have: whole epochs, or at most half a one, so that many are alike."""
        length, epoch = self._length, counts.steps_per_epoch
        return length - length % epoch if length >= epoch else min(length, epoch // 2)

    def begin(self, counts: Counts) -> None:
        """A stretch begins."""
        self._clocks, self._step, self._epochs = self._read_clocks(), counts.step, counts.epochs_done

    def end(self, counts: Counts) -> None:
        """It ends, maybe sooner than it should, and the next one begins."""
        before, step, epochs = self._clocks, self._step, self._epochs
        self.begin(counts)
        own, program = (now - then for now, then in zip(self._clocks, before, strict=True))
        steps = counts.step - step
        is_part_of_epoch = self._length < counts.steps_per_epoch
        if not steps or (is_part_of_epoch and counts.epochs_done > epochs):
            return  # what comes with the end of an epoch is no part of a plain step
        self._length = max(1, min(2 * self._length, int(LENGTH * steps / max(own, 1e-9))))
        for computed in (self._all, self._undisturbed):
            computed.fade(max(0.0, 1 - own / RECENT))
        self._all.add(own, steps)
        if program - own < STILL * own:
            self._undisturbed.add(own, steps)
