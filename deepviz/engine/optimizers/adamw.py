"""AdamW: Adam with parameters that shrink a little each step, apart from what their gradients say."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import OptimizerState
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.tape import Tape


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019).

    Before each step of Adam every parameter, biases included, loses a share of itself::

        p <- (1 - learning_rate weight_decay) p

    and never more than all of it. ``m`` and ``v`` are stored as in Adam.
    """

    formula: ClassVar[str] = "p ← (1 − η λ) p − η m̂ / (√v̂ + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive", "moments", "adam", "weight decay")

    weight_decay: float = Field(
        0.004, ge=0, le=100, title="Weight decay", description="How fast parameters shrink; times the learning rate."
    )

    @property
    def written(self) -> str:
        return self.formula if self.weight_decay else Adam.formula

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        kept = np.zeros((), parameters.dtype)

        def decay() -> None:
            kept[()] = max(0.0, 1 - state.learning_rate * self.weight_decay)

        tape.run(decay)
        scales = self.record_scales(tape, parameters, state)
        for portion, behind in state.portions:
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            m, v = self.record_moments(tape, g, state, portion)
            tape.multiply(p, tape.external(kept), out=p)
            tape.subtract(p, self.record_step(tape, m, v, *scales[behind]), out=p)
