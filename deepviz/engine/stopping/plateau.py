"""Plateau: the end of a run whose training loss no longer falls."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from deepviz.engine.stopping_rule import Memory, Seen, StoppingRule
from deepviz.numerals import thousands


class Plateau(StoppingRule):
    """Ends the run when the training loss hardly falls any more, whatever happens within an epoch.

    The loss of single batches is noisy, so means over ``window`` steps are compared, each with the one before. With
    ``a`` the earlier mean and ``b`` the later one, the run ends when::

        (a - b) / |a| < min_change
    """

    synonyms: ClassVar[tuple[str, ...]] = ("flat", "converged", "slope")

    window: int = Field(
        200,
        ge=1,
        le=1_000_000_000,
        title="Window",
        description="Steps over which the loss is averaged before it is compared.",
        json_schema_extra={"unit": "steps"},
    )
    min_change: float = Field(
        0.001, ge=0, le=1, title="Smallest change", description="The share of itself that the mean loss has to fall by."
    )

    def start(self) -> Memory:
        return {"earlier": math.inf, "total": 0.0, "count": 0.0}

    def reason(self, seen: Seen, memory: Memory) -> str | None:
        memory["total"] += seen.loss
        memory["count"] += 1
        if memory["count"] < self.window:
            return None
        earlier, later = memory["earlier"], memory["total"] / self.window
        memory["earlier"], memory["total"], memory["count"] = later, 0.0, 0.0
        # Written so that a mean of zero, which cannot fall by a share of itself, is a plateau too.
        if earlier == math.inf or earlier - later > self.min_change * abs(earlier):
            return None
        last = f"the last {thousands(self.window)} steps"
        return f"the mean training loss of {last} is {later:.6g}, after {earlier:.6g} before."
