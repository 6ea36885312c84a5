"""BatchNorm: brings every channel to mean 0 and variance 1 over the batch, so that deep networks train fast."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.families.normalization import Normalization, inverse_root
from deepviz.engine.layer import Kept, Layer
from deepviz.engine.ops import channels
from deepviz.engine.ops.channels import Channels
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from deepviz.engine.weighted import ADVANCED


class BatchNorm(Normalization):
    """Batch normalisation: each channel gets mean 0 and variance 1 over all positions of all samples of a batch.

    With the mean and the variance of a channel over the ``n`` numbers that the batch has of it::

        z         = (x - mean) / sqrt(variance + epsilon)
        y         = gamma z + beta
        dL/dgamma = sum(dL/dy z),   dL/dbeta = sum(dL/dy)
        dL/dx     = gamma / sqrt(variance + epsilon) (dL/dy - dL/dbeta / n - z dL/dgamma / n)

    While training it keeps moving averages of both, ``moving <- momentum moving + (1 - momentum) of the batch``. With
    them it computes when it is not training, and when it is frozen (Ioffe & Szegedy 2015).
    """

    synonyms: ClassVar[tuple[str, ...]] = (
        "batch normalization",
        "bn",
        "normalise",
        "standardize",
        "BatchNorm1d",
        "BatchNorm2d",
    )
    formula: ClassVar[str] = "y = γ (x − mean) / deviation + β"

    momentum: float = Field(
        0.99,
        ge=0,
        le=1,
        title="Momentum",
        description="How much of the moving averages stays at each step; smaller follows faster.",
        json_schema_extra=ADVANCED,
    )

    def state_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        return {"moving_mean": (inputs[0][-1],), "moving_variance": (inputs[0][-1],)}

    def init_state(self, inputs: Sequence[Shape]) -> dict[str, np.ndarray]:
        return {"moving_mean": np.zeros(inputs[0][-1]), "moving_variance": np.ones(inputs[0][-1])}

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        x = channels.of_batch(tape, inputs[0])
        count = tape.samples(inputs[0]) * math.prod(inputs[0].shape[1:-1])
        of_batch = tape.training and not self.frozen
        if of_batch:
            mean, variance = channels.batch_moments(x, count)
            self._follow(tape, params["moving_mean"], mean)
            self._follow(tape, params["moving_variance"], variance)
        else:
            mean, variance = (_row(params[name]) for name in ("moving_mean", "moving_variance"))
        inverse = inverse_root(tape, variance, self.epsilon)
        scale = tape.multiply(inverse, _row(params["gamma"])) if self.scale else inverse
        shift = tape.multiply(tape.multiply(mean, scale), -1.0)
        if self.center:
            shift = tape.add(shift, _row(params["beta"]))
        return x.scaled(x.x, scale, shift), _Kept(x, count, mean, inverse, scale, of_batch)

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        x, inverse = kept.x, kept.inverse
        sums, products = (x.total(table) for table in x.products_about(kept.mean, grad))
        grad_gamma = tape.multiply(products, inverse, out=_row(grads["gamma"]) if self.scale else None)
        if self.center:
            tape.copy(sums, out=_row(grads["beta"]))
        if not kept.of_batch:
            return [x.scaled(grad, kept.scale)]
        sums, grad_gamma = tape.over_batch(sums), tape.over_batch(grad_gamma)
        # scale (dL/dy - sums / n - z grad_gamma / n), sorted by dL/dy, x and what is the same in the whole channel
        of_x = tape.multiply(tape.multiply(tape.multiply(kept.scale, inverse), grad_gamma), -1.0 / kept.count)
        of_sums = tape.multiply(tape.multiply(kept.scale, sums), -1.0 / kept.count)
        shift = tape.subtract(of_sums, tape.multiply(of_x, kept.mean))
        return [x.mixed(kept.scale, grad, of_x, shift)]

    def _follow(self, tape: Tape, moving: Tensor, of_batch: Tensor) -> None:
        """Write down a moving average: after the step, so that none that is not finite ever reaches it."""
        phase, tape.phase = tape.phase, "update"
        news = tape.multiply(of_batch, 1.0 - self.momentum)
        tape.multiply(moving, self.momentum, out=moving)
        tape.add(moving, news.reshape(*moving.shape), out=moving)
        tape.phase = phase

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return [
            (cls(), [(4,)]),
            (cls(), [(3, 2, 4)]),
            (cls(center=False), [(3, 4)]),
            (cls(scale=False, epsilon=0.1), [(3, 4)]),
            (cls(trainable=False), [(3, 2)]),
        ]


@dataclass(frozen=True)
class _Kept:
    """What the backward pass needs."""

    x: Channels
    count: int
    mean: Tensor
    inverse: Tensor
    scale: Tensor
    of_batch: bool


def _row(vector: Tensor) -> Tensor:
    return vector.reshape(1, -1)
