"""AdamW: Adam with parameters that shrink a little each step, apart from what their gradients say."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import OptimizerState, chunks
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

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        scale, shift, kept = (np.zeros((), parameters.dtype) for _ in range(3))

        def advance() -> None:
            state.step += 1
            k = ((1 - self.beta_2) / (1 - self.beta_2**state.step)) ** 0.5
            scale[()] = state.learning_rate * (1 - self.beta_1) / (1 - self.beta_1**state.step) / k
            shift[()] = self.epsilon / k
            kept[()] = max(0.0, 1 - state.learning_rate * self.weight_decay)

        tape.run(advance)
        for portion in chunks(state.spans):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            m, v = (tape.external(state.vectors[name][portion]) for name in self.vector_names)
            tape.multiply(m, self.beta_1, out=m)
            tape.add(m, g, out=m)
            tape.multiply(v, self.beta_2, out=v)
            tape.add(v, tape.multiply(g, g), out=v)
            below = tape.add(tape.unary(np.sqrt, v), tape.external(shift))
            step = tape.multiply(tape.divide(m, below), tape.external(scale))
            tape.multiply(p, tape.external(kept), out=p)
            tape.subtract(p, step, out=p)
