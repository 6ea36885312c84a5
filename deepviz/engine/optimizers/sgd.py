"""Stochastic gradient descent: a step against the gradient, with or without momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.optimizer import Optimizer, OptimizerState, chunks
from deepviz.engine.tape import Tape


class SGD(Optimizer):
    """Stochastic gradient descent: a step against the gradient.

    ``p <- p - learning_rate g``. With momentum (Polyak 1964) a velocity remembers earlier steps::

        v <- momentum v - learning_rate g
        p <- p + v                                   or, with Nesterov's look ahead (Sutskever et al. 2013),
        p <- p + momentum v - learning_rate g
    """

    formula: ClassVar[str] = "p ← p − η g"
    synonyms: ClassVar[tuple[str, ...]] = ("gradient descent", "momentum", "nesterov")
    vector_names: ClassVar[tuple[str, ...]] = ("velocity",)

    momentum: float = Field(
        0.0, ge=0, le=0.9999, title="Momentum", description="How much of the last step is carried into the next."
    )
    nesterov: bool = Field(False, title="Nesterov", description="Whether momentum looks one step ahead.")

    @property
    def keeps(self) -> tuple[str, ...]:
        return self.vector_names if self.momentum else ()

    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        rate = np.zeros((), parameters.dtype)

        def advance() -> None:
            state.step += 1
            rate[()] = state.learning_rate

        tape.run(advance)
        learning_rate = tape.external(rate)
        for portion in chunks(state.spans):
            p, g = tape.external(parameters[portion]), tape.external(gradients[portion])
            step = tape.multiply(g, learning_rate)
            if self.momentum:
                v = tape.external(state.vectors["velocity"][portion])
                tape.multiply(v, self.momentum, out=v)
                tape.subtract(v, step, out=v)
                if self.nesterov:
                    tape.add(p, tape.multiply(v, self.momentum), out=p)
                    tape.subtract(p, step, out=p)
                else:
                    tape.add(p, v, out=p)
            else:
                tape.subtract(p, step, out=p)
