"""Reader for the real data sets that travel with DeepViz as npz files.

Each file holds plain arrays: `x`, `y`, `class_names` (none for a regression) and `feature_names`. Where they come from
is in LICENSES.md.
"""

from __future__ import annotations

import zipfile
import zlib

import numpy as np

from deepviz.datasets.dataset import Dataset, DatasetError
from deepviz.resources_path import resource


def read_bundled(name: str, title: str, citation: str) -> Dataset:
    """Read a bundled set: a classification if it names classes, otherwise a regression.

    Parameters
    ----------
    name
        Name of the file below `resources/datasets`, without its suffix.
    title, citation
        Passed on to the data set.

    Raises
    ------
    DatasetError
        If the file is missing or damaged, which means that the installation is incomplete.
    """
    path = resource("datasets", f"{name}.npz")
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            class_names = tuple(arrays["class_names"].tolist())
            return Dataset(
                x=arrays["x"],
                y=arrays["y"],
                task="classification" if class_names else "regression",
                class_names=class_names,
                feature_names=tuple(arrays["feature_names"].tolist()),
                title=title,
                citation=citation,
            )
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(
            f"The built-in data set {title} is missing or damaged ({path}). Install DeepViz again."
        ) from error
