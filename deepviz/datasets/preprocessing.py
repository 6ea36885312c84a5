"""Bringing numbers into a range that a network learns well from, and back again.

What is subtracted and divided by is measured on the training part alone, so nothing leaks out of the other parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from deepviz.datasets.dataset import Array, DatasetError
from deepviz.registry import Definition

Method = Literal["none", "scale 0 to 1", "scale -1 to 1", "standardise"]

# Work goes in blocks of about this many numbers, so that the float64 copies stay small beside the data.
_BLOCK = 1 << 18


@dataclass(frozen=True, eq=False)
class Scaler:
    """Subtracts an offset and divides by a scale.

    Parameters
    ----------
    offset, scale
        Float64 arrays of shape (features,) for flat samples, or (1,) where one pair serves every number of a sample
        (images). No scale is 0.
    """

    offset: NDArray[np.float64]
    scale: NDArray[np.float64]

    def __post_init__(self) -> None:
        offset = np.array(self.offset, dtype=np.float64)
        scale = np.array(self.scale, dtype=np.float64)
        if offset.ndim != 1 or offset.shape != scale.shape or offset.size == 0:
            raise DatasetError(f"Offset {offset.shape} and scale {scale.shape} must be two lists of the same length.")
        if not (np.isfinite(offset).all() and np.isfinite(scale).all() and scale.all()):
            raise DatasetError("Offset and scale must be finite numbers, and no scale may be 0.")
        offset.setflags(write=False)
        scale.setflags(write=False)
        object.__setattr__(self, "offset", offset)
        object.__setattr__(self, "scale", scale)

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing."""
        return bool(not self.offset.any() and (self.scale == 1.0).all())

    def apply(self, x: Array) -> NDArray[np.float32]:
        """The samples (n, *sample_shape), brought into range, as a new float32 array.

        Raises
        ------
        DatasetError
            If the samples have another number of features than those it was measured on.
        """
        return self._mapped(x, lambda block: (block - self.offset) / self.scale)

    def invert(self, x: Array) -> NDArray[np.float32]:
        """Undo `apply`: scaled samples back in their original units, as a new float32 array."""
        return self._mapped(x, lambda block: block * self.scale + self.offset)

    def to_arrays(self) -> dict[str, NDArray[np.float64]]:
        """The two arrays by name, for saving."""
        return {"offset": self.offset, "scale": self.scale}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Scaler:
        """Read back what `to_arrays` gave.

        Raises
        ------
        DatasetError
            If an array is missing or not usable.
        """
        if "offset" not in arrays or "scale" not in arrays:
            raise DatasetError("A saved preprocessing must have an offset and a scale.")
        return cls(arrays["offset"], arrays["scale"])

    def _mapped(self, x: Array, function: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float32]:
        if self.offset.size > 1 and x.shape[1:] != self.offset.shape:
            found = " x ".join(str(size) for size in x.shape[1:])
            raise DatasetError(
                f"These samples have {found} features, but the preprocessing was measured on {self.offset.size}."
            )
        result = np.empty(x.shape, dtype=np.float32)
        for rows in _blocks(x):
            result[rows] = function(x[rows].astype(np.float64))
        return result


class Preprocessing(Definition):
    """What is done to the numbers before the network sees them."""

    key: ClassVar[str] = "preprocessing"
    label: ClassVar[str] = "Preprocessing"

    method: Method = Field(
        "standardise",
        title="Preprocessing",
        description="Standardise gives each feature mean 0 and standard deviation 1; scaling maps its smallest and "
        "largest training value to the ends of the range. Images are treated as a whole.",
    )

    def fit(self, x_train: Array) -> Scaler:
        """Measure offset and scale on training samples.

        Parameters
        ----------
        x_train
            Samples, shape (n, features) for one offset and scale a feature, or (n, rows, columns, ...) for one
            offset and scale over all pixels.

        Returns
        -------
        Scaler
            A feature that never changes is mapped to 0 instead of being divided by 0.

        Raises
        ------
        DatasetError
            If there are no samples.
        """
        if x_train.size == 0:
            raise DatasetError("Preprocessing cannot be measured without training samples.")
        table = x_train if x_train.ndim == 2 else x_train.reshape(-1, 1)
        if self.method == "none":
            return Scaler(np.zeros(table.shape[1]), np.ones(table.shape[1]))
        low, high = table.min(axis=0).astype(np.float64), table.max(axis=0).astype(np.float64)
        if self.method == "scale 0 to 1":
            offset, scale = low, high - low
        elif self.method == "scale -1 to 1":
            offset, scale = (low + high) / 2, (high - low) / 2
        else:
            offset = table.mean(axis=0, dtype=np.float64)
            squares = sum(np.square(table[rows].astype(np.float64) - offset).sum(axis=0) for rows in _blocks(table))
            scale = np.sqrt(squares / len(table))
        constant = low == high
        return Scaler(np.where(constant, low, offset), np.where(constant, 1.0, scale))


def _blocks(x: Array) -> Iterator[slice]:
    """Slices of the first axis that cover it, each of about `_BLOCK` numbers."""
    rows = max(1, _BLOCK * len(x) // max(1, x.size))
    return (slice(start, start + rows) for start in range(0, len(x), rows))
