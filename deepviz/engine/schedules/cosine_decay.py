"""Cosine decay: the learning rate falls along half a wave, and may then start again from the top."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from deepviz.engine.schedule import Memory, Progress, Schedule

ROUNDING = 1e-9
"""A restart that rounding puts this little ahead of a step is at that step."""


class CosineDecay(Schedule):
    """The learning rate falls along half a cosine wave, again and again if wanted (Loshchilov & Hutter 2017).

    The first wave has ``first_decay_steps`` steps; each later one is ``t_mul`` times as long and ``m_mul`` times as
    high as the one before. As in Keras's CosineDecayRestarts, with ``f`` the share of wave ``i`` that is over, ``i``
    counting from 0::

        factor = (1 - alpha) m_mul^i (1 + cos(pi f)) / 2 + alpha

    ``alpha`` is Keras's name for the share of the learning rate that is left at the end of a wave.

    Left to itself it is a single wave over the whole run.
    """

    label: ClassVar[str] = "Cosine decay"
    formula: ClassVar[str] = "η ((1 − α)(1 + cos πf) / 2 + α)"
    synonyms: ClassVar[tuple[str, ...]] = ("CosineDecayRestarts", "CosineAnnealingWarmRestarts", "SGDR")

    first_decay_steps: int | None = Field(
        None,
        ge=1,
        le=1_000_000_000,
        title="First decay steps",
        description="Steps of the first wave, after which the rate starts again from the top; if empty, the whole run.",
        json_schema_extra={"unit": "steps"},
    )
    t_mul: float = Field(
        2.0, ge=1, le=100, title="Longer waves", description="How many times as long each wave is as the one before."
    )
    m_mul: float = Field(
        1.0, ge=0, le=1, title="Lower waves", description="How many times as high each wave is as the one before."
    )
    alpha: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Final share",
        description="The share of the learning rate that is left at the end of a wave.",
    )

    def proper_factor(self, progress: Progress, memory: Memory) -> float:
        if self.first_decay_steps is None:
            wave, over = 0, min(1.0, progress.step / progress.total_steps)
        else:
            wave, over = self._wave(progress.step / self.first_decay_steps)
        cosine = self.m_mul**wave * (1 + math.cos(math.pi * over)) / 2
        return float((1 - self.alpha) * cosine + self.alpha)

    def _wave(self, waves: float) -> tuple[int, float]:
        """Which wave it is, from 0, and which share of it is over, after so many lengths of the first wave.

        ``i`` waves together are ``(t_mul^i - 1) / (t_mul - 1)`` times as long as the first.
        """
        if self.t_mul == 1:
            wave = int(waves + ROUNDING)
            return wave, waves - wave
        wave = int(math.log1p(waves * (self.t_mul - 1)) / math.log(self.t_mul) + ROUNDING)
        before = (self.t_mul**wave - 1) / (self.t_mul - 1)
        return wave, (waves - before) / self.t_mul**wave
