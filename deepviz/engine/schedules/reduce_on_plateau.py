"""Reduce on plateau: the learning rate falls when the loss has stopped falling."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from deepviz.engine.schedule import Memory, Progress, Schedule


class ReduceOnPlateau(Schedule):
    """The learning rate falls whenever the loss has not improved for some epochs, as Keras's ReduceLROnPlateau.

    After each epoch it looks at the loss on the validation data, or at the training loss of the epoch where there are
    none. A loss improves if it is more than ``min_delta`` below the lowest so far. After ``patience`` epochs in a row
    without that::

        factor <- max(decay_factor factor, minimum)

    and then it waits for ``cooldown`` epochs, of which the last counts again. Both are counted as Keras counts them;
    in PyTorch, which has ``min_delta`` as its absolute threshold, either would be one less. Keras calls
    ``decay_factor`` factor, and its min_lr is a learning rate, where ``minimum`` is a share of the one that
    training starts with.
    """

    label: ClassVar[str] = "Reduce on plateau"
    formula: ClassVar[str] = "η ← γ η when the loss stays"
    synonyms: ClassVar[tuple[str, ...]] = ("ReduceLROnPlateau", "patience", "adaptive")

    decay_factor: float = Field(
        0.1, gt=0, lt=1, title="Factor", description="What the learning rate is multiplied by each time."
    )
    patience: int = Field(
        10,
        ge=1,
        le=1_000_000,
        title="Patience",
        description="Epochs without improvement before the learning rate falls.",
        json_schema_extra={"unit": "epochs"},
    )
    min_delta: float = Field(
        1e-4, ge=0, le=1e6, title="Smallest change", description="By how much the loss must fall to count as better."
    )
    cooldown: int = Field(
        0,
        ge=0,
        le=1_000_000,
        title="Cool-down",
        description="Epochs after a fall that are not counted.",
        json_schema_extra={"unit": "epochs"},
    )
    minimum: float = Field(
        0.0, ge=0, le=1, title="Minimum", description="The share of the learning rate below which it never falls."
    )

    def start(self) -> Memory:
        return {"factor": 1.0, "best": math.inf, "waited": 0.0, "cooling": 0.0}

    def observe(self, memory: Memory, value: float) -> None:
        if memory["cooling"]:
            memory["cooling"] -= 1
            memory["waited"] = 0.0
        if value < memory["best"] - self.min_delta:
            memory["best"], memory["waited"] = value, 0.0
        elif not memory["cooling"]:
            memory["waited"] += 1
            if memory["waited"] >= self.patience:
                memory["factor"] = max(memory["factor"] * self.decay_factor, self.minimum)
                memory["cooling"], memory["waited"] = float(self.cooldown), 0.0

    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        return memory["factor"]
