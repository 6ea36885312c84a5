"""Data to learn from: built-in sets, files of the user's own, splits and preprocessing.

Names are looked up when first used, so importing this package loads neither NumPy nor a data set.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepviz.datasets.dataset import Dataset, DatasetError
    from deepviz.datasets.prepared import Part, PreparedData, prepare
    from deepviz.datasets.preprocessing import Preprocessing, Scaler
    from deepviz.datasets.source import DatasetSource, registry, source_for_files
    from deepviz.datasets.split import SplitChoice, split_indices

__all__ = [
    "Dataset",
    "DatasetError",
    "DatasetSource",
    "Part",
    "PreparedData",
    "Preprocessing",
    "Scaler",
    "SplitChoice",
    "prepare",
    "registry",
    "source_for_files",
    "split_indices",
]

_HOMES = {
    "Dataset": "dataset",
    "DatasetError": "dataset",
    "DatasetSource": "source",
    "Part": "prepared",
    "PreparedData": "prepared",
    "Preprocessing": "preprocessing",
    "Scaler": "preprocessing",
    "SplitChoice": "split",
    "prepare": "prepared",
    "registry": "source",
    "source_for_files": "source",
    "split_indices": "split",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
