"""The exclusive or with continuous inputs: opposite quadrants belong together.

The smallest problem that a network without a hidden layer cannot solve. Two features between -1 and 1.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Xor(DatasetSource):
    """Four quadrants, where the class says whether the signs of x and y differ."""

    key: ClassVar[str] = "xor"
    label: ClassVar[str] = "XOR"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("exclusive or", "quadrants", "checkerboard")

    samples: int = Field(600, ge=20, le=100_000, title="Samples", description="How many points there are in all.")
    noise: float = Field(
        0.02, ge=0, le=1, title="Noise", description="Standard deviation of the random shift of each point."
    )
    gap: float = Field(
        0.06, ge=0, lt=1, title="Gap", description="Distance that points keep from the two axes before noise is added."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same points every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        # Quadrants take turns as (+, +), (+, -), (-, -), (-, +), so both the classes and the quadrants are balanced.
        quadrant = np.arange(self.samples) % 4
        signs = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])[quadrant]
        x = signs * rng.uniform(self.gap, 1.0, size=(self.samples, 2))
        x += rng.normal(scale=self.noise, size=x.shape)
        order = rng.permutation(self.samples)
        return Dataset(
            x=x[order].astype(np.float32),
            y=(quadrant % 2)[order],
            task="classification",
            class_names=("Same sign", "Different sign"),
            feature_names=("x", "y"),
            title=self.label,
        )
