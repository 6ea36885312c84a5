"""Step decay: the learning rate falls to a share of itself every so many steps, and stays there in between."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deepviz.engine.schedule import Memory, Progress, Schedule


class StepDecay(Schedule):
    """The learning rate falls in stairs, by the same share at each.

    With steps ``s`` counted from 0 and whole numbers rounded down::

        factor = decay_rate ^ floor(s / decay_steps)

    PyTorch calls it StepLR, Keras an ExponentialDecay with ``staircase``. Left to itself it makes three stairs of a
    run, each a tenth as high as the one before, much as He et al. 2016 did.
    """

    label: ClassVar[str] = "Step decay"
    formula: ClassVar[str] = "η γ^⌊s / S⌋"
    synonyms: ClassVar[tuple[str, ...]] = ("stairs", "StepLR", "piecewise")

    decay_rate: float = Field(
        0.1, gt=0, le=1, title="Decay rate", description="What the learning rate is multiplied by at each stair."
    )
    decay_steps: int | None = Field(
        None,
        ge=1,
        le=1_000_000_000,
        title="Decay steps",
        description="Steps from one stair to the next; if empty, a third of the run.",
        json_schema_extra={"unit": "steps"},
    )

    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        length = self.decay_steps or max(1, -(-progress.total_steps // 3))
        return float(self.decay_rate ** (progress.step // length))
