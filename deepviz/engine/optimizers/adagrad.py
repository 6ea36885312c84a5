"""AdaGrad: parameters that have seen large gradients get shorter steps, for good."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import LearningRate, Optimizer, OptimizerState, chunks, record_learning_rate
from deepviz.engine.tape import Tape


class AdaGrad(Optimizer):
    """Adaptive gradients (Duchi et al. 2011): each step is divided by the root of all squares so far.

    ::

        a <- a + g^2                                   a starts at initial_accumulator_value
        p <- p - learning_rate g / (sqrt(a) + epsilon)

    As ``a`` only grows, steps only get shorter. Good for features that are seldom seen. Epsilon is added to the root,
    as in PyTorch; Keras adds it to ``a``, inside the root.
    """

    formula: ClassVar[str] = "p ← p − η g / (√Σg² + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive", "sparse")
    vector_names: ClassVar[tuple[str, ...]] = ("squares",)

    learning_rate: LearningRate = 0.001
    initial_accumulator_value: float = Field(
        0.1, ge=0, le=1e6, title="First sum", description="What the sum of squares is before the first step."
    )
    epsilon: float = Field(1e-7, ge=1e-30, le=1, title="Epsilon", description="Keeps the division away from zero.")

    def first_value(self, name: str) -> float:
        return self.initial_accumulator_value

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        learning_rate = record_learning_rate(tape, parameters.dtype, state)
        for portion in chunks(state.spans):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            a = tape.external(state.vectors["squares"][portion])
            tape.add(a, tape.multiply(g, g), out=a)
            below = tape.add(tape.unary(np.sqrt, a), self.epsilon)
            step = tape.multiply(tape.divide(g, below), learning_rate)
            tape.subtract(p, step, out=p)
