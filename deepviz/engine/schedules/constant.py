"""Constant: the learning rate stays what it is."""

from __future__ import annotations

from typing import ClassVar

from deepviz.engine.schedule import Memory, Progress, Schedule


class Constant(Schedule):
    """The learning rate stays what it is, after a warm-up if there is one.

    ::

        factor = 1
    """

    formula: ClassVar[str] = "η"
    synonyms: ClassVar[tuple[str, ...]] = ("none", "fixed", "warm-up")

    @property
    def is_constant(self) -> bool:
        return self.warmup_steps == 0

    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        return 1.0
