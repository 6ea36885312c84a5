"""What a trainer needs to go on exactly where it was: copies of numbers and nothing else, ready to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from deepviz.engine.optimizer import Optimizer


class Place(NamedTuple):
    """How far a run has come through its samples.

    Attributes
    ----------
    epoch
        How many epochs are over.
    seen
        How many samples of the epoch under way have been seen.
    """

    epoch: int
    seen: int


@dataclass(frozen=True, eq=False)
class Best:
    """The best weights of a run so far.

    Attributes
    ----------
    step
        After which step they were.
    value
        The validation loss then, or the training loss of the epoch where there are no validation data.
    weights
        All weights by name, as `Network.weights` gives them.
    epoch
        After which epoch they were; 0 if that is not known.
    """

    step: int
    value: float
    weights: Mapping[str, np.ndarray]
    epoch: int = 0


@dataclass(frozen=True, eq=False)
class CourseState:
    """How a run has gone so far, as far as anything depends on it.

    Attributes
    ----------
    epoch_total, epoch_samples
        Sum of the losses of the samples seen since the epoch began, and how many they are.
    seconds
        For how long the run has been training, as far as that was measured.
    schedule
        The memory of the schedule.
    stopping
        The memory of each stopping rule, by the rule as JSON text; also whether it has ended the run or is left out.
    stopped_by
        Why the run ended early, in words; None if it did not.
    best
        The best weights, if they are kept.
    """

    epoch_total: float = 0.0
    epoch_samples: int = 0
    seconds: float = 0.0
    schedule: Mapping[str, float] = field(default_factory=dict)
    stopping: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    stopped_by: str | None = None
    best: Best | None = None


@dataclass(frozen=True)
class TrainerState:
    """All that a trainer needs to go on exactly where it was.

    Attributes
    ----------
    step
        How many steps have been made.
    learning_rate
        As it is now, without the factor of the schedule.
    parameters
        Every trained array by name.
    optimizer_vectors
        The optimizer's vectors, each cut into named arrays like the parameters: ``m`` -> ``dense_1/W`` -> array.
    network_state
        Every array that the network keeps without training it, such as a running mean, by name.
    course
        How the run has gone so far.
    place
        How far it has come through its samples. None in states of earlier versions, whose batches all had one size:
        then it follows from `step` and `batch_size`.
    optimizer
        The optimizer that has made the vectors, with the settings that it had. None in states of earlier versions:
        then it is that of the trainer that goes on.
    ages
        In how many steps the optimizer was at work on each layer with parameters, by its id. Without it that was in
        all steps, but in none where a layer is frozen.
    batch_size
        The size of all batches so far, where `place` is not known; 0 if it is that of the trainer that goes on.
    """

    step: int
    learning_rate: float
    parameters: Mapping[str, np.ndarray]
    optimizer_vectors: Mapping[str, Mapping[str, np.ndarray]]
    network_state: Mapping[str, np.ndarray] = field(default_factory=dict)
    course: CourseState = field(default_factory=CourseState)
    place: Place | None = None
    optimizer: Optimizer | None = None
    ages: Mapping[str, int] = field(default_factory=dict)
    batch_size: int = 0

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """All that makes the network compute what it computes, as `Network.weights` gives it."""
        return {**self.parameters, **self.network_state}

    def place_among(self, samples: int, batch_size: int) -> Place:
        """How far the run has come through so many samples.

        In a state of an earlier version, all batches had the size that the state names, or else this one.
        """
        if self.place is not None:
            return self.place
        size = min(self.batch_size or batch_size, samples)
        epoch, batch = divmod(self.step, -(-samples // size))
        return Place(epoch, batch * size)

    @property
    def result(self) -> dict[str, np.ndarray]:
        """The weights that a run has come to: the best ones where they are kept, otherwise those of the last step."""
        return self.weights if self.course.best is None else dict(self.course.best.weights)
