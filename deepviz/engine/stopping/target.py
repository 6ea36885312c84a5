"""Target: the end of a run that is good enough."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deepviz.engine.stopping_rule import Memory, Monitoring, Seen
from deepviz.numerals import shortest


class Target(Monitoring):
    """Ends the run after the first epoch in which a number reaches its target."""

    synonyms: ClassVar[tuple[str, ...]] = ("goal", "threshold", "good enough")

    target: float = Field(
        0.01, ge=-1e12, le=1e12, title="Target", description="The value that the number has to reach, from either side."
    )

    def reason(self, seen: Seen, memory: Memory) -> str | None:
        if seen.epoch is None:
            return None
        value = self.value(seen.epoch)
        if (value <= self.target) if self.wants_less else (value >= self.target):
            return f"the {self.words} is {value:.6g} and has reached its target of {shortest(self.target)}."
        return None
