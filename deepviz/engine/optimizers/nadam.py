"""NAdam: Adam that looks one step ahead along its own momentum, as Nesterov does for plain descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import OptimizerState, numbers
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.tape import Tape


class NAdam(Adam):
    """Adam with Nesterov's momentum (Dozat 2016), whose momentum warms up from half of ``beta_1``.

    ``m`` and ``v`` as in Adam; with ``t`` counting steps from 1, ``u_t = beta_1 (1 - 0.96^(t momentum_decay) / 2)`` and
    ``P_t = u_1 u_2 ... u_t``::

        m' = u_(t+1) m / (1 - P_(t+1)) + (1 - u_t) g / (1 - P_t)
        v' = v / (1 - beta_2^t)
        p <- p - learning_rate m' / (sqrt(v') + epsilon)

    The paper's and PyTorch's momentum decay is 0.004, which is the default; Keras's Nadam has it fixed at 1.
    ``m`` and ``v`` are stored as in Adam.
    """

    formula: ClassVar[str] = "p ← p − η (u m̂ + (1 − u) ĝ) / (√v̂ + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive", "moments", "adam", "nesterov")

    momentum_decay: float = Field(
        0.004, ge=0, le=1, title="Momentum decay", description="How fast momentum rises from half of beta 1 to all."
    )

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        scales = {behind: (_Product(self.momentum_of), numbers(3, parameters.dtype)) for behind in state.delays}

        def advance() -> None:
            state.step += 1
            for behind, (product, (along, ahead, shift)) in scales.items():
                count = state.step - behind
                k, so_far = self.correction(count), product.of(count)
                now, following = self.momentum_of(count), self.momentum_of(count + 1)
                along[()] = state.learning_rate * following * (1 - self.beta_1) / (1 - so_far * following) / k
                ahead[()] = state.learning_rate * (1 - now) / (1 - so_far) / k
                shift[()] = self.epsilon / k

        tape.run(advance)
        for portion, behind in state.portions:
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            along, ahead, shift = (tape.external(number) for number in scales[behind][1])
            m, v = self.record_moments(tape, g, state, portion)
            below = tape.add(tape.unary(np.sqrt, v), shift)
            above = tape.add(tape.multiply(m, along), tape.multiply(g, ahead))
            tape.subtract(p, tape.divide(above, below), out=p)

    def momentum_of(self, step: int) -> float:
        """The momentum at a step, counted from 1."""
        share: float = 0.96 ** (step * self.momentum_decay)
        return self.beta_1 * (1 - 0.5 * share)


class _Product:
    """The product of the momenta of all steps so far.

    It follows from the count of steps alone, so that a run can be resumed anywhere; steps that were made by another
    recording, or before this one, are caught up with.
    """

    def __init__(self, momentum_of: Callable[[int], float]) -> None:
        self._momentum_of = momentum_of
        self._count, self._product = 0, 1.0

    def of(self, count: int) -> float:
        """The product of so many."""
        if self._count > count:
            self._count, self._product = 0, 1.0
        while self._count < count:
            self._count += 1
            self._product *= self._momentum_of(self._count)
        return self._product
