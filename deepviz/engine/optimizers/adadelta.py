"""AdaDelta: steps as long as recent steps were, divided by how large recent gradients were."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import LearningRate, Optimizer, OptimizerState, chunks, record_learning_rate
from deepviz.engine.tape import Tape


class AdaDelta(Optimizer):
    """Steps in units of the parameters themselves (Zeiler 2012, algorithm 1).

    ::

        a <- rho a + (1 - rho) g^2
        s  = g sqrt(d + epsilon) / sqrt(a + epsilon)
        d <- rho d + (1 - rho) s^2
        p <- p - learning_rate s

    The paper has no learning rate: set it to 1 for that. Keras's 0.001 is the default and makes small steps.

    What is stored is ``a`` and ``d`` divided by ``1 - rho``, which saves two passes over the vectors; epsilon is
    divided by the same.
    """

    formula: ClassVar[str] = "p ← p − η g √(d + ε) / √(a + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive",)
    vector_names: ClassVar[tuple[str, ...]] = ("squares", "steps")

    learning_rate: LearningRate = 0.001
    rho: float = Field(0.95, ge=0, lt=1, title="Rho", description="How slowly the means of squares change.")
    epsilon: float = Field(
        1e-7, ge=1e-30, le=1, title="Epsilon", description="Lets the first steps begin, and keeps divisions from zero."
    )

    def unit(self, name: str) -> float:
        return 1 - self.rho

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        learning_rate = record_learning_rate(tape, parameters.dtype, state)
        shift = self.epsilon / (1 - self.rho)
        for portion in chunks(state.spans):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            a, d = (tape.external(state.vectors[name][portion]) for name in self.vector_names)
            tape.multiply(a, self.rho, out=a)
            tape.add(a, tape.multiply(g, g), out=a)
            ratio = tape.divide(tape.add(d, shift), tape.add(a, shift))
            step = tape.multiply(tape.unary(np.sqrt, ratio), g)
            tape.multiply(d, self.rho, out=d)
            tape.add(d, tape.multiply(step, step), out=d)
            tape.subtract(p, tape.multiply(step, learning_rate), out=p)
