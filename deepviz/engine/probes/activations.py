"""What every node gives for a step's batch: mean and spread, how much is zero or saturated, which units are dead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from deepviz.engine.optimizer_state import CHUNK
from deepviz.engine.probe import Probe, Rows
from deepviz.engine.reading import Reading, norm, seen
from deepviz.engine.step_recording import StepRecording
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.wiring import WiredNode

SATURATED = 0.02
"""What share of its range, at either end, is where an activation counts as saturated: tanh beyond -0.96 and 0.96."""

ROUNDED = 1000.0
"""A spread of fewer steps of the floating-point numbers about the mean is computed in float64, as is its mean."""


class ActivationsProbe(Probe):
    """Statistics of each node's output in the step, in the order of the network; those of the Input are of the data.

    Over all n outputs y_i of a node, for all samples of the batch and all units, with the weights before the update::

        mean      = sum y_i / n
        deviation = sqrt(sum (y_i - mean)^2 / n)
        zeros     = share of the y_i that are 0
        saturated = share of the y_i within 2 % of their range of one of its ends
        dead      = how many units are 0 for every sample of the batch
        units     = how many units there are

    A unit is one place along the last axis: a neuron of a Dense layer, a channel of an image, which is dead if it is 0
    at all positions of all samples. `saturated` is NaN for nodes without a range (`Layer.output_range`).
    """

    key: ClassVar[str] = "activations"
    rows: ClassVar[Rows] = "nodes"
    statistics: ClassVar[tuple[str, ...]] = ("mean", "deviation", "zeros", "saturated", "dead", "units")

    def record(self, recording: StepRecording) -> Reading:
        tape, nodes = recording.tape, recording.network.nodes
        outputs = [recording.activations[node.id] for node in nodes]
        found = tape.empty((len(nodes), 5), np.dtype(np.float64))
        lives = tape.empty((sum(y.shape[-1] for y in outputs),), np.dtype(np.float64))
        scratch, start = np.empty(CHUNK, tape.dtype), 0
        for number, (node, y) in enumerate(zip(nodes, outputs, strict=True)):
            ordered = tape.in_order(y.in_memory_order())
            nonzero = tape.call(np.not_equal, (y, tape.constant(0.0)), y.shape, elementwise=True, dtype=np.dtype(bool))
            tape.call(_any_sample, (nonzero,), y.shape[-1:], out=lives[start : start + y.shape[-1]])
            tape.call(_measured(node, scratch), (ordered.reshape(-1),), (5,), out=found[number])
            start += y.shape[-1]
        dead = _dead(tape, tape.over_batch(lives), [y.shape[-1] for y in outputs])
        parts, counts = seen(tape, tape.of_each(found)), seen(tape, dead)
        units = np.array([y.shape[-1] for y in outputs], np.float64)

        def read() -> np.ndarray:
            sizes, means, squares, zeros, saturated = parts.transpose(2, 0, 1)
            total = sizes.sum(axis=0)
            mean = (sizes * means).sum(axis=0) / total
            # Chan, Golub & LeVeque 1979: what each part has about its own mean, and its mean about that of all.
            square = (squares + sizes * (means - mean) ** 2).sum(axis=0)
            shares = zeros.sum(axis=0) / total, saturated.sum(axis=0) / total
            return np.stack([mean, np.sqrt(square / total), *shares, counts, units])

        return read


def _measured(node: WiredNode, scratch: np.ndarray) -> Callable[[np.ndarray, np.ndarray], None]:
    """A call that fills in size, mean, sum of squares about it, and the counts of zeros and of what is saturated."""
    low = high = math.nan
    has_range = node.layer.output_range is not None
    if node.layer.output_range is not None:
        least, most = node.layer.output_range
        margin = SATURATED * (most - least)
        low, high = least + margin, most - margin
    truths = np.empty(scratch.size, bool)
    coarse = ROUNDED * float(np.finfo(scratch.dtype).eps)

    def measure(y: np.ndarray, out: np.ndarray) -> None:
        size, square, zeros, saturated = y.size, 0.0, 0, 0 if has_range else math.nan
        mean = np.add.reduce(y).item() / size
        for start in range(0, size, scratch.size):
            portion = y[start : start + scratch.size]
            truth, difference = truths[: portion.size], scratch[: portion.size]
            zeros += int(np.count_nonzero(np.equal(portion, 0, out=truth)))
            distance = norm(np.subtract(portion, mean, out=difference))
            square += distance * distance  # a power would raise where this is infinite
            if has_range:
                saturated += int(np.count_nonzero(np.less(portion, low, out=truth)))
                saturated += int(np.count_nonzero(np.greater(portion, high, out=truth)))
        # The mean is rounded: where the spread is hardly more than that, or their sum overflows, it has to be exact.
        if mean and not square > size * (coarse * mean) * (coarse * mean):
            mean, square = _exactly(y)
        out[:] = size, mean, square, zeros, saturated

    return measure


def _exactly(y: np.ndarray) -> tuple[float, float]:
    """Mean, and sum of squares about it, in float64; the second is exactly 0 where all numbers are the same."""
    first = float(y[0])
    apart = y.astype(np.float64) - first
    middle = float(apart.mean())
    apart -= middle
    return first + middle, float(apart.dot(apart))


def _any_sample(nonzero: np.ndarray, out: np.ndarray) -> None:
    """1 for each unit that is not 0 for some sample, 0 for the others."""
    out[:] = np.logical_or.reduce(nonzero, axis=tuple(range(nonzero.ndim - 1)))


def _dead(tape: Tape, lives: Tensor, counts: Sequence[int]) -> Tensor:
    """How many units of each node live in no part of the batch."""
    starts = np.cumsum([0, *counts])[:-1]

    def count(lives: np.ndarray, out: np.ndarray) -> None:
        np.add.reduceat(lives == 0, starts, dtype=np.float64, out=out)

    return tape.call(count, (lives,), (len(counts),), dtype=np.dtype(np.float64))
