"""Cosine similarity: whether outputs point the way the targets point, however long they are."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine import ops
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape, ShapeError
from deepviz.engine.tape import Tape, Tensor

SHORTEST = 1e-8
"""A row of numbers shorter than this has no direction."""


class CosineSimilarity(Loss):
    """Fits directions: one minus the cosine of the angle between outputs and targets, from 0 (the same way) to 2.

    With ``y' = y / |y|`` and ``t' = t / |t|``, row by row (in sequences, each step counts as a sample)::

        L     = mean over the batch of  1 - y' t'
        dL/dy = ((y' t') y' - t') / |y| / batch

    A row of outputs or targets that is shorter than 1e-8 has no direction: its cosine and its gradient are 0. Keras
    leaves the 1 out, which shifts the value and changes no gradient.
    """

    label: ClassVar[str] = "Cosine similarity"
    synonyms: ClassVar[tuple[str, ...]] = ("angle", "direction", "embedding", "output", "CosineEmbeddingLoss")
    formula: ClassVar[str] = "L = mean(1 − cos(y, t))"
    shape_rule: ClassVar[str] = "one output for each class or target number, at least two → one number"

    def check(self, output_shape: Shape, task: str, outputs: int) -> None:
        if outputs < 2:
            raise ShapeError(f"{self.label} compares directions; a single target number has none.")
        super().check(output_shape, task, outputs)

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        y, t = ops.rows(tape, outputs), ops.rows(tape, targets)
        batch = y.shape[0]
        inverse = _inverse_lengths(tape, y)
        direction = tape.multiply(y, inverse)
        wanted = tape.multiply(t, _inverse_lengths(tape, t))
        cosines = ops.row_sums(tape, tape.multiply(direction, wanted))
        distances = tape.subtract(1.0, cosines)
        value = tape.multiply(tape.dot(distances, tape.constant(1.0, cosines.shape)), 1.0 / batch)
        across = tape.subtract(tape.multiply(direction, cosines), wanted)
        return value, tape.multiply(across, tape.multiply(inverse, 1.0 / batch)).reshape(*outputs.shape)


def _inverse_lengths(tape: Tape, x: Tensor) -> Tensor:
    """One over the length of each row of ``(n, k)``: ``(n, 1)``; 0 for rows that are too short."""
    lengths = tape.unary(np.sqrt, ops.row_sums(tape, tape.multiply(x, x)))
    has_direction = tape.unary(np.sign, ops.relu(tape, tape.subtract(lengths, SHORTEST)))
    return tape.divide(has_direction, tape.maximum(lengths, tape.constant(SHORTEST)))
