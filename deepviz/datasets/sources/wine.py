"""Wines from three cultivars: 178 samples, 13 chemical measurements.

The features differ in size by a factor of a thousand, which shows why preprocessing matters.
"""

from __future__ import annotations

from typing import ClassVar

from deepviz.datasets.bundled import read_bundled
from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Wine(DatasetSource):
    """Wines from three cultivars, told apart by chemical analysis."""

    key: ClassVar[str] = "wine"
    label: ClassVar[str] = "Wine"
    category: ClassVar[str] = "Real"
    synonyms: ClassVar[tuple[str, ...]] = ("cultivars", "chemistry")

    def load(self) -> Dataset:
        return read_bundled(
            "wine",
            self.label,
            "S. Aeberhard and M. Forina (1992), Wine, UCI Machine Learning Repository, "
            "doi:10.24432/C5PC7J (CC BY 4.0).",
        )
