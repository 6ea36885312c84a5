"""KL divergence: how far the network's probabilities are from a whole distribution of target probabilities."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from deepviz.engine import ops
from deepviz.engine.loss import Loss, check_probabilities
from deepviz.engine.shapes import Shape, ShapeError
from deepviz.engine.tape import Tape, Tensor


class KLDivergence(Loss):
    """Fits probabilities: how far softmax is from the distribution that is wanted (Kullback & Leibler 1951).

    It wants logits, so no Softmax layer before it. For logits ``z`` of shape (batch, classes), ``q = softmax(z)`` and
    rows ``t`` of probabilities that add up to 1 (in sequences, each step counts as a sample)::

        L     = mean over the batch of  sum(t (log(t) - log(q)))
        dL/dz = (q - t) / batch

    A target of probability 0 adds nothing. ``log(q)`` is computed from the logits, with the largest of each row taken
    off, so that nothing overflows and no probability needs to be clipped. For classes it is the cross-entropy.
    """

    label: ClassVar[str] = "KL divergence"
    synonyms: ClassVar[tuple[str, ...]] = (
        "kullback-leibler",
        "relative entropy",
        "distillation",
        "output",
        "kld",
        "KLDivLoss",
    )
    formula: ClassVar[str] = "L = Σ t log(t / softmax(z))"
    shape_rule: ClassVar[str] = "one output for each class or target number, at least two → one number"
    activation: ClassVar[str] = "softmax"

    def check(self, output_shape: Shape, task: str, outputs: int) -> None:
        if outputs < 2:
            raise ShapeError(f"{self.label} compares distributions; a single target number is none.")
        super().check(output_shape, task, outputs)

    def encode_targets(self, targets: Any, output_shape: Shape, dtype: Any) -> np.ndarray:
        encoded = super().encode_targets(targets, output_shape, dtype)
        check_probabilities(self.label, encoded)
        return encoded

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        z, t = ops.rows(tape, outputs), ops.rows(tape, targets)
        shifted = tape.subtract(z, ops.row_maximum(tape, z))
        exponentials = tape.unary(np.exp, shifted)
        sums = ops.row_sums(tape, exponentials)
        logs = tape.subtract(shifted, tape.unary(np.log, sums))
        value = tape.multiply(tape.dot(t, tape.subtract(tape.unary(_log, t), logs)), 1.0 / z.shape[0])
        # Rows of targets add up to 1 but for rounding; their sum makes this the exact slope of the line above.
        q = tape.multiply(tape.divide(exponentials, sums), ops.row_sums(tape, t))
        return value, tape.multiply(tape.subtract(q, t), 1.0 / z.shape[0]).reshape(*outputs.shape)


def _log(x: np.ndarray, out: np.ndarray) -> None:
    """The logarithm; of 0, that of the smallest normal number instead of minus infinity."""
    np.maximum(x, np.finfo(out.dtype).tiny, out=out)
    np.log(out, out)
