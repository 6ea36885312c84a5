"""What layers with parameters have in common: they can be frozen, and their weights can be kept small.

Keeping weights small is called regularization: a network with small weights draws smoother functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.initializers import InitializerName, fans, initial
from deepviz.engine.layer import Layer
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor

ADVANCED: dict[str, Any] = {"advanced": True}


class Trained(Layer):
    """A layer that has parameters."""

    trainable: bool = Field(
        True,
        title="Trained (not frozen)",
        description="Whether training changes this layer. Switched off, it is frozen: it computes and passes gradients "
        "on, but its own parameters stay as they are. It may be changed while training.",
        json_schema_extra=ADVANCED,
    )

    @property
    def frozen(self) -> bool:
        return not self.trainable


class Weighted(Trained):
    """A layer that has weights, the parameters that inputs are multiplied by.

    Attributes
    ----------
    weights
        The names of the parameters that are weights; biases are left in peace by what is said here.
    """

    weights: ClassVar[tuple[str, ...]] = ("W",)

    kernel_initializer: InitializerName = Field(
        "glorot_uniform",
        title="First weights",
        description="How the weights are drawn before training. He suits ReLU, Glorot suits tanh and sigmoid.",
        json_schema_extra=ADVANCED,
    )
    l1: float = Field(
        0.0,
        ge=0,
        le=100,
        title="L1 penalty",
        description="Adds this times the sum of the absolute weights to the loss: many weights become zero.",
        json_schema_extra=ADVANCED,
    )
    l2: float = Field(
        0.0,
        ge=0,
        le=100,
        title="L2 penalty",
        description="Adds this times the sum of the squared weights to the loss: large weights shrink.",
        json_schema_extra=ADVANCED,
    )
    max_norm: float | None = Field(
        None,
        gt=0,
        le=1e6,
        title="Largest norm",
        description="After each step, the weights of a unit that are longer than this are scaled back to this length.",
        json_schema_extra=ADVANCED,
    )

    def init_params(self, inputs: Sequence[Shape], rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Weights as the initializer draws them, all else zero."""
        return {
            name: initial(self.kernel_initializer if name in self.weights else "zeros", shape, rng, *fans(shape))
            for name, shape in self.parameter_shapes(inputs).items()
        }

    def unit_axes(self, name: str, rank: int) -> tuple[int, ...]:
        """The axes of a weight array of so many axes that count its units; the others run over a unit's own weights."""
        return (rank - 1,)


def record_penalty(tape: Tape, layer: Weighted, weights: Tensor, grad: Tensor) -> Tensor | None:
    """Write down the penalty on a weight array ``w``, and add its gradient to what is in `grad`.

    ::

        penalty   = l1 sum(|w|) + l2 sum(w^2)
        dL/dw     = dL/dw + l1 sign(w) + 2 l2 w

    Returns
    -------
    The penalty, of shape ``()``, or None if there is none. Processes that share a batch each add their share.
    """
    share = 1.0 if tape.part is None else tape.part.share
    total = None
    if layer.l1:
        absolute = tape.dot(tape.unary(np.abs, weights), tape.constant(1.0, like=weights))
        total = tape.multiply(absolute, layer.l1 * share)
        tape.add(grad, tape.multiply(tape.unary(np.sign, weights), layer.l1 * share), out=grad)
    if layer.l2:
        squares = tape.multiply(tape.dot(weights, weights), layer.l2 * share)
        total = squares if total is None else tape.add(total, squares)
        tape.add(grad, tape.multiply(weights, 2 * layer.l2 * share), out=grad)
    return total


def record_max_norm(tape: Tape, weights: Tensor, unit_axes: tuple[int, ...], limit: float) -> None:
    """Write down that the weights of each unit are scaled back to a length of `limit` if they are longer.

    ::

        w <- w min(1, limit / ||w||)
    """
    own_axes = tuple(axis for axis in range(len(weights.shape)) if axis not in unit_axes)
    lengths = tape.unary(np.sqrt, tape.sum(tape.multiply(weights, weights), own_axes))
    longer = tape.maximum(lengths, tape.constant(limit, like=lengths))
    shrunk = tape.divide(limit, longer).reshape(
        *(length if axis in unit_axes else 1 for axis, length in enumerate(weights.shape))
    )
    tape.multiply(weights, shrunk, out=weights)


def penalty(layer: Weighted, weights: np.ndarray) -> float:
    """The penalty on a weight array, as `record_penalty` has it, in double precision."""
    exact = weights.astype(np.float64)
    return float(layer.l1 * np.abs(exact).sum() + layer.l2 * np.square(exact).sum())
