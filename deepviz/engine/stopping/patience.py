"""Patience: the end of a run that has not become better for some epochs."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from deepviz.engine.stopping_rule import Memory, Monitoring, Seen


class Patience(Monitoring):
    """Ends the run when a number has not improved for some epochs in a row, as Keras's EarlyStopping.

    It improves if it is better than the best so far by more than ``min_delta``. When to stop so is weighed by Prechelt
    1998.
    """

    synonyms: ClassVar[tuple[str, ...]] = ("early stopping", "EarlyStopping", "overfitting")

    patience: int = Field(
        10,
        ge=1,
        le=1_000_000,
        title="Patience",
        description="Epochs in a row without improvement after which the run ends.",
        json_schema_extra={"unit": "epochs"},
    )
    min_delta: float = Field(
        0.0,
        ge=0,
        le=1e6,
        title="Smallest change",
        description="By how much the number must improve to count as better.",
    )

    def start(self) -> Memory:
        return {"best": math.inf if self.wants_less else -math.inf, "waited": 0.0}

    def reason(self, seen: Seen, memory: Memory) -> str | None:
        if seen.epoch is None:
            return None
        value, best = self.value(seen.epoch), memory["best"]
        if (value < best - self.min_delta) if self.wants_less else (value > best + self.min_delta):
            memory["best"], memory["waited"] = value, 0.0
            return None
        memory["waited"] += 1
        if memory["waited"] < self.patience:
            return None
        epochs = "one epoch" if self.patience == 1 else f"{self.patience} epochs"
        return f"the {self.words} has not become better than {best:.6g} for {epochs}."
