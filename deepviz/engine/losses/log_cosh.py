"""Log-cosh: smooth everywhere, like the squared error near the target and like the distance far from it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.loss import Loss
from deepviz.engine.tape import Tape, Tensor

STRAIGHT = 20.0
"""From here on ``log cosh d`` is ``|d| - log 2`` to the last digit, in float64 too: ``exp(-40)`` is below 1e-17."""


class LogCosh(Loss):
    """Fits numbers: about half the squared error near the target, about the distance far from it, with no corner.

    With ``d = y - t``, over all ``n`` numbers of the batch: ``L = sum(log(cosh(d))) / n`` and ``dL/dy = tanh(d) / n``.

    ``log cosh d = log1p(2 sinh(|d| / 2)^2)`` is exact for small differences, where ``cosh`` rounds to 1. It is taken
    up to 20, and the rest is added: beyond, the curve is a straight line, while ``sinh`` would overflow.
    """

    label: ClassVar[str] = "Log-cosh"
    synonyms: ClassVar[tuple[str, ...]] = ("logarithm of the hyperbolic cosine", "robust", "regression", "output")
    formula: ClassVar[str] = "L = mean(log cosh(y − t))"
    shape_rule: ClassVar[str] = "one output for each class or target number → one number"

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        difference = tape.subtract(outputs, targets)
        distance = tape.unary(np.abs, difference)
        curved = tape.minimum(distance, tape.constant(STRAIGHT))
        sinh = tape.unary(np.sinh, tape.multiply(curved, 0.5))
        logs = tape.unary(np.log1p, tape.multiply(tape.multiply(sinh, sinh), 2.0))
        logs = tape.add(logs, tape.subtract(distance, curved))
        value = tape.multiply(tape.dot(logs, tape.constant(1.0, like=logs)), 1.0 / difference.size)
        return value, tape.multiply(tape.unary(np.tanh, difference), 1.0 / difference.size)
