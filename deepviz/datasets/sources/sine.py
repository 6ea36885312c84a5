"""Points beside a sine curve: the smallest problem in which a network has to bend.

One feature between -1 and 1 and one target; a straight line explains little of it.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Sine(DatasetSource):
    """A sine curve between -1 and 1, measured with noise."""

    key: ClassVar[str] = "sine"
    label: ClassVar[str] = "Noisy sine"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("sinus", "curve", "wave", "regression")

    samples: int = Field(600, ge=20, le=100_000, title="Samples", description="How many points there are in all.")
    periods: float = Field(2.0, gt=0, le=20, title="Periods", description="How many waves there are from x = -1 to 1.")
    noise: float = Field(
        0.1, ge=0, le=10, title="Noise", description="Standard deviation of the random shift of each point up or down."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same points every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        x = rng.uniform(-1.0, 1.0, (self.samples, 1))
        y = np.sin(np.pi * self.periods * x) + rng.normal(scale=self.noise, size=x.shape)
        return Dataset(
            x=x.astype(np.float32),
            y=y.astype(np.float32),
            task="regression",
            feature_names=("x",),
            title=self.label,
        )
