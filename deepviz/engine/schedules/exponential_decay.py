"""Exponential decay: the learning rate loses the same share of itself at every step."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deepviz.engine.schedule import Memory, Progress, Schedule


class ExponentialDecay(Schedule):
    """The learning rate falls by the same share at every step, on a straight line of a logarithmic axis.

    With steps ``s`` counted from 0, as Keras's schedule of this name::

        factor = decay_rate ^ (s / decay_steps)

    PyTorch's ExponentialLR is this with ``decay_steps = 1``.
    """

    label: ClassVar[str] = "Exponential decay"
    formula: ClassVar[str] = "η γ^(s / S)"
    synonyms: ClassVar[tuple[str, ...]] = ("ExponentialLR", "logarithmic")

    decay_rate: float = Field(
        0.01, gt=0, le=1, title="Decay rate", description="What is left of the learning rate after the decay steps."
    )
    decay_steps: int | None = Field(
        None,
        ge=1,
        le=1_000_000_000,
        title="Decay steps",
        description="Steps in which the learning rate falls to that share; if empty, the whole run.",
        json_schema_extra={"unit": "steps"},
    )

    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        return float(self.decay_rate ** (progress.step / (self.decay_steps or progress.total_steps)))
