"""Clipping: gradients that are too large are made smaller before the update, so that one bad batch does little harm.

It happens in place, at the start of the update: whoever watches the gradients of a step sees them as they were.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from deepviz.engine.tape import Tape, Tensor


def record_clipnorm(tape: Tape, gradients: np.ndarray, portions: Sequence[slice], square: Tensor, limit: float) -> None:
    """Write down that all gradients together are scaled down to a norm of at most `limit` (Pascanu et al. 2013).

    ::

        g <- g limit / max(||g||, limit)

    Their direction stays as it is. `square` is the squared norm.
    """
    scale = np.zeros((), gradients.dtype)

    def measure(squared: np.ndarray) -> None:
        norm = math.sqrt(squared.item())
        if norm == math.inf:  # the squares of numbers above 1e19 are infinite in float32, the numbers are not
            norm = float(np.linalg.norm(gradients.astype(np.float64)))
        scale[()] = limit / max(norm, limit)

    tape.run(measure, square)
    for portion in portions:
        g = tape.external(gradients[portion])
        tape.multiply(g, tape.external(scale), out=g)


def record_clipvalue(tape: Tape, gradients: np.ndarray, portions: Sequence[slice], limit: float) -> None:
    """Write down that each gradient is limited to the range from ``-limit`` to ``limit``.

    ::

        g <- max(-limit, min(g, limit))
    """
    for portion in portions:
        g = tape.external(gradients[portion])
        # Against an array of one number NumPy is several times faster than against the number itself.
        bounds = tape.constant(-limit, g.shape), tape.constant(limit, g.shape)
        tape.call(_limited, (g, *bounds), g.shape, out=g, elementwise=True)


def _limited(x: np.ndarray, lowest: np.ndarray, highest: np.ndarray, out: np.ndarray) -> None:
    np.minimum(x, highest, out=out)
    np.maximum(out, lowest, out=out)
