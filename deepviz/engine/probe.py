"""What a probe is: one number, a row or a table of numbers, read from a training step, for every figure on screen."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from deepviz.engine.step import StepRecording
from deepviz.engine.tape import Tape, Tensor
from deepviz.registry import Definition

Reading = Callable[[], Any]
"""What reads a value after a replay: a number, a row of numbers, a table of such rows, or histograms."""

Moment = Literal["computed", "clipped", "updated"]
Rows = Literal["", "layers", "nodes", "edges"]


class Probe(Definition):
    """One thing that can be read from a step.

    Attributes
    ----------
    key
        The name of its values in `StepRecord.values`.
    moment
        When it looks: once loss and gradients are computed, once the gradients are clipped, or once the update is made.
    rows
        What a row has one number for: the layers that have parameters (`Network.trained_nodes`), all nodes
        (`Network.nodes`), or all edges; empty for a single number.
    statistics
        What it tells of each of them, if it reads a table: its rows are values of their own, such as ``gradients/l2``.
    rate
        How often in a second it may be read of a network that trains, by what it costs.
    """

    category: ClassVar[str] = "Probe"
    moment: ClassVar[Moment] = "computed"
    rows: ClassVar[Rows] = ""
    statistics: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[float] = 30.0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its values in `StepRecord.values`."""
        return tuple(f"{self.key}/{name}" for name in self.statistics) or (self.key,)

    def fits(self, recording: StepRecording) -> bool:
        """Whether it can be read for this network and data."""
        return True

    @abstractmethod
    def record(self, recording: StepRecording) -> Reading:
        """Write down what has to be computed, and return a function that reads the value after a replay.

        It must not raise whatever the numbers are: a step that diverges is measured before anybody knows that it does.
        """


def norms(tape: Tape, tensors: Sequence[Tensor], *, of_samples: bool = False) -> Reading:
    """Write down the L2 norm of each tensor, and return a function that reads them as one row of float64.

    With `of_samples` the tensors hold something for each sample: where processes share a batch, each has a part of it,
    and the norm is that of all parts together.
    """
    result = tape.empty((len(tensors),), np.dtype(np.float64))

    def measure(*arrays: np.ndarray) -> None:
        *measured, out = arrays
        for number, array in enumerate(measured):
            out[number] = norm(array)

    rows = [tape.in_order(tensor.in_memory_order()).reshape(-1) for tensor in tensors]
    tape.call(measure, rows, result.shape, out=result)
    if of_samples and tape.part is not None and tape.part.team is not None:
        result = tape.unary(np.sqrt, tape.over_batch(tape.unary(np.square, result)))
    seen = tape.external(np.zeros(result.shape))
    tape.copy(result, out=seen)
    return seen.array().copy


def is_read(tape: Tape) -> bool:
    """Whether this process is the one whose probes are read; where processes share a batch, the others only help."""
    return tape.part is None or tape.part.team is None or tape.part.team.number == 0


def with_gaps(values: np.ndarray, computed: Sequence[bool]) -> np.ndarray:
    """Values ``(..., m)`` of those that are computed, with NaN for the others: ``(..., n)``."""
    result = np.full((*values.shape[:-1], len(computed)), np.nan)
    result[..., computed] = values
    return result


def norm(vector: np.ndarray) -> float:
    """L2 norm of a flat array.

    The product of a vector with itself is the fastest way to it, but in float32 the square of a norm below 1e-19 is
    lost and one above 1e19 is infinite. Gradients do fade that far, so those are computed again in float64.
    """
    square = vector.dot(vector)
    if 1e-30 < square < 1e30:
        return math.sqrt(square)
    return float(np.linalg.norm(vector.astype(np.float64)))
