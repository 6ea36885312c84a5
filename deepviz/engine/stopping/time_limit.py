"""Time limit: the end of a run that has taken long enough."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deepviz.engine.stopping_rule import Memory, Seen, StoppingRule
from deepviz.numerals import shortest


class TimeLimit(StoppingRule):
    """Ends the run after a time of training, pauses left out.

    What was trained before a resume is counted.
    """

    label: ClassVar[str] = "Time limit"
    synonyms: ClassVar[tuple[str, ...]] = ("seconds", "budget", "duration")

    seconds: float = Field(
        600.0,
        gt=0,
        le=1e9,
        title="Seconds",
        description="How long the run may train.",
        json_schema_extra={"unit": "s"},
    )

    def reason(self, seen: Seen, memory: Memory) -> str | None:
        if seen.seconds < self.seconds:
            return None
        return f"the time limit of {shortest(self.seconds)} seconds is reached."
