"""Compound calls that several activations share: steps and halves, exponentials, the ramp of hard curves."""

from __future__ import annotations

import numpy as np

from deepviz.engine import ops
from deepviz.engine.tape import Tape, Tensor


def negative_part(tape: Tape, x: Tensor) -> Tensor:
    """``min(x, 0)``; with `ops.relu` it adds up to x, exactly."""
    return tape.minimum(x, tape.constant(0.0, like=x))


def step(tape: Tape, x: Tensor, below: float, above: float) -> Tensor:
    """`above` where ``x > 0`` and `below` elsewhere; neither may be negative. The slope of a line with a corner.

    Both come out exactly. Comparing gives bytes, and the larger of these as numbers and the smaller slope needs no
    branch: it takes a tenth of the time of `np.where`.
    """
    compare, high, low = (np.greater, above, below) if above > below else (np.less_equal, below, above)
    numbers = _as_numbers(tape, compare, x, 0.0)
    return tape.maximum(numbers if high == 1 else tape.multiply(numbers, high), tape.constant(low, like=x))


def halves(tape: Tape, y: Tensor, grad: Tensor) -> tuple[Tensor, Tensor]:
    """`grad` where ``y > 0`` and 0 elsewhere, and the other way round. The two add up to `grad`, exactly."""
    above = ops.relu_grad(tape, ops.relu(tape, y), grad)
    return above, tape.subtract(grad, above)


def logistic(tape: Tape, x: Tensor) -> Tensor:
    """``1 / (1 + exp(-x))``, with full relative precision down to where it is 0."""
    return tape.divide(1.0, one_plus_exp(tape, tape.unary(np.negative, x)))


def one_plus_exp(tape: Tape, x: Tensor) -> Tensor:
    """``1 + exp(x)``. Where that is too large for the type, infinity gives the right limits: so nobody is told."""
    return tape.add(tape.call(_exp, (x,), x.shape, elementwise=True), 1.0)


def exp_minus_one(tape: Tape, x: Tensor) -> Tensor:
    """``exp(x) - 1`` for ``x <= 0``, with full relative precision near 0: ``2 t / (1 - t)`` with ``t = tanh(x / 2)``.

    NumPy has vector code for tanh on every machine, but for `np.expm1` only with AVX-512: elsewhere that takes ten
    times as long as all of this.
    """
    t = tape.unary(np.tanh, tape.multiply(x, 0.5))
    return tape.divide(tape.add(t, t), tape.subtract(1.0, t))


def ramp(tape: Tape, x: Tensor) -> Tensor:
    """``min(max(x + 3, 0), 6)``: from 0 at -3 straight to 6 at 3."""
    return tape.minimum(ops.relu(tape, tape.add(x, 3.0)), tape.constant(6.0, like=x))


def ramp_slope(tape: Tape, x: Tensor) -> Tensor:
    """1 where the ramp rises, which is where ``-3 < x < 3``, and 0 elsewhere."""
    return _as_numbers(tape, np.less, tape.unary(np.abs, x), 3.0)


def _as_numbers(tape: Tape, compare: np.ufunc, x: Tensor, other: float) -> Tensor:
    """1 where the comparison holds and 0 elsewhere.

    In two calls: one that writes numbers straight away would have NumPy convert them piece by piece, in twice the time.
    """
    bytes_ = tape.call(compare, (x, tape.constant(other)), x.shape, elementwise=True, dtype=np.dtype(np.bool_))
    return tape.call(_copy, (bytes_,), x.shape, elementwise=True)


def _copy(x: np.ndarray, out: np.ndarray) -> None:
    np.copyto(out, x)


def _exp(x: np.ndarray, out: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        np.exp(x, out)
