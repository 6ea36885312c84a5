"""Fisher's iris flowers: 150 samples, 4 measurements in centimetres, 3 species.

The values are those of Fisher's paper, as in R and scikit-learn; the copy at UCI differs in two samples.
"""

from __future__ import annotations

from typing import ClassVar

from deepviz.datasets.bundled import read_bundled
from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Iris(DatasetSource):
    """Three species of iris, told apart by the length and width of petals and sepals."""

    key: ClassVar[str] = "iris"
    label: ClassVar[str] = "Iris"
    category: ClassVar[str] = "Real"
    synonyms: ClassVar[tuple[str, ...]] = ("fisher", "flowers")

    def load(self) -> Dataset:
        return read_bundled(
            "iris",
            self.label,
            "R. A. Fisher (1936), The use of multiple measurements in taxonomic problems. Iris, UCI Machine Learning "
            "Repository, doi:10.24432/C56C76 (CC BY 4.0).",
        )
