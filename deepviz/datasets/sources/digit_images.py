"""Handwritten digits without their labels: each image is its own target, so a network learns to put it together again.

1,797 images of 8 x 8 pixels with values from 0 to 1; the target is the same image as one row of 64 numbers.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from deepviz.datasets.bundled import read_bundled
from deepviz.datasets.dataset import Dataset
from deepviz.datasets.source import DatasetSource

_WHITE = 16.0


class DigitImages(DatasetSource):
    """Images of digits as their own targets, for networks that learn to rebuild what they see."""

    key: ClassVar[str] = "digit-images"
    label: ClassVar[str] = "Digits to rebuild"
    category: ClassVar[str] = "Real"
    synonyms: ClassVar[tuple[str, ...]] = ("autoencoder", "reconstruction", "denoising", "unsupervised", "no labels")

    def load(self) -> Dataset:
        digits = read_bundled(
            "digits",
            self.label,
            "E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning "
            "Repository, doi:10.24432/C50P49 (CC BY 4.0).",
        )
        images = digits.x / np.float32(_WHITE)
        return Dataset(
            x=images,
            y=images.reshape(len(images), -1),
            task="regression",
            title=digits.title,
            citation=digits.citation,
        )
