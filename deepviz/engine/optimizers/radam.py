"""RAdam: Adam that trusts its mean of squares only after it has seen enough gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.optimizer import OptimizerState, numbers
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.tape import Tape


class RAdam(Adam):
    """Rectified Adam (Liu et al. 2020): descent with momentum at first, Adam with shorter steps later.

    ``m`` and ``v`` as in Adam; with ``t`` counting steps from 1, ``R = 2 / (1 - beta_2) - 1`` and
    ``R_t = R - 2 t beta_2^t / (1 - beta_2^t)``, the number of gradients that the mean of squares is made of::

        p <- p - learning_rate m / (1 - beta_1^t)                                          while R_t <= 5, then
        p <- p - learning_rate m / (1 - beta_1^t) r_t sqrt(1 - beta_2^t) / (sqrt(v) + epsilon)
             with r_t = sqrt((R_t - 4) (R_t - 2) R / ((R - 4) (R - 2) R_t))

    Epsilon is where PyTorch has it. With a beta 2 below 2/3 it is never Adam. ``m`` and ``v`` are stored as in Adam.
    """

    formula: ClassVar[str] = "p ← p − η r m̂ / (√v̂ + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive", "moments", "adam", "rectified", "warm-up")

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        # The divisor is `share sqrt(V) + shift`: with a share of 0 and a shift of 1 it divides by nothing.
        scales = {behind: numbers(3, parameters.dtype) for behind in state.delays}
        k = (1 - self.beta_2) ** 0.5
        longest = 2 / (1 - self.beta_2) - 1

        def advance() -> None:
            state.step += 1
            for behind, (scale, share, shift) in scales.items():
                count = state.step - behind
                left = 1 - self.beta_2**count
                length = longest - 2 * count * self.beta_2**count / left
                step_size = state.learning_rate * (1 - self.beta_1) / (1 - self.beta_1**count)
                share[()], shift[()] = 0, 1
                if length > 5:
                    above, below = (length - 4) * (length - 2) * longest, (longest - 4) * (longest - 2) * length
                    step_size *= (left * above / below) ** 0.5 / k
                    share[()], shift[()] = 1, self.epsilon / k
                scale[()] = step_size

        tape.run(advance)
        for portion, behind in state.portions:
            scale, share, shift = (tape.external(number) for number in scales[behind])
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            m, v = self.record_moments(tape, g, state, portion)
            below = tape.add(tape.multiply(tape.unary(np.sqrt, v), share), shift)
            tape.subtract(p, tape.multiply(tape.divide(m, below), scale), out=p)
