"""Stochastic gradient descent: a step against the gradient, with or without momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import Optimizer, OptimizerState, chunks, record_learning_rate
from deepviz.engine.tape import Tape


class SGD(Optimizer):
    """Stochastic gradient descent: a step against the gradient.

    ``p <- p - learning_rate g`` (Robbins & Monro 1951), with the gradient g of the mean loss of a batch instead of all
    samples: that is what is stochastic. With momentum (Polyak 1964) a velocity remembers earlier steps::

        v <- momentum v - learning_rate g
        p <- p + v                                   or, with Nesterov's look ahead (Sutskever et al. 2013),
        p <- p + momentum v - learning_rate g

    With weight decay, ``g + weight_decay p`` takes the place of ``g``: the gradient of the loss and of a penalty of
    ``weight_decay / 2`` times the sum of all squared parameters, biases included. That is PyTorch's ``weight_decay``
    of SGD; unlike AdamW's it goes through the momentum. What is clipped is the gradient of the loss alone.
    """

    formula: ClassVar[str] = "p ← p − η g"
    synonyms: ClassVar[tuple[str, ...]] = ("gradient descent", "momentum", "nesterov")
    vector_names: ClassVar[tuple[str, ...]] = ("velocity",)

    momentum: float = Field(
        0.0, ge=0, le=0.9999, title="Momentum", description="How much of the last step is carried into the next."
    )
    nesterov: bool = Field(False, title="Nesterov", description="Whether momentum looks one step ahead.")
    weight_decay: float = Field(
        0.0,
        ge=0,
        le=100,
        title="Weight decay",
        description="How fast parameters shrink: this share of each is added to its gradient.",
    )

    @property
    def keeps(self) -> tuple[str, ...]:
        return self.vector_names if self.momentum else ()

    @property
    def tame_square(self) -> float:
        # What the parameters themselves add to their gradients is not in the gradients' norm.
        return 0.0 if self.weight_decay else super().tame_square

    @property
    def written(self) -> str:
        gradient = "(g + λ p)" if self.weight_decay else "g"
        if not self.momentum:
            return f"p ← p − η {gradient}"
        if not self.nesterov:
            return f"v ← μ v − η {gradient}\np ← p + v"
        return f"v ← μ v − η {gradient}\np ← p + μ v − η {gradient}"

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        learning_rate = record_learning_rate(tape, parameters.dtype, state)
        for portion in chunks(state.spans):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            if self.weight_decay:
                g = tape.add(g, tape.multiply(p, self.weight_decay))
            step = tape.multiply(g, learning_rate)
            if self.momentum:
                v = tape.external(state.vectors["velocity"][portion])
                tape.multiply(v, self.momentum, out=v)
                tape.subtract(v, step, out=v)
                if self.nesterov:
                    tape.add(p, tape.multiply(v, self.momentum), out=p)
                    tape.subtract(p, step, out=p)
                else:
                    tape.add(p, v, out=p)
            else:
                tape.subtract(p, step, out=p)
