"""Cars of 1970 to 1982 and how far they go on a gallon: 392 samples, 9 measurements, a number to predict.

The Auto MPG set of Carnegie Mellon University's StatLib.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from deepviz.datasets.bundled import read_bundled
from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class AutoMpg(DatasetSource):
    """How many miles a car goes on a gallon, from its weight, power, year and origin."""

    key: ClassVar[str] = "auto-mpg"
    label: ClassVar[str] = "Auto MPG"
    category: ClassVar[str] = "Real"
    synonyms: ClassVar[tuple[str, ...]] = ("cars", "fuel", "miles per gallon", "regression")

    def load(self) -> Dataset:
        dataset = read_bundled(
            "auto_mpg",
            self.label,
            "R. Quinlan (1993), Auto MPG, UCI Machine Learning Repository, doi:10.24432/C5859H (CC BY 4.0).",
        )
        return replace(dataset, target_names=("mpg",))
