"""Adam: every parameter gets a step of its own length, from running means of its gradient and of its square."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import LearningRate, Optimizer, OptimizerState, numbers
from deepviz.engine.tape import Tape, Tensor


class Adam(Optimizer):
    """Adaptive moments (Kingma & Ba 2015, algorithm 1): steps scaled by the running size of each gradient.

    With ``t`` counting steps from 1::

        m <- beta_1 m + (1 - beta_1) g             m' = m / (1 - beta_1^t)
        v <- beta_2 v + (1 - beta_2) g^2           v' = v / (1 - beta_2^t)
        p <- p - learning_rate m' / (sqrt(v') + epsilon)

    The running means m and v begin at 0 and are too small at first; m' and v' are corrected for that bias.
    Epsilon is that of algorithm 1; Keras's is the paper's epsilon-hat, added to ``sqrt(v)`` before that is corrected.

    What is stored is ``M = m / (1 - beta_1)`` and ``V = v / (1 - beta_2)``, which saves two passes over the vectors.
    With ``k = sqrt((1 - beta_2) / (1 - beta_2^t))`` the step is ``scale M / (sqrt(V) + epsilon / k)``, where
    ``scale = learning_rate (1 - beta_1) / (1 - beta_1^t) / k``.
    """

    formula: ClassVar[str] = "p ← p − η m̂ / (√v̂ + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive", "moments")
    vector_names: ClassVar[tuple[str, ...]] = ("m", "v")

    learning_rate: LearningRate = 0.001
    beta_1: float = Field(0.9, ge=0, lt=1, title="Beta 1", description="How slowly the mean of gradients changes.")
    beta_2: float = Field(0.999, ge=0, lt=1, title="Beta 2", description="How slowly the mean of squares changes.")
    epsilon: float = Field(1e-7, ge=1e-30, le=1, title="Epsilon", description="Keeps the division away from zero.")

    def unit(self, name: str) -> float:
        return 1 - (self.beta_1 if name == "m" else self.beta_2)

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        scales = self.record_scales(tape, parameters, state)
        for portion, behind in state.portions:
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            m, v = self.record_moments(tape, g, state, portion)
            tape.subtract(p, self.record_step(tape, m, v, *scales[behind]), out=p)

    # What the optimizers that descend from Adam share with it

    def record_scales(
        self, tape: Tape, parameters: np.ndarray, state: OptimizerState
    ) -> dict[int, tuple[Tensor, Tensor]]:
        """Write down that a step is counted.

        Returns
        -------
        The step's `scale` and ``epsilon / k``, numbers of shape ``()``, for spans that are so many steps behind.
        """
        scales = {behind: numbers(2, parameters.dtype) for behind in state.delays}

        def advance() -> None:
            state.step += 1
            for behind, (scale, shift) in scales.items():
                count = state.step - behind
                k = self.correction(count)
                scale[()] = state.learning_rate * (1 - self.beta_1) / (1 - self.beta_1**count) / k
                shift[()] = self.epsilon / k

        tape.run(advance)
        return {behind: (tape.external(scale), tape.external(shift)) for behind, (scale, shift) in scales.items()}

    def record_moments(self, tape: Tape, g: Tensor, state: OptimizerState, portion: slice) -> tuple[Tensor, Tensor]:
        """Write down how a portion of ``M`` and of ``V`` follows the gradients, and give both."""
        m, v = tape.external(state.vectors["m"][portion]), tape.external(state.vectors["v"][portion])
        tape.multiply(m, self.beta_1, out=m)
        tape.add(m, g, out=m)
        tape.multiply(v, self.beta_2, out=v)
        tape.add(v, tape.multiply(g, g), out=v)
        return m, v

    def record_step(self, tape: Tape, m: Tensor, v: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """``scale M / (sqrt(V) + shift)``."""
        below = tape.add(tape.unary(np.sqrt, v), shift)
        return tape.multiply(tape.divide(m, below), scale)

    def correction(self, step: int) -> float:
        """``k`` of a step, counted from 1: what ``sqrt(V)`` is multiplied by."""
        return float(((1 - self.beta_2) / (1 - self.beta_2**step)) ** 0.5)
