"""Scaled dot-product attention as a compound call: every query takes a weighted mean of the values.

All heads of all samples are computed at once; arrays have the shape (batch, heads, steps, numbers of a head).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from deepviz.engine import ops
from deepviz.engine.tape import Tape, Tensor

FAR_BELOW = -1e30
"""Added to a score that must not count: its exponential is exactly 0. Unlike minus infinity it never makes a NaN."""


GROUP = 2**17
"""Scores that are computed at a time: half a megabyte, so that every step from scores to results finds them in the
cache, and that only the probabilities need memory for all samples."""


@dataclass(frozen=True)
class Attended:
    """What `attend_grad` needs of `attend`.

    Attributes
    ----------
    q, k, v
        Queries, already scaled; keys; values.
    probabilities
        How much each query takes of each value, (batch, heads, queries, values): rows that sum to 1.
    stays
        Which probabilities dropout has left, as truth values; None without dropout.
    dropout
        Which share it drops.
    """

    q: Tensor
    k: Tensor
    v: Tensor
    probabilities: Tensor
    stays: Tensor | None
    dropout: float


def attend(
    tape: Tape, q: Tensor, k: Tensor, v: Tensor, out: Tensor, *, causal: bool = False, dropout: float = 0.0
) -> Attended:
    """Write down attention (Vaswani et al. 2017).

    ::

        P   = softmax(q k^T)        along the keys
        out = P v

    Parameters
    ----------
    q
        Queries, divided by the root of their length, (batch, heads, queries, length).
    k
        Keys, (batch, heads, values, length).
    v
        Values, (batch, heads, values, length of a value).
    out
        Where the result is to be written, (batch, heads, queries, length of a value).
    causal
        Whether a query sees no value that comes later in its sequence than itself.
    dropout
        The share of the probabilities that is set to 0 while training.
    """
    queries, values = q.shape[2], k.shape[2]
    probabilities, stays = tape.empty((*q.shape[:3], values)), None
    if dropout and tape.training:
        stays = tape.empty(probabilities.shape, np.dtype(bool))
        tape.call(np.greater_equal, (tape.uniform(probabilities.shape), tape.constant(dropout)), stays.shape, stays)
    kept = Attended(q, k, v, probabilities, stays, dropout)
    later = np.where(np.arange(values) > np.arange(queries)[:, None], FAR_BELOW, 0.0).astype(tape.dtype)
    mask = tape.external(later) if causal else None
    for group in _groups(probabilities):
        scores = tape.matmul(q[group], k[group].transpose(0, 1, 3, 2))
        if mask is not None:
            scores = tape.add(scores, mask)
        rows = scores.reshape(-1, values)
        exponentials = tape.unary(np.exp, tape.subtract(rows, ops.row_maximum(tape, rows)))
        tape.divide(exponentials, ops.row_sums(tape, exponentials), out=probabilities[group].reshape(-1, values))
        tape.matmul(_taken(tape, kept, probabilities[group], group), v[group], out=out[group])
    return kept


def attend_grad(tape: Tape, kept: Attended, grad: Tensor, dq: Tensor, dk: Tensor, dv: Tensor) -> None:
    """Write down the gradients of `attend` with respect to q, k and v.

    ::

        dL/dv = P^T dL/dout             dL/dP = dL/dout v^T
        dL/ds = P * (dL/dP - sum of P * dL/dP along the keys)         s = q k^T
        dL/dq = dL/ds k                 dL/dk = (dL/ds)^T q

    Parameters
    ----------
    kept
        What `attend` returned.
    grad
        Gradient with respect to its result.
    dq, dk, dv
        Where the gradients are to be written.
    """
    for group in _groups(kept.probabilities):
        taken = _taken(tape, kept, kept.probabilities[group], group)
        tape.matmul(taken.transpose(0, 1, 3, 2), grad[group], out=dv[group])
        grad_taken = tape.matmul(grad[group], kept.v[group].transpose(0, 1, 3, 2))
        dp = _taken(tape, kept, grad_taken, group)
        rows, grad_rows = (x.reshape(-1, x.shape[-1]) for x in (kept.probabilities[group], dp))
        common = ops.row_sums(tape, tape.multiply(rows, grad_rows))
        ds = tape.multiply(rows, tape.subtract(grad_rows, common)).reshape(*dp.shape)
        tape.matmul(ds, kept.k[group], out=dq[group])
        tape.matmul(ds.transpose(0, 1, 3, 2), kept.q[group], out=dk[group])


def _groups(probabilities: Tensor) -> list[slice]:
    """The samples in groups."""
    batch, size = probabilities.shape[0], math.prod(probabilities.shape[1:])
    length = max(GROUP // size, 1)
    return [slice(start, start + length) for start in range(0, batch, length)]


def _taken(tape: Tape, kept: Attended, x: Tensor, group: slice) -> Tensor:
    """What dropout leaves of a group's x: a number is 0, or it stays, so much larger that the mean does not change."""
    if kept.stays is None:
        return x
    return tape.multiply(tape.multiply(x, kept.stays[group]), 1 / (1 - kept.dropout))
