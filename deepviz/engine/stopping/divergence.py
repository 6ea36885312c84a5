"""Divergence: the end of a run whose loss climbs, long before its numbers are no longer finite."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from deepviz.engine.stopping_rule import Memory, Seen, StoppingRule
from deepviz.numerals import shortest, thousands


class Divergence(StoppingRule):
    """Ends the run when its loss has been far above the lowest one for a number of steps in a row.

    The loss ``L`` of single batches is noisy, so a running mean ``r`` of it is looked at. With ``t`` counting steps
    from 1 and ``b`` the lowest mean so far, a step is too high when the last line is true::

        r <- r + (L - r) / min(t, steps)
        b <- min(b, r)
        r > b + (factor - 1) |b|              which is factor b, unless the loss is negative
    """

    synonyms: ClassVar[tuple[str, ...]] = ("explosion", "unstable")

    factor: float = Field(
        10.0,
        gt=1,
        le=1e12,
        title="Factor",
        description="How many times the lowest loss is too high.",
        json_schema_extra={"logarithmic": True},
    )
    steps: int = Field(
        20,
        ge=1,
        le=1_000_000_000,
        title="Steps",
        description="For how many steps in a row the loss has to be too high.",
        json_schema_extra={"unit": "steps"},
    )

    def start(self) -> Memory:
        return {"mean": 0.0, "seen": 0.0, "lowest": math.inf, "high": 0.0}

    def reason(self, seen: Seen, memory: Memory) -> str | None:
        memory["seen"] = min(memory["seen"] + 1, float(self.steps))
        mean = memory["mean"] = memory["mean"] + (seen.loss - memory["mean"]) / memory["seen"]
        lowest = memory["lowest"] = min(memory["lowest"], mean)
        memory["high"] = memory["high"] + 1 if mean > lowest + (self.factor - 1) * abs(lowest) else 0.0
        if memory["high"] < self.steps:
            return None
        steps = "one step" if self.steps == 1 else f"{thousands(self.steps)} steps"
        return f"the loss has been more than {shortest(self.factor)} times its lowest, {lowest:.6g}, for {steps}."
