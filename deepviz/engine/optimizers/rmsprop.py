"""RMSProp: each gradient is divided by its own recent size, so that all parameters move at a similar pace."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine import ops
from deepviz.engine.optimizer import LearningRate, Optimizer, OptimizerState, chunks, record_learning_rate
from deepviz.engine.tape import Tape


class RMSProp(Optimizer):
    """Gradients divided by the root of their running mean square (Hinton 2012, lecture 6e).

    ::

        v <- rho v + (1 - rho) g^2
        p <- p - learning_rate g / (sqrt(v) + epsilon)

    Centred (Graves 2013), a running mean ``a <- rho a + (1 - rho) g`` is kept too, and ``v - a^2`` takes the place of
    ``v``. With momentum, the velocity ``u <- momentum u + g / (sqrt(v) + epsilon)`` takes the place of the quotient.

    Keras adds epsilon inside the root. And the rate multiplies the whole velocity here, as in PyTorch, so that a new
    rate holds at once; in Keras each step enters the velocity with the rate of its time.

    What is stored is ``V = v / (1 - rho)`` and ``A = a / (1 - rho)``, which saves passes over the vectors. With
    ``k = sqrt(1 - rho)`` the quotient is ``1 / k`` times ``g / (sqrt(V) + epsilon / k)``.
    """

    formula: ClassVar[str] = "p ← p − η g / (√v + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive", "root mean square")
    vector_names: ClassVar[tuple[str, ...]] = ("v", "mean", "velocity")

    learning_rate: LearningRate = 0.001
    rho: float = Field(0.9, ge=0, lt=1, title="Rho", description="How slowly the mean of squares changes.")
    momentum: float = Field(
        0.0, ge=0, le=0.9999, title="Momentum", description="How much of the last step is carried into the next."
    )
    epsilon: float = Field(1e-7, ge=1e-30, le=1, title="Epsilon", description="Keeps the division away from zero.")
    centered: bool = Field(
        False, title="Centred", description="Whether gradients are divided by their spread instead of their size."
    )

    @property
    def keeps(self) -> tuple[str, ...]:
        wanted = {"v": True, "mean": self.centered, "velocity": bool(self.momentum)}
        return tuple(name for name in self.vector_names if wanted[name])

    @property
    def written(self) -> str:
        square = "√(v − a²)" if self.centered else "√v"
        quotient = f"g / ({square} + ε)"
        return f"u ← μ u + {quotient}\np ← p − η u" if self.momentum else f"p ← p − η {quotient}"

    def unit(self, name: str) -> float:
        # The velocity sums up quotients, which are stored multiplied by k.
        return float((1 - self.rho) ** -0.5) if name == "velocity" else 1 - self.rho

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        k = (1 - self.rho) ** 0.5
        scale = record_learning_rate(tape, parameters.dtype, state, divided_by=k)
        for portion in chunks(state.spans):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            v = tape.external(state.vectors["v"][portion])
            tape.multiply(v, self.rho, out=v)
            tape.add(v, tape.multiply(g, g), out=v)
            square = v
            if self.centered:
                a = tape.external(state.vectors["mean"][portion])
                tape.multiply(a, self.rho, out=a)
                tape.add(a, g, out=a)
                # Gradients that hardly change leave a difference near zero, which rounding may take below it.
                square = ops.relu(tape, tape.subtract(v, tape.multiply(tape.multiply(a, a), 1 - self.rho)))
            step = tape.divide(g, tape.add(tape.unary(np.sqrt, square), self.epsilon / k))
            if self.momentum:
                u = tape.external(state.vectors["velocity"][portion])
                tape.multiply(u, self.momentum, out=u)
                tape.add(u, step, out=u)
                step = u
            tape.subtract(p, tape.multiply(step, scale), out=p)
