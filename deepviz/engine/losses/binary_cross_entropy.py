"""Binary cross-entropy: every output answers a yes-or-no question of its own, and is asked how surprised it is."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from deepviz.engine import ops
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class BinaryCrossEntropy(Loss):
    """Asks for each class whether it is this one: the surprise of a sigmoid at yes or no.

    For logits ``z`` and targets ``t`` from 0 to 1, over all ``n`` numbers of the batch::

        L     = sum(log(1 + exp(-|z|)) + max(z, 0) - z t) / n
        dL/dz = (sigmoid(z) - t) / n

    In this form ``exp`` cannot overflow, whatever the logits are. It wants logits, so no Sigmoid layer before it.
    Classes become rows with a 1 in the place of their class. In Python, targets may also be a 0 or a 1 for each of
    several labels, or for a single output.
    """

    label: ClassVar[str] = "Binary cross-entropy"
    synonyms: ClassVar[tuple[str, ...]] = ("sigmoid", "logistic", "log loss", "multi-label", "classification", "output")
    formula: ClassVar[str] = "L = −mean(t log σ(z) + (1 − t) log(1 − σ(z)))"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)

    def class_numbers(self, targets: Any, output_shape: Shape) -> np.ndarray | None:
        # With a single output, 0 and 1 are its targets; there is no largest output to read a class from.
        return None if output_shape == (1,) else super().class_numbers(targets, output_shape)

    def encode_targets(self, targets: Any, output_shape: Shape, dtype: Any) -> np.ndarray:
        encoded = super().encode_targets(targets, output_shape, dtype)
        wrong = np.argwhere((encoded < 0) | (encoded > 1))
        if len(wrong):
            place = tuple(wrong[0])
            raise ValueError(f"{self.label}: target {place[0]} is {encoded[place]:g}; wanted a number from 0 to 1.")
        return encoded

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        above = ops.relu(tape, outputs)  # max(z, 0)
        below = tape.subtract(outputs, above)  # min(z, 0)
        small = tape.unary(np.exp, tape.subtract(below, above))  # exp(-|z|)
        each = tape.subtract(above, tape.multiply(outputs, targets))
        each = tape.add(each, tape.unary(np.log1p, small))
        value = tape.multiply(tape.dot(each, tape.constant(1.0, each.shape)), 1.0 / each.size)
        # exp(min(z, 0)) / (1 + exp(-|z|)) is the sigmoid, to the last digit at both ends.
        sigmoid = tape.divide(tape.unary(np.exp, below), tape.add(small, 1.0))
        grad = tape.multiply(tape.subtract(sigmoid, targets), 1.0 / each.size)
        return value, grad
