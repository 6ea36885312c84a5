"""Points beside a straight line: what linear regression was made for.

One feature and one target; the best answer is known, because the line is.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Line(DatasetSource):
    """A straight line, y = slope x + intercept, measured with noise."""

    key: ClassVar[str] = "line"
    label: ClassVar[str] = "Noisy line"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("linear", "regression", "straight")

    samples: int = Field(300, ge=20, le=100_000, title="Samples", description="How many points there are in all.")
    slope: float = Field(2.0, ge=-100, le=100, title="Slope", description="How much the line rises from x = 0 to 1.")
    intercept: float = Field(1.0, ge=-100, le=100, title="Intercept", description="Where the line is at x = 0.")
    noise: float = Field(
        0.3, ge=0, le=10, title="Noise", description="Standard deviation of the random shift of each point up or down."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same points every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        x = rng.uniform(-1.0, 1.0, (self.samples, 1))
        y = self.slope * x + self.intercept + rng.normal(scale=self.noise, size=x.shape)
        return Dataset(
            x=x.astype(np.float32),
            y=y.astype(np.float32),
            task="regression",
            feature_names=("x",),
            title=self.label,
        )
