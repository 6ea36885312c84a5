"""Polynomial decay: the learning rate falls to its end value on a line, or on a curve that flattens."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deepviz.engine.schedule import Memory, Progress, Schedule


class PolynomialDecay(Schedule):
    """The learning rate falls to an end value, straight or ever slower, and stays there.

    With steps ``s`` counted from 0, as the schedules of this name of Keras and PyTorch::

        factor = (1 - end_factor) (1 - min(s, decay_steps) / decay_steps) ^ power + end_factor

    Keras's end_learning_rate is a learning rate; ``end_factor`` is a share of the one that training starts with.
    """

    label: ClassVar[str] = "Polynomial decay"
    formula: ClassVar[str] = "η ((1 − e)(1 − s / S)^p + e)"
    synonyms: ClassVar[tuple[str, ...]] = ("linear", "PolynomialLR", "LinearLR")

    decay_steps: int | None = Field(
        None,
        ge=1,
        le=1_000_000_000,
        title="Decay steps",
        description="Steps until the end value is reached; if empty, the whole run.",
        json_schema_extra={"unit": "steps"},
    )
    end_factor: float = Field(
        0.0, ge=0, le=1, title="End factor", description="The share of the learning rate that is left at the end."
    )
    power: float = Field(
        1.0, gt=0, le=100, title="Power", description="1 is a straight line; more falls fast first and slowly later."
    )

    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        length = self.decay_steps or progress.total_steps
        left = 1 - min(progress.step, length) / length
        return float((1 - self.end_factor) * left**self.power + self.end_factor)
