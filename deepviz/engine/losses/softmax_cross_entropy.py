"""Softmax cross-entropy: turns outputs into probabilities and asks how surprised they are by the right class."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine import ops
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import ShapeError, shape_text
from deepviz.engine.tape import Tape, Tensor


class SoftmaxCrossEntropy(Loss):
    """Tells classes apart: how surprised softmax probabilities are by the right class.

    For logits ``z`` of shape (batch, classes) and one-hot targets ``t``, with ``m`` the largest logit of each row::

        L     = mean over the batch of  log(sum(exp(z - m))) - sum(t (z - m))
        dL/dz = (softmax(z) - t) / batch

    Taking ``m`` off changes neither, and keeps ``exp`` from overflowing whatever the logits are. It wants logits, so no
    Softmax layer before it.
    """

    label: ClassVar[str] = "Cross-entropy"
    synonyms: ClassVar[tuple[str, ...]] = ("softmax", "log loss", "negative log likelihood", "classification", "output")
    formula: ClassVar[str] = "L = −log softmax(z)[target]"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        if len(outputs.shape) != 2:
            raise ShapeError(f"{self.label} needs flat outputs; it gets {shape_text(outputs.shape[1:])}.", "Flatten")
        batch = outputs.shape[0]
        shifted = tape.subtract(outputs, ops.row_maximum(tape, outputs))
        of_target = tape.dot(shifted, targets)
        exponentials = tape.unary(np.exp, shifted)
        sums = ops.row_sums(tape, exponentials)
        log_sums = tape.dot(tape.unary(np.log, sums), tape.constant(1.0, sums.shape))
        value = tape.multiply(tape.subtract(log_sums, of_target), 1.0 / batch)
        probabilities = tape.divide(exponentials, sums)
        grad = tape.multiply(tape.subtract(probabilities, targets), 1.0 / batch)
        return value, grad
