"""How a value of a step is read: written down on the tape with the step, found in an array of its own after a replay.

What probes have in common: norms, where results are kept, and what stands for layers that are not computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from deepviz.engine.ops.squares import sum_of_squares
from deepviz.engine.tape import Tape, Tensor

Reading = Callable[[], Any]
"""What reads a value after a replay: a number, a row of numbers, a table of such rows, or histograms."""


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
    return seen(tape, result).copy


def seen(tape: Tape, result: Tensor) -> np.ndarray:
    """Write down that a result of float64 is kept, and return the array in which it is found after each replay."""
    kept = tape.external(np.zeros(result.shape))
    tape.copy(result, out=kept)
    return kept.array()


@contextmanager
def before_others_update(tape: Tape) -> Iterator[None]:
    """Write down what looks at the parameters as they were before the step.

    It has to come before the gradients are summed up: after that, others who share the batch begin to update.
    """
    phase, tape.phase = tape.phase, "loss"
    try:
        yield
    finally:
        tape.phase = phase


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
    lost and one above 1e19 is infinite. Gradients do fade that far, so those are computed again in float64. And each
    addition to a large sum is rounded: after millions of them four digits are left, so long vectors are cut up.
    """
    square = sum_of_squares(vector)
    if 1e-30 < square < 1e30:
        return math.sqrt(square)
    return float(np.linalg.norm(vector.astype(np.float64)))
