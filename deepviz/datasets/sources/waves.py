"""Waves of four forms: sequences that are told apart by how they go on, not by any single value.

Each is one number a step, between about -1 and 1, and starts anywhere in its period.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource

_FORMS = ("Sine", "Square", "Triangle", "Sawtooth")
_SLOWEST, _FASTEST = 1.5, 3.0
"""Periods in one sequence."""


class Waves(DatasetSource):
    """Sequences of a sine, a square, a triangle or a sawtooth wave, each with a speed and a start of its own."""

    key: ClassVar[str] = "waves"
    label: ClassVar[str] = "Waves"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("sequence", "time series", "signal", "sound", "recurrent")

    samples: int = Field(800, ge=20, le=100_000, title="Samples", description="How many sequences there are in all.")
    steps: int = Field(32, ge=8, le=1_000, title="Steps", description="How many numbers each sequence has.")
    noise: float = Field(
        0.1, ge=0, le=2, title="Noise", description="Standard deviation of what is added to each number."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same sequences every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        y = np.arange(self.samples) % len(_FORMS)
        periods = rng.uniform(_SLOWEST, _FASTEST, (self.samples, 1))
        start = rng.uniform(0.0, 1.0, (self.samples, 1))
        phase = (start + periods * np.arange(self.steps) / self.steps) % 1.0
        sawtooth = 2.0 * phase - 1.0
        forms = [np.sin(2 * np.pi * phase), np.sign(0.5 - phase), 1.0 - 2.0 * np.abs(sawtooth), sawtooth]
        x = np.choose(y[:, None], forms) + rng.normal(scale=self.noise, size=phase.shape)
        order = rng.permutation(self.samples)
        return Dataset(
            x=x[order][:, :, None].astype(np.float32),
            y=y[order],
            task="classification",
            class_names=_FORMS,
            title=self.label,
        )
