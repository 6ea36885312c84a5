"""What normalising layers have in common: hyperparameters, parameters, and a few short recordings.

Their statistics are of two kinds: those of channels are in `channels`, those of single rows in the layers themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.ops.channels import repeated, rows_together
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import SMALL, Tape, Tensor
from deepviz.engine.weighted import ADVANCED, Trained

Operation = Callable[[Tensor, Tensor], Tensor]


class Normalization(Trained):
    """A layer that brings numbers to mean 0 and variance 1, and then to a mean and a deviation that are trained."""

    category: ClassVar[str] = "Normalisation"
    shape_rule: ClassVar[str] = "any shape → the same shape"

    epsilon: float = Field(
        1e-3,
        gt=0,
        le=1,
        title="Epsilon",
        description="Added to the variance, so that nothing is divided by zero.",
        json_schema_extra=ADVANCED,
    )
    center: bool = Field(
        True,
        title="Own mean",
        description="Whether a trained number, beta, is added to each channel.",
        json_schema_extra=ADVANCED,
    )
    scale: bool = Field(
        True,
        title="Own size",
        description="Whether each channel is multiplied by a trained number, gamma.",
        json_schema_extra=ADVANCED,
    )

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        channels: Shape = (inputs[0][-1],)
        return ({"gamma": channels} if self.scale else {}) | ({"beta": channels} if self.center else {})

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        shapes = self.parameter_shapes(inputs)
        return {name: np.full(shape, 1.0 if name == "gamma" else 0.0) for name, shape in shapes.items()}


def times_row(tape: Tape, x: Tensor, row: Tensor) -> Tensor:
    """Each row of a matrix times one row, element by element."""
    return _with_row(tape, tape.multiply, x, row)


def plus_row(tape: Tape, x: Tensor, row: Tensor) -> Tensor:
    """Each row of a matrix plus one row."""
    return _with_row(tape, tape.add, x, row)


def _with_row(tape: Tape, operation: Operation, x: Tensor, row: Tensor) -> Tensor:
    """Several rows are taken as one long row, where that pays: NumPy is slow at going from row to row."""
    rows, columns = x.shape
    together = rows_together(rows, columns)
    if x.size <= SMALL or together == 1:
        return operation(x, row)
    shape = (rows // together, together * columns)
    long = repeated(tape, row.reshape(1, columns), together).reshape(1, together * columns)
    return operation(x.reshape(*shape), long).reshape(rows, columns)


def inverse_root(tape: Tape, variance: Tensor, epsilon: float) -> Tensor:
    """``1 / sqrt(variance + epsilon)``."""
    return tape.divide(1.0, tape.unary(np.sqrt, tape.add(variance, epsilon)))
