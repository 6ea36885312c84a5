"""Data made ready for training: divided, brought into range, and frozen.

This is what the training thread, the command line and the shape check are handed; none of them prepares data itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepviz.datasets.dataset import Dataset, Task, read_only
from deepviz.datasets.preprocessing import Preprocessing, Scaler
from deepviz.datasets.split import Indices, SplitChoice, split_indices


@dataclass(frozen=True, eq=False)
class Part:
    """Some samples of a data set, ready for the network. The arrays are read-only.

    Parameters
    ----------
    x
        Preprocessed samples, float32, shape (n, *sample_shape).
    y
        Class numbers, int64, shape (n,), or target values, float32, shape (n, outputs).
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64] | NDArray[np.float32]

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", read_only(self.x))
        object.__setattr__(self, "y", read_only(self.y))

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.x)


@dataclass(frozen=True, eq=False)
class PreparedData:
    """The three parts of a data set and the facts about it. A part with a share of 0 % is None.

    `scaler` is what was applied to `x` of every part; new samples must go through it as well.
    """

    train: Part
    validation: Part | None
    test: Part | None
    scaler: Scaler
    task: Task
    sample_shape: tuple[int, ...]
    outputs: int
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    title: str
    citation: str = ""
    target_names: tuple[str, ...] = ()

    @property
    def target_words(self) -> tuple[str, ...]:
        """What each target value is called: by its name, else "target", with its number where there are several."""
        if len(self.target_names) == self.outputs:
            return self.target_names
        return ("target",) if self.outputs == 1 else tuple(f"target {each + 1}" for each in range(self.outputs))


def prepare(dataset: Dataset, split_choice: SplitChoice, preprocessing: Preprocessing) -> PreparedData:
    """Divide a data set and preprocess its parts by what the training part looks like.

    Raises
    ------
    DatasetError
        If there are fewer samples than parts.
    """
    train, validation, test = split_indices(len(dataset), dataset.labels, split_choice)
    scaler = preprocessing.fit(dataset.x[train])

    def part(indices: Indices) -> Part:
        return Part(scaler.apply(dataset.x[indices]), dataset.y[indices])

    return PreparedData(
        train=part(train),
        validation=part(validation) if len(validation) else None,
        test=part(test) if len(test) else None,
        scaler=scaler,
        task=dataset.task,
        sample_shape=dataset.sample_shape,
        outputs=dataset.outputs,
        class_names=dataset.class_names,
        feature_names=dataset.feature_names,
        target_names=dataset.target_names,
        title=dataset.title,
        citation=dataset.citation,
    )
