"""Round clouds of points, one for each class: the easiest data there is, as long as the clouds stay apart.

Two features; the centres lie evenly on a circle of radius 0.7.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource

_CENTRE_RADIUS = 0.7


class Blobs(DatasetSource):
    """Gaussian blobs, one for each class."""

    key: ClassVar[str] = "blobs"
    label: ClassVar[str] = "Gaussian blobs"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("gaussian", "clusters", "clouds")

    samples: int = Field(600, ge=20, le=100_000, title="Samples", description="How many points there are in all.")
    classes: int = Field(3, ge=2, le=10, title="Classes", description="How many blobs there are, one for each class.")
    spread: float = Field(
        0.15, ge=0, le=2, title="Spread", description="Standard deviation of each blob. More makes them overlap."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same points every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        y = np.arange(self.samples) % self.classes
        angle = np.pi / 4 + 2 * np.pi * y / self.classes
        x = _CENTRE_RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        x += rng.normal(scale=self.spread, size=x.shape)
        order = rng.permutation(self.samples)
        return Dataset(
            x=x[order].astype(np.float32),
            y=y[order],
            task="classification",
            class_names=tuple(f"Blob {number + 1}" for number in range(self.classes)),
            feature_names=("x", "y"),
            title=self.label,
        )
