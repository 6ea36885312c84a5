"""What an optimizer is: how parameters follow from gradients. It sees one vector of each, never a layer."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from deepviz.engine.tape import Tape
from deepviz.registry import Definition

CHUNK = 32_768
"""Numbers updated at a time: few enough that all vectors of an update stay in the processor's cache."""


LearningRate = Annotated[
    float,
    Field(
        gt=0,
        le=1e6,
        title="Learning rate",
        description="Length of each step against the gradient. Too small is slow, too large diverges.",
        json_schema_extra={"logarithmic": True},
    ),
]


@dataclass
class OptimizerState:
    """What changes while an optimizer runs.

    Attributes
    ----------
    learning_rate
        May be changed between any two steps.
    step
        How many updates have been made.
    vectors
        Vectors of the length of the parameters that the optimizer keeps, by name.
    """

    learning_rate: float
    step: int = 0
    vectors: dict[str, np.ndarray] = field(default_factory=dict)


class Optimizer(Definition):
    """One way to update parameters. Subclasses are frozen models whose fields are the hyperparameters."""

    category: ClassVar[str] = "Optimizer"
    formula: ClassVar[str] = ""
    vector_names: ClassVar[tuple[str, ...]] = ()

    learning_rate: LearningRate = 0.01

    def start(self, parameters: np.ndarray) -> OptimizerState:
        """The state before the first step."""
        return OptimizerState(self.learning_rate, 0, {name: np.zeros_like(parameters) for name in self.vector_names})

    @abstractmethod
    def record(self, tape: Tape, parameters: np.ndarray, gradients: np.ndarray, state: OptimizerState) -> None:
        """Write one update down: read `gradients` and change `parameters` and the vectors of `state` in place.

        Parameters
        ----------
        tape
            Where the calls are recorded.
        parameters, gradients
            Vectors of one length.
        state
            Learning rate, count of steps and vectors; the recorded calls read and write it at each replay.
        """


def chunks(length: int) -> list[slice]:
    """Portions of a vector of some length, each of at most `CHUNK` numbers."""
    return [slice(start, min(start + CHUNK, length)) for start in range(0, length, CHUNK)]
