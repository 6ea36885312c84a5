"""What a schedule is: by how much the learning rate is multiplied at each step of a run. It never exceeds 1.

A schedule itself never changes. One that reacts to how training goes keeps what it knows in a memory of plain numbers,
which belongs to the trainer and is saved with it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from deepviz.registry import Definition

Memory = dict[str, float]

FAR = 10_000_000_000
"""Steps that are more than any warm-up has."""


class Progress(NamedTuple):
    """How far a run has come.

    Attributes
    ----------
    step
        The step about to be made, counted from 0.
    steps_per_epoch
        How many steps it takes to see every sample once.
    total_steps
        How many steps the run has, from the first to the last. Where the size of the batches has changed, it is such
        that ``step / total_steps`` is the share of its samples that the run has seen, and need not be whole.
    """

    step: int
    steps_per_epoch: int
    total_steps: float


class Schedule(Definition):
    """One way in which the learning rate changes while training.

    Every factor is between 0 and 1, so the learning rate that a user chooses is the largest one used.
    """

    category: ClassVar[str] = "Schedule"
    formula: ClassVar[str] = ""

    warmup_steps: int = Field(
        0,
        ge=0,
        le=1_000_000_000,
        title="Warm-up steps",
        description="Steps in which the learning rate first rises from zero, in a straight line.",
        json_schema_extra={"advanced": True, "unit": "steps"},
    )

    @property
    def is_constant(self) -> bool:
        """Whether the factor is 1 at every step of every run, so that nobody need ask for it."""
        return False

    @property
    def observes(self) -> bool:
        """Whether it takes note of how training goes."""
        return type(self).observe is not Schedule.observe

    @property
    def follows_length(self) -> bool:
        """Whether its factors depend on how many steps the whole run has, so that more epochs change them at once."""
        long, memory = 8 * FAR, self.start()
        return any(
            self.factor(Progress(step, 1, long), memory) != self.factor(Progress(step, 1, 2 * long), memory)
            for step in range(FAR, long, FAR)
        )

    def start(self) -> Memory:
        """The memory before the first step."""
        return {}

    def taken_over(self, memory: Mapping[str, float]) -> Memory:
        """The memory with which it goes on from that of the schedule before it; of another kind it begins anew."""
        start = self.start()
        return dict(memory) if memory.keys() == start.keys() else start

    def observe(self, memory: Memory, value: float) -> None:
        """Take note of how good the weights are after an epoch, in `memory`.

        Parameters
        ----------
        memory
            What `start` gave, as it is by now.
        value
            The loss on the validation data, or the training loss of the epoch where there are none.
        """

    def factor(self, progress: Progress, memory: Memory) -> float:
        """By what the learning rate is multiplied at a step: a number from 0 to 1.

        With ``w`` warm-up steps, step ``s`` has ``s / w`` times the first factor of the schedule proper, which begins
        after them; so does the warm-up of Keras's schedules.
        """
        warmup = self.warmup_steps
        if not warmup:
            return self.proper_factor(progress, memory)
        after = Progress(
            max(0, progress.step - warmup), progress.steps_per_epoch, max(1, progress.total_steps - warmup)
        )
        return min(1.0, progress.step / warmup) * self.proper_factor(after, memory)

    @abstractmethod
    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        """The factor without warm-up: `progress` counts from the first step after it."""

    def curve(self, total_steps: int, steps_per_epoch: int) -> np.ndarray:
        """The factors of a whole run, of shape ``(total_steps,)``, as if nothing was observed in it."""
        memory = self.start()
        factors = (self.factor(Progress(step, steps_per_epoch, total_steps), memory) for step in range(total_steps))
        return np.fromiter(factors, float, total_steps)
