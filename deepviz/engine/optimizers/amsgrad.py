"""AMSGrad: Adam with a memory for the largest mean square, so that steps never grow again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.engine.optimizer import OptimizerState
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
        scales = self.record_scales(tape, parameters, state)
        for portion, behind in state.portions:
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            m, v = self.record_moments(tape, g, state, portion)
            w = tape.external(state.vectors["v_max"][portion])
            tape.maximum(w, v, out=w)
            tape.subtract(p, self.record_step(tape, m, w, *scales[behind]), out=p)
