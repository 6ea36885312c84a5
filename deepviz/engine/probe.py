"""What a probe is: one number, or one row of numbers, read from a training step, for every figure on screen."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.step import StepRecording
from deepviz.engine.tape import Tape, Tensor
from deepviz.registry import Definition

Reading = Callable[[], "float | np.ndarray"]


class Probe(Definition):
    """One thing that can be read from a step, between backward and update.

    Attributes
    ----------
    key
        The name of its values in `StepRecord.values`.
    """

    category: ClassVar[str] = "Probe"

    def fits(self, recording: StepRecording) -> bool:
        """Whether it can be read for this network and data."""
        return True

    @abstractmethod
    def record(self, recording: StepRecording) -> Reading:
        """Write down what has to be computed, and return a function that reads the value after a replay."""


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


def norm(vector: np.ndarray) -> float:
    """L2 norm of a flat array.

    The product of a vector with itself is the fastest way to it, but in float32 the square of a norm below 1e-19 is
    lost and one above 1e19 is infinite. Gradients do fade that far, so those are computed again in float64.
    """
    square = vector.dot(vector)
    if 1e-30 < square < 1e30:
        return math.sqrt(square)
    return float(np.linalg.norm(vector.astype(np.float64)))
