"""One cycle: the learning rate rises to its largest value, then falls to next to nothing, once in a run."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from deepviz.engine.schedule import Memory, Progress, Schedule


class OneCycle(Schedule):
    """One rise to the learning rate and one long fall, each along half a cosine wave (Smith & Topin 2019).

    As PyTorch's OneCycleLR in two phases, which calls the learning rate ``max_lr``. In a run of ``S`` steps the rise
    ends at step ``r = pct_start S - 1`` and the fall at the last one; ``f`` is the share of either that is over::

        factor = c + (1 - c) (1 - cos(pi f)) / 2          with c = 1 / div_factor, up to step r, then
        factor = e + (1 - e) (1 + cos(pi f)) / 2          with e = c / final_div_factor
    """

    label: ClassVar[str] = "One cycle"
    formula: ClassVar[str] = "η (c + (1 − c)(1 − cos πf) / 2)"
    synonyms: ClassVar[tuple[str, ...]] = ("OneCycleLR", "super-convergence", "warm-up")

    pct_start: float = Field(
        0.3, ge=0, le=1, title="Rising share", description="The share of the run in which the learning rate rises."
    )
    div_factor: float = Field(
        25.0, ge=1, le=1e6, title="First divisor", description="How many times smaller the rate is at the first step."
    )
    final_div_factor: float = Field(
        1e4,
        ge=1,
        le=1e12,
        title="Final divisor",
        description="How many times smaller than at the first step it is at the last.",
        json_schema_extra={"logarithmic": True},
    )

    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        rise_end, end = self.pct_start * progress.total_steps - 1, progress.total_steps - 1
        first = 1 / self.div_factor
        last = first / self.final_div_factor
        if progress.step <= rise_end or end <= rise_end:
            over = min(1.0, progress.step / rise_end) if rise_end > 0 else 1.0
            return first + (1 - first) * (1 - math.cos(math.pi * over)) / 2
        over = min(1.0, (progress.step - rise_end) / (end - rise_end))
        return last + (1 - last) * (1 + math.cos(math.pi * over)) / 2
