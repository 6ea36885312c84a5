"""Interleaved spiral arms, the classic data that a shallow network struggles with.

Two features, one arm a class; the arms wind from near the centre out to radius 1.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource

_INNER_RADIUS = 0.05


class Spirals(DatasetSource):
    """Interleaved spiral arms, one for each class."""

    key: ClassVar[str] = "spirals"
    label: ClassVar[str] = "Spirals"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("spiral", "swirl")

    samples: int = Field(600, ge=20, le=100_000, title="Samples", description="How many points there are in all.")
    classes: int = Field(2, ge=2, le=10, title="Classes", description="How many arms there are, one for each class.")
    turns: float = Field(
        1.75, gt=0, le=5, title="Turns", description="How often each arm winds around the centre. More is harder."
    )
    noise: float = Field(
        0.02, ge=0, le=1, title="Noise", description="Standard deviation of the random shift of each point."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same points every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        y = np.arange(self.samples) % self.classes
        along = (np.arange(self.samples) // self.classes + 0.5) / np.ceil(self.samples / self.classes)
        angle = 2 * np.pi * (self.turns * along + y / self.classes)
        radius = _INNER_RADIUS + (1 - _INNER_RADIUS) * along
        x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        x += rng.normal(scale=self.noise, size=x.shape)
        order = rng.permutation(self.samples)
        return Dataset(
            x=x[order].astype(np.float32),
            y=y[order],
            task="classification",
            class_names=tuple(f"Arm {number + 1}" for number in range(self.classes)),
            feature_names=("x", "y"),
            title=self.label,
        )
