"""Binary cross-entropy: every output answers a yes-or-no question of its own, and is asked how surprised it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor


class BinaryCrossEntropy(Loss):
    """Asks for each class whether it is this one: the surprise of a sigmoid at yes or no.

    For logits ``z`` and targets ``t`` from 0 to 1, over all ``n`` numbers of the batch, with ``w = 1``::

        L     = sum(w t log(1 + exp(-z)) + (1 - t) log(1 + exp(z))) / n
        dL/dz = ((w t + 1 - t) sigmoid(z) - w t) / n

    With another weight ``w`` of a yes, missing one costs ``w`` times as much. It wants logits, so no Sigmoid layer
    before it. Two classes may have a single output, which says yes to class 1; otherwise classes become rows with a 1
    in the place of their class. In Python, targets may also be a 0 or a 1 for each of several labels.

    ``log(1 + exp(z))`` is computed as ``max(z, 0) + log1p(exp(-|z|))``, where ``exp`` cannot overflow.
    """

    label: ClassVar[str] = "Binary cross-entropy"
    synonyms: ClassVar[tuple[str, ...]] = (
        "sigmoid",
        "logistic",
        "log loss",
        "multi-label",
        "classification",
        "output",
        "bce",
        "BCEWithLogitsLoss",
    )
    formula: ClassVar[str] = "L = −mean(t log σ(z) + (1 − t) log(1 − σ(z)))"
    shape_rule: ClassVar[str] = "one output for each class, or one for two classes → one number"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    tells_yes_from_no: ClassVar[bool] = True
    activation: ClassVar[str] = "sigmoid"

    positive_weight: float = Field(
        1.0,
        ge=1e-6,
        le=1e6,
        title="Weight of a yes",
        description="How many times as much a target of 1 counts as one of 0: more than 1 where a yes is rare.",
        json_schema_extra={"logarithmic": True},
    )

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
        logs = tape.unary(np.log1p, small)
        # exp(min(z, 0)) / (1 + exp(-|z|)) is the sigmoid, to the last digit at both ends.
        sigmoid = tape.divide(tape.unary(np.exp, below), tape.add(small, 1.0))
        if self.positive_weight == 1:  # what is below, with fewer calls
            each = tape.add(tape.subtract(above, tape.multiply(outputs, targets)), logs)
            grad = tape.subtract(sigmoid, targets)
        else:
            yes, no = tape.multiply(targets, self.positive_weight), tape.subtract(1.0, targets)
            both = tape.add(yes, no)
            each = tape.subtract(tape.multiply(no, above), tape.multiply(yes, below))
            each = tape.add(each, tape.multiply(both, logs))
            grad = tape.subtract(tape.multiply(both, sigmoid), yes)
        value = tape.multiply(tape.dot(each, tape.constant(1.0, like=each)), 1.0 / each.size)
        return value, tape.multiply(grad, 1.0 / each.size)

    @classmethod
    def examples(cls) -> Sequence[tuple[Loss, Shape]]:
        return [(cls(), (3,)), (cls(positive_weight=2.5), (5,)), (cls(positive_weight=0.25), (1,))]
