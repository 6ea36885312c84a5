"""Breast tumours, malignant or benign: 569 samples, 30 measurements of cell nuclei.

The diagnostic set of the University of Wisconsin.
"""

from __future__ import annotations

from typing import ClassVar

from deepviz.datasets.bundled import read_bundled
from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class BreastCancer(DatasetSource):
    """Malignant and benign tumours, told apart by measurements of their cell nuclei."""

    key: ClassVar[str] = "breast-cancer"
    label: ClassVar[str] = "Breast cancer"
    category: ClassVar[str] = "Real"
    synonyms: ClassVar[tuple[str, ...]] = ("wisconsin", "tumour", "diagnosis")

    def load(self) -> Dataset:
        return read_bundled(
            "breast_cancer",
            self.label,
            "W. Wolberg, O. Mangasarian, N. Street and W. Street (1993), Breast Cancer Wisconsin (Diagnostic), UCI "
            "Machine Learning Repository, doi:10.24432/C5DW2B (CC BY 4.0).",
        )
