"""Heights above the plane, in hills and hollows: the smallest problem whose answer is a bent surface.

Two features between -1 and 1 and one target; a flat plane explains little of it. In the formula of the height, d is the
distance of a point to the middle of each hill (+) and hollow (-), three by two of them.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource

_TOPS = ((-0.65, 0.4), (0.65, 0.4), (0.0, -0.4))
_BOTTOMS = ((-0.65, -0.4), (0.65, -0.4), (0.0, 0.4))


class Hills(DatasetSource):
    """Three hills and three hollows in turns, z = height Σ ± exp(-d² / 2 width²) + slope (x + y) / 2, with noise."""

    key: ClassVar[str] = "hills"
    label: ClassVar[str] = "Hills and hollows"
    category: ClassVar[str] = "Generated"
    synonyms: ClassVar[tuple[str, ...]] = ("regression", "surface", "plane", "gaussian", "landscape", "heights")

    samples: int = Field(800, ge=20, le=100_000, title="Samples", description="How many points there are in all.")
    height: float = Field(
        1.0, ge=0, le=100, title="Height", description="How high a hill and how deep a hollow is. 0 leaves the slope."
    )
    width: float = Field(
        0.3, ge=0.05, le=2, title="Width", description="Standard deviation of each hill and hollow. Less is harder."
    )
    slope: float = Field(
        0.0, ge=-100, le=100, title="Slope", description="How much the ground rises from the middle to x = y = 1."
    )
    noise: float = Field(
        0.05, ge=0, le=10, title="Noise", description="Standard deviation of the random shift of each target."
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same points every time."
    )

    def load(self) -> Dataset:
        rng = np.random.default_rng(self.seed)
        x = rng.uniform(-1.0, 1.0, (self.samples, 2))
        z = self.height * (self._mounds(x, _TOPS) - self._mounds(x, _BOTTOMS)) + self.slope * x.mean(axis=1)
        y = z[:, None] + rng.normal(scale=self.noise, size=(self.samples, 1))
        return Dataset(
            x=x.astype(np.float32),
            y=y.astype(np.float32),
            task="regression",
            feature_names=("x", "y"),
            target_names=("height",),
            title=self.label,
        )

    def _mounds(self, x: np.ndarray, centres: tuple[tuple[float, float], ...]) -> np.ndarray:
        """The sum of Gaussian mounds of height 1 at each point."""
        squares = np.square(x[:, None, :] - np.array(centres)).sum(axis=-1)
        heights: np.ndarray = np.exp(squares / (-2.0 * self.width**2)).sum(axis=1)
        return heights
