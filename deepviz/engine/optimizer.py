"""What an optimizer is: how parameters follow from gradients. It sees one vector of each, never a layer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from deepviz.engine.clipping import record_clipnorm, record_clipvalue
from deepviz.engine.tape import Tape, Tensor
from deepviz.registry import Definition

CHUNK = 32_768
"""Numbers updated at a time: few enough that all vectors of an update stay in the processor's cache."""

TAME_SQUARE = 1e30
TAME_EPSILON = 1e-12

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
        That of the next update; may be changed between any two.
    step
        How many updates have been made.
    vectors
        Vectors of the length of the parameters that the optimizer keeps, by name.
    spans
        The parts of the vectors that are trained; the rest stays as it is.
    """

    learning_rate: float
    step: int = 0
    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    spans: tuple[slice, ...] = ()

    @contextmanager
    def limited_to(self, part: slice) -> Iterator[None]:
        """While it lasts, only what lies in a part of the vectors is trained: the rest is trained elsewhere."""
        all_spans = self.spans
        cut = [slice(max(span.start, part.start), min(span.stop, part.stop)) for span in all_spans]
        self.spans = tuple(span for span in cut if span.start < span.stop)
        try:
            yield
        finally:
            self.spans = all_spans


class Optimizer(Definition):
    """One way to update parameters. Subclasses are frozen models whose fields are the hyperparameters."""

    category: ClassVar[str] = "Optimizer"
    formula: ClassVar[str] = ""
    vector_names: ClassVar[tuple[str, ...]] = ()

    learning_rate: LearningRate = 0.01
    global_clipnorm: float | None = Field(
        None,
        ge=1e-9,
        le=1e9,
        title="Clip norm",
        description="Gradients whose norm, over the whole network, is larger than this are scaled down to it.",
        json_schema_extra={"advanced": True, "logarithmic": True},
    )
    clipvalue: float | None = Field(
        None,
        ge=1e-9,
        le=1e9,
        title="Clip value",
        description="Each number of the gradients is limited to the range from minus this to this.",
        json_schema_extra={"advanced": True, "logarithmic": True},
    )

    @field_validator("clipvalue")
    @classmethod
    def _only_one_kind(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("global_clipnorm") is not None:
            raise ValueError("Gradients are clipped by global_clipnorm already; choose one of the two")
        return value

    @property
    def clips(self) -> bool:
        """Whether gradients are changed before the update."""
        return self.global_clipnorm is not None or self.clipvalue is not None

    @property
    def tame_square(self) -> float:
        """The squared norm of gradients below which no update can leave the finite numbers, so that none is checked.

        With it below 1e30 no gradient exceeds 1e15, and a learning rate of at most 1e6 moves no parameter by more than
        1e21 in one step, far from the 3e38 where float32 ends. Divided by an epsilon of 1e-12 that is still finite;
        with a smaller one every update is checked.
        """
        return TAME_SQUARE if getattr(self, "epsilon", 1.0) >= TAME_EPSILON else 0.0

    def start(self, parameters: np.ndarray, spans: Sequence[slice] | None = None) -> OptimizerState:
        """The state before the first step.

        Parameters
        ----------
        parameters
            The vector that will be updated.
        spans
            The parts of it that are trained; None trains all of it.
        """
        vectors = {name: np.zeros_like(parameters) for name in self.vector_names}
        spans = (slice(0, parameters.size),) if spans is None else tuple(spans)
        return OptimizerState(self.learning_rate, 0, vectors, spans)

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
            Learning rate, count of steps and vectors; the recorded calls read and write it at each replay. Only its
            `spans` are updated: ``for portion in chunks(state.spans)``.
        """

    def record_clipping(self, tape: Tape, gradients: np.ndarray, square: Tensor, state: OptimizerState) -> None:
        """Write down that the gradients are clipped in place, before `record`. Nothing is written if none is wanted.

        Parameters
        ----------
        tape, gradients, state
            As in `record`.
        square
            The squared norm of all gradients, of shape ``()``.
        """
        portions = chunks(state.spans)
        if self.global_clipnorm is not None:
            record_clipnorm(tape, gradients, portions, square, self.global_clipnorm)
        elif self.clipvalue is not None:
            record_clipvalue(tape, gradients, portions, self.clipvalue)


def chunks(spans: Sequence[slice]) -> list[slice]:
    """Portions of the spans of a vector, each of at most `CHUNK` numbers."""
    return [
        slice(start, min(start + CHUNK, span.stop)) for span in spans for start in range(span.start, span.stop, CHUNK)
    ]
