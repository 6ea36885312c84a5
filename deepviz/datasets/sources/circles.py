"""One circle inside another: no straight line separates them, one hidden layer does.

Two features; the outer circle has radius 1.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Circles(DatasetSource):
    """A circle inside a larger one."""

    key: ClassVar[str] = "circles"
    label: ClassVar[str] = "Circles"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("circle", "rings", "concentric")

    samples: int = Field(600, ge=20, le=100_000, title="Samples", description="How many points there are in all.")
    noise: float = Field(
        0.08, ge=0, le=1, title="Noise", description="Standard deviation of the random shift of each point."
    )
    factor: float = Field(
        0.5, gt=0, lt=1, title="Inner radius", description="Radius of the inner circle; the outer one has radius 1."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same points every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        y = np.arange(self.samples) % 2
        angle = rng.uniform(0, 2 * np.pi, self.samples)
        radius = np.where(y == 0, self.factor, 1.0)
        x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        x += rng.normal(scale=self.noise, size=x.shape)
        order = rng.permutation(self.samples)
        return Dataset(
            x=x[order].astype(np.float32),
            y=y[order],
            task="classification",
            class_names=("Inner", "Outer"),
            feature_names=("x", "y"),
            title=self.label,
        )
