"""A data set in memory: samples, what should be learned from them, and what the numbers are called.

It is checked once, when it is made, so that everything after it can rely on finite numbers and legal labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from deepviz.numerals import thousands

Task = Literal["classification", "regression"]
Array = NDArray[Any]


class DatasetError(ValueError):
    """Data that cannot be used, or a choice about data that cannot be met. The message is meant for the user."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples and their targets, checked.

    Parameters
    ----------
    x
        The samples, shape (n, *sample_shape). Kept as read-only float32.
    y
        For a classification the class numbers, shape (n,), kept as read-only int64; for a regression the target
        values, shape (n, outputs), kept as read-only float32.
    task
        "classification" or "regression".
    class_names
        One name for each class, in the order of their numbers. Empty for a regression.
    feature_names
        One name for each column of flat data, or empty.
    target_names
        One name for each target value of a regression, or empty.
    title, citation
        What to call it, and whom to thank for it.

    Raises
    ------
    DatasetError
        If there is no sample, the lengths differ, a number is missing or infinite (the message names its row and
        column, counted from 1), a label is out of range, or names and columns differ in number.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64] | NDArray[np.float32]
    task: Task
    class_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    title: str = ""
    citation: str = ""
    target_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.task not in ("classification", "regression"):
            raise DatasetError(f"The task must be classification or regression, not {self.task!r}.")
        object.__setattr__(self, "class_names", tuple(str(name) for name in self.class_names))
        object.__setattr__(self, "feature_names", tuple(str(name) for name in self.feature_names))
        x = self._checked_x(np.asarray(self.x))
        y = np.asarray(self.y)
        y = self._checked_labels(y) if self.task == "classification" else self._checked_values(y)
        if len(x) != len(y):
            raise DatasetError(
                f"There are {thousands(len(x))} samples but {thousands(len(y))} targets; each sample needs one."
            )
        object.__setattr__(self, "x", read_only(x))
        object.__setattr__(self, "y", read_only(y))

    def __len__(self) -> int:
        """The number of samples."""
        return len(self.x)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one sample, without the batch axis."""
        return self.x.shape[1:]

    @property
    def classes(self) -> int:
        """The number of classes; 0 for a regression."""
        return len(self.class_names)

    @property
    def outputs(self) -> int:
        """How many numbers a network should give for one sample: one for each class or for each target value."""
        return self.classes if self.task == "classification" else int(self.y.shape[1])

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """The class numbers, shape (n,); None for a regression."""
        return self.y.astype(np.int64, copy=False) if self.task == "classification" else None

    def _checked_x(self, x: Array) -> NDArray[np.float32]:
        if x.ndim < 2 or 0 in x.shape[1:]:
            raise DatasetError(f"Samples must have at least one feature each; the array of samples is {_shape(x)}.")
        if len(x) == 0:
            raise DatasetError("There are no samples.")
        if self.feature_names and (x.ndim != 2 or x.shape[1] != len(self.feature_names)):
            shape = " x ".join(str(size) for size in x.shape[1:])
            raise DatasetError(
                f"There are {len(self.feature_names)} feature names, but each sample is {shape} numbers."
            )
        return _finite(x, "column", self.feature_names)

    def _checked_labels(self, y: Array) -> NDArray[np.int64]:
        if not self.class_names:
            raise DatasetError("A classification needs the names of its classes.")
        if y.ndim != 1:
            raise DatasetError(f"Labels must be one class number for each sample; the array of labels is {_shape(y)}.")
        if y.dtype.kind not in "iu":
            raise DatasetError(f"Labels must be whole numbers, not {y.dtype}.")
        bad = np.flatnonzero((y < 0) | (y >= self.classes))
        if bad.size:
            row = int(bad[0])
            raise DatasetError(
                f"Row {row + 1} has the label {int(y[row])}, but the {self.classes} classes are numbered from 0 to "
                f"{self.classes - 1}."
            )
        return y.astype(np.int64)

    def _checked_values(self, y: Array) -> NDArray[np.float32]:
        if self.class_names:
            raise DatasetError("A regression has no classes, yet class names were given.")
        if y.ndim != 2 or y.shape[1] == 0:
            raise DatasetError(f"Targets of a regression must be a table (samples, outputs); the array is {_shape(y)}.")
        return _finite(y, "target", ())


def _finite(values: Array, column_word: str, names: tuple[str, ...]) -> NDArray[np.float32]:
    """The values as float32, or an error that says where the first one is that is missing or infinite."""
    if values.dtype.kind not in "iufb":
        raise DatasetError(f"Data must be numbers, not {values.dtype}.")
    with np.errstate(over="ignore"):
        converted = np.ascontiguousarray(values, dtype=np.float32)
    finite = np.isfinite(converted)
    if finite.all():
        return converted
    place = tuple(int(i) for i in np.unravel_index(int(np.argmin(finite)), values.shape))
    if len(place) == 2:
        name = f" ({names[place[1]]})" if names else ""
        where = f"Row {place[0] + 1}, {column_word} {place[1] + 1}{name}"
    else:
        inside = ", ".join(str(i + 1) for i in place[1:])
        where = f"Row {place[0] + 1}, position ({inside}) inside the sample,"
    value = float(values[place])
    if np.isnan(value):
        raise DatasetError(f"{where} has no value (NaN). Every value must be a finite number.")
    if np.isinf(value):
        raise DatasetError(f"{where} is infinite. Every value must be a finite number.")
    raise DatasetError(f"{where} is {value:g}, which is too large for 32-bit numbers.")


def _shape(array: Array) -> str:
    return f"{array.shape}" if array.ndim else "a single number"


def read_only(array: Array) -> Array:
    """A view that refuses to be written to; the array it looks at is left as it was."""
    view = array.view()
    view.setflags(write=False)
    return view
