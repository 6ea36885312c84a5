"""AMSGrad: Adam with a memory for the largest mean square, so that steps never grow again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.optimizer import OptimizerState, chunks
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.tape import Tape


class AMSGrad(Adam):
    """Adam whose running size of a gradient never shrinks (Reddi et al. 2018).

    ``m`` and ``v`` as in Adam; with ``t`` counting steps from 1::

        w <- max(w, v)
        p <- p - learning_rate m / (1 - beta_1^t) / (sqrt(w / (1 - beta_2^t)) + epsilon)

    ``m`` is stored divided by ``1 - beta_1``, ``v`` and ``w`` divided by ``1 - beta_2``, as explained there.
    """

    formula: ClassVar[str] = "p ← p − η m̂ / (√max v̂ + ε)"
    synonyms: ClassVar[tuple[str, ...]] = ("adaptive", "moments", "adam")
    vector_names: ClassVar[tuple[str, ...]] = ("m", "v", "v_max")

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        scale, shift = np.zeros((), parameters.dtype), np.zeros((), parameters.dtype)

        def advance() -> None:
            state.step += 1
            k = ((1 - self.beta_2) / (1 - self.beta_2**state.step)) ** 0.5
            scale[()] = state.learning_rate * (1 - self.beta_1) / (1 - self.beta_1**state.step) / k
            shift[()] = self.epsilon / k

        tape.run(advance)
        for portion in chunks(state.spans):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            m, v, w = (tape.external(state.vectors[name][portion]) for name in self.vector_names)
            tape.multiply(m, self.beta_1, out=m)
            tape.add(m, g, out=m)
            tape.multiply(v, self.beta_2, out=v)
            tape.add(v, tape.multiply(g, g), out=v)
            tape.call(_larger, (w, v), w.shape, out=w, elementwise=True)
            below = tape.add(tape.unary(np.sqrt, w), tape.external(shift))
            step = tape.multiply(tape.divide(m, below), tape.external(scale))
            tape.subtract(p, step, out=p)


def _larger(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> None:
    np.maximum(a, b, out=out)  # by keyword: a positional output is deprecated, and the warning costs time
