"""Step limit: the end of a run that has made enough steps, wherever in an epoch that is."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deepviz.engine.stopping_rule import Memory, Seen, StoppingRule
from deepviz.numerals import thousands


class StepLimit(StoppingRule):
    """Ends the run after a number of steps, counted from the first one, also after a resume."""

    label: ClassVar[str] = "Step limit"
    synonyms: ClassVar[tuple[str, ...]] = ("maximum", "iterations", "budget")

    steps: int = Field(
        10_000,
        ge=1,
        le=1_000_000_000,
        title="Steps",
        description="How many steps the run may make.",
        json_schema_extra={"unit": "steps"},
    )

    def reason(self, seen: Seen, memory: Memory) -> str | None:
        return None if seen.step < self.steps else f"the limit of {thousands(self.steps)} steps is reached."
