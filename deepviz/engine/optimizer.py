"""What an optimizer is: how parameters follow from gradients. It sees one vector of each, never a layer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from deepviz.engine.clipping import record_clipnorm, record_clipvalue
from deepviz.engine.optimizer_state import OptimizerState as OptimizerState
from deepviz.engine.optimizer_state import Span as Span
from deepviz.engine.optimizer_state import chunks as chunks
from deepviz.engine.tape import Tape, Tensor
from deepviz.registry import Definition

TAME_SQUARE, TAME_EPSILON = 1e30, 1e-12
"""The squared norm of gradients below which, and the epsilon from which on, no update overflows: see `tame_square`."""

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


class Optimizer(Definition):
    """One way to update parameters. Subclasses are frozen models whose fields are the hyperparameters.

    Attributes
    ----------
    formula
        What it computes, in one short line; see `written` for the symbols.
    vector_names
        The names of the vectors that it may keep from step to step, such as a velocity.
    """

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
            raise ValueError(
                "Gradients are clipped by Clip norm or by Clip value, not by both; clear the other one first"
            )
        return value

    @property
    def written(self) -> str:
        """The formula with these settings, a line for each assignment; `formula` is that of the kind.

        η is the learning rate, λ the weight decay, μ the momentum, g the gradient as it is after any clipping.
        """
        return self.formula

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

    def start(self, parameters: np.ndarray, spans: Sequence[Span] | None = None) -> OptimizerState:
        """The state before the first step.

        Parameters
        ----------
        parameters
            The vector that will be updated.
        spans
            The parts of it that are trained; None trains all of it.
        """
        trained = (Span(0, parameters.size),) if spans is None else tuple(spans)
        return OptimizerState(self.learning_rate, 0, self._first(parameters, self.keeps), trained)

    @property
    def keeps(self) -> tuple[str, ...]:
        """The names of the vectors that it keeps with these settings: all of `vector_names`, or some of them."""
        return self.vector_names

    def first_value(self, name: str) -> float:
        """What each number of a vector is before the first step."""
        return 0.0

    def unit(self, name: str) -> float:
        """What the numbers stored in a vector are multiplied by to have those of the formula.

        Some are stored divided by a setting, which saves passes over the vectors. When that setting changes in the
        middle of a run, what is stored has to change, so that what is meant stays.
        """
        return 1.0

    def is_kind_of(self, other: Optimizer) -> bool:
        """Whether another one is the same but for its settings, so that either can go on with what the other keeps."""
        return type(self) is type(other)

    def taken_over(
        self, vectors: Mapping[str, np.ndarray], before: Optimizer, parameters: np.ndarray
    ) -> dict[str, np.ndarray]:
        """The vectors with which this optimizer goes on where another one has come to.

        After one of the same kind they stay as they are, in the units of these settings; a vector that these settings
        newly need begins as it would before the first step, and one that they do not need is left out. After another
        kind all begin so.

        Parameters
        ----------
        vectors
            Those of the one before; they are not changed, but those that stay are the same arrays.
        before
            The one before, with the settings that it had.
        parameters
            The vector that is updated.
        """
        known = self.keeps if self.is_kind_of(before) else ()
        found = self._first(parameters, [name for name in self.keeps if name not in known or name not in vectors])
        for name in known:
            if name in vectors:
                ratio = before.unit(name) / self.unit(name)
                found[name] = vectors[name] if ratio == 1 else vectors[name] * vectors[name].dtype.type(ratio)
        return {name: found[name] for name in self.keeps}

    def _first(self, parameters: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
        return {name: np.full_like(parameters, self.first_value(name)) for name in names}

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
            `spans` are updated: ``for portion in chunks(state.spans)``. Where the formula counts steps, those count
            that the span was updated in: ``for portion, behind in state.portions`` says how many fewer that are.
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


def numbers(count: int, dtype: np.dtype[Any]) -> tuple[np.ndarray, ...]:
    """So many arrays of shape ``()`` for what changes from step to step; on a tape each is an `external` tensor."""
    return tuple(np.zeros((), dtype) for _ in range(count))


def record_learning_rate(tape: Tape, dtype: np.dtype[Any], state: OptimizerState, *, divided_by: float = 1.0) -> Tensor:
    """Write down that a step is counted, and return its learning rate: a number of shape ``()``, divided if asked."""
    (rate,) = numbers(1, dtype)

    def advance() -> None:
        state.step += 1
        rate[()] = state.learning_rate / divided_by

    tape.run(advance)
    return tape.external(rate)
