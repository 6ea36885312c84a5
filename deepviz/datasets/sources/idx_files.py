"""The user's own images and labels as a pair of IDX files, such as MNIST.

Pixels stay as they are in the file (0 to 255 for MNIST); preprocessing is a separate choice.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from deepviz.datasets.dataset import Array, Dataset, DatasetError
from deepviz.datasets.idx import IdxHeader, NotIdxError, read_header, read_idx
from deepviz.datasets.source import DatasetSource
from deepviz.numerals import thousands

_MAXIMUM_CLASSES = 65_536


class IdxFiles(DatasetSource):
    """Images and labels from a pair of IDX files, as MNIST has them, gzipped or not."""

    key: ClassVar[str] = "idx"
    label: ClassVar[str] = "IDX files (MNIST)"
    category: ClassVar[str] = "Your own files"
    synonyms: ClassVar[tuple[str, ...]] = ("mnist", "fashion mnist", "ubyte", "images")
    needs_files: ClassVar[bool] = True

    images: str = Field(
        "",
        title="Images file",
        description="The file with the images, for instance train-images-idx3-ubyte.gz.",
        json_schema_extra={"kind": "path"},
    )
    labels: str = Field(
        "",
        title="Labels file",
        description="The file with one label for each image, for instance train-labels-idx1-ubyte.gz.",
        json_schema_extra={"kind": "path"},
    )

    def load(self) -> Dataset:
        if not self.images or not self.labels:
            raise DatasetError("Choose an images file and a labels file.")
        images_path, labels_path = Path(self.images).expanduser(), Path(self.labels).expanduser()
        images_header, labels_header = read_header(images_path), read_header(labels_path)
        _check_pair(images_path, images_header, labels_path, labels_header)
        labels = _labels(read_idx(labels_path), labels_path)
        images = read_idx(images_path)
        return Dataset(
            x=images.astype(np.float32)[..., np.newaxis],
            y=labels,
            task="classification",
            class_names=tuple(str(number) for number in range(int(labels.max()) + 1)),
            title=images_path.name,
        )

    @classmethod
    def from_files(cls, paths: Sequence[Path]) -> IdxFiles | None:
        headers: dict[Path, IdxHeader] = {}
        stranger: NotIdxError | None = None
        for path in paths:
            try:
                headers[path] = read_header(path)
            except NotIdxError as error:
                stranger = stranger or error
        if not headers:
            return None
        if stranger is not None:
            raise stranger
        if len(paths) != 2:
            found = "; ".join(f"{path.name} is {header.meaning}" for path, header in headers.items())
            raise DatasetError(f"IDX data is two files, one with images and one with labels, but {found}.")
        (first, first_header), (second, second_header) = ((path, headers[path]) for path in paths)
        if len(first_header.shape) == 1:
            first, first_header, second, second_header = second, second_header, first, first_header
        _check_pair(first, first_header, second, second_header)
        return cls(images=os.path.abspath(first.expanduser()), labels=os.path.abspath(second.expanduser()))


def _check_pair(images_path: Path, images: IdxHeader, labels_path: Path, labels: IdxHeader) -> None:
    """Refuse two files that are not images and their labels, before either is read."""
    images_are_labels, labels_are_images = len(images.shape) == 1, len(labels.shape) == 3
    if images_are_labels and labels_are_images:
        raise DatasetError(
            f"The two files are the wrong way round: {images_path.name} is {images.meaning} and {labels_path.name} is "
            f"{labels.meaning}. Swap them."
        )
    if len(images.shape) != 3:
        raise DatasetError(
            f"{images_path.name} is {images.meaning}, not images. An images file has three dimensions: "
            "number, rows and columns."
        )
    if len(labels.shape) != 1:
        raise DatasetError(f"{labels_path.name} is {labels.meaning}, not labels. A labels file has one dimension.")
    if labels.dtype.kind not in "iu":
        raise DatasetError(f"{labels_path.name} holds decimal numbers; labels must be whole numbers.")
    if images.shape[0] != labels.shape[0]:
        raise DatasetError(
            f"{images_path.name} has {thousands(images.shape[0])} images but "
            f"{labels_path.name} has {thousands(labels.shape[0])} labels. "
            "Choose two files that belong together."
        )


def _labels(labels: Array, path: Path) -> Array:
    for bad, fault in ((labels < 0, "is negative"), (labels >= _MAXIMUM_CLASSES, "is too large")):
        if bad.any():
            row = int(np.argmax(bad))
            raise DatasetError(
                f"{path.name}: label {thousands(row + 1)} is {thousands(int(labels[row]))}, which {fault}. "
                f"Labels are class numbers from 0 to {thousands(_MAXIMUM_CLASSES - 1)}."
            )
    return labels
