"""Handwritten digits: 1,797 images of 8 x 8 pixels with values from 0 to 16.

Small enough to learn in seconds, large enough to be a real task.
"""

from __future__ import annotations

from typing import ClassVar

from deepviz.datasets.bundled import read_bundled
from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource


class Digits(DatasetSource):
    """Handwritten digits as small images of 8 x 8 pixels."""

    key: ClassVar[str] = "digits"
    label: ClassVar[str] = "Digits 8 x 8"
    category: ClassVar[str] = "Real"
    synonyms: ClassVar[tuple[str, ...]] = ("handwriting", "optdigits", "images")

    def load(self) -> Dataset:
        return read_bundled(
            "digits",
            self.label,
            "E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning "
            "Repository, doi:10.24432/C50P49 (CC BY 4.0).",
        )
