"""Softmax cross-entropy: turns outputs into probabilities and asks how surprised they are by the right class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.loss import Loss, check_probabilities
from deepviz.engine.shapes import Shape, ShapeError
from deepviz.engine.tape import Tape, Tensor

ClassWeight = Annotated[float, Field(ge=0, le=1e6)]


class SoftmaxCrossEntropy(Loss):
    """Tells classes apart: how surprised softmax probabilities are by the right class.

    For logits ``z`` of shape (batch, classes) and one-hot targets ``t``, with ``m`` the largest logit of each row::

        L     = mean over the batch of  log(sum(exp(z - m))) - sum(t (z - m))
        dL/dz = (softmax(z) - t) / batch

    Taking ``m`` off changes neither, and keeps ``exp`` from overflowing whatever the logits are. It wants logits, so no
    Softmax layer before it. For sequences, logits of shape (batch, steps, classes), each step counts as a sample.

    With label smoothing ``s`` and ``k`` classes, ``t`` is replaced by ``t (1 - s) + s / k`` (Szegedy et al. 2016).
    With class weights, the loss and the gradient of each sample are multiplied by the weight of its class; the mean is
    still over the batch size, as with Keras's ``class_weight``. (PyTorch divides by the sum of the weights.) A sample
    whose target is a row of probabilities has the mean weight of its classes.
    """

    label: ClassVar[str] = "Cross-entropy"
    synonyms: ClassVar[tuple[str, ...]] = (
        "softmax",
        "log loss",
        "negative log likelihood",
        "classification",
        "output",
        "CrossEntropyLoss",
        "CategoricalCrossentropy",
        "SparseCategoricalCrossentropy",
        "NLLLoss",
    )
    formula: ClassVar[str] = "L = −log softmax(z)[target]"
    shape_rule: ClassVar[str] = "one output for each class → one number"
    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    activation: ClassVar[str] = "softmax"

    label_smoothing: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Label smoothing",
        description="Share of each target that is spread over all classes, so that the network is never wholly sure.",
    )
    class_weights: tuple[ClassWeight, ...] | None = Field(
        None,
        min_length=1,
        max_length=100_000,
        title="Class weights",
        description="How much a sample of each class counts, one number a class: more for rare classes. None: all 1.",
    )

    def check(self, output_shape: Shape, task: str, outputs: int) -> None:
        super().check(output_shape, task, outputs)
        self._check_weights(outputs)

    def encode_targets(self, targets: Any, output_shape: Shape, dtype: Any) -> np.ndarray:
        encoded = super().encode_targets(targets, output_shape, dtype)
        check_probabilities(self.label, encoded)
        return encoded

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        classes = outputs.shape[-1]
        self._check_weights(classes)
        z, t = (
            samples if len(samples.shape) == 2 else tape.in_order(samples).reshape(-1, classes)
            for samples in (outputs, targets)
        )
        t, share = tape.lying_like(t, z), 1.0 / z.shape[0]
        shifted = tape.subtract(z, ops.row_maximum(tape, z))
        exponentials = tape.unary(np.exp, shifted)
        sums = ops.row_sums(tape, exponentials)
        weights = tape.constant(share, sums.shape)  # of each sample in the mean
        if self.class_weights:
            column = np.array(self.class_weights, tape.dtype).reshape(classes, 1)
            weights = tape.multiply(tape.matmul(t, tape.external(column)), share)
        if self.label_smoothing:
            t = tape.add(tape.multiply(t, 1.0 - self.label_smoothing), self.label_smoothing / classes)
        t = tape.multiply(t, weights if self.class_weights else share)
        value = tape.subtract(tape.dot(tape.unary(np.log, sums), weights), tape.dot(shifted, t))
        grad = tape.subtract(tape.multiply(exponentials, tape.divide(weights, sums)), t)
        return value, grad.reshape(*outputs.shape)

    @classmethod
    def examples(cls) -> Sequence[tuple[Loss, Shape]]:
        return [
            (cls(), (3,)),
            (cls(label_smoothing=0.1), (5,)),
            (cls(class_weights=(0.5, 1, 2)), (3,)),
            (cls(label_smoothing=0.3, class_weights=(1, 2, 3, 0.25)), (4,)),
        ]

    def _check_weights(self, classes: int) -> None:
        if self.class_weights is not None and len(self.class_weights) != classes:
            raise ShapeError(
                f"{self.label} has {len(self.class_weights)} class weights for {classes} classes. "
                f"Give one weight for each class, or none at all."
            )
