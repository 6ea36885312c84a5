"""Compound calls that several activations share: halves of a function, the logistic curve, the ramp of hard curves."""

from __future__ import annotations

import numpy as np

from deepviz.engine import ops
from deepviz.engine.tape import Tape, Tensor


def larger(tape: Tape, a: Tensor, b: Tensor) -> Tensor:
    """The larger of two numbers at each place of two tensors of one shape: that is much faster than with one number."""
    return tape.call(_maximum, (a, b), a.shape, elementwise=True)


def smaller(tape: Tape, a: Tensor, b: Tensor) -> Tensor:
    """The smaller of two numbers at each place of two tensors of one shape."""
    return tape.call(_minimum, (a, b), a.shape, elementwise=True)


def negative_part(tape: Tape, x: Tensor) -> Tensor:
    """``min(x, 0)``; with `ops.relu` it adds up to x, exactly."""
    return smaller(tape, x, tape.constant(0.0, x.shape))


def halves(tape: Tape, y: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
    """`grad` where ``y > 0`` and 0 elsewhere, and the other way round. The two add up to `grad`, exactly."""
    above = ops.relu_grad(tape, ops.relu(tape, y), grad)
    return above, tape.subtract(grad, above)


def logistic(tape: Tape, x: Tensor) -> Tensor:
    """``1 / (1 + exp(-x))``, with full relative precision down to where it is 0.

    Where ``exp(-x)`` is too large for the type, its infinity gives the right limit, which is why nobody is told.
    """
    exponential = tape.call(_exp, (tape.unary(np.negative, x),), x.shape, elementwise=True)
    return tape.divide(1.0, tape.add(exponential, 1.0))


def ramp(tape: Tape, x: Tensor) -> Tensor:
    """``min(max(x + 3, 0), 6)``: from 0 at -3 straight to 6 at 3."""
    return smaller(tape, ops.relu(tape, tape.add(x, 3.0)), tape.constant(6.0, x.shape))


def ramp_grad(tape: Tape, y: Tensor, grad: Tensor) -> Tensor:
    """`grad` where the ramp rises, which is where ``0 < y < 6``, and 0 elsewhere."""
    return ops.relu_grad(tape, tape.subtract(6.0, y), ops.relu_grad(tape, y, grad))


def _maximum(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    np.maximum(a, b, out=out)  # by keyword: a positional output is deprecated, and the warning costs time


def _minimum(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    np.minimum(a, b, out=out)


def _exp(x: np.ndarray, out: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        np.exp(x, out)
