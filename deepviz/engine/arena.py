"""The arena: all trained arrays of a network in one flat vector, with a named view for each.

Gradients live in its twin of the same layout, and so does every state that an optimizer keeps. So an optimizer is a
few calls for the whole network, whatever it is made of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from deepviz.engine.alignment import aligned, aligned_block
from deepviz.engine.shapes import Shape


class Arena(Mapping[str, np.ndarray]):
    """Named arrays in one vector.

    Parameters
    ----------
    shapes
        Shape of each array by its name, ``node_id/parameter``.
    dtype
        Type of the numbers.

    Attributes
    ----------
    vector
        All numbers. Each layer starts at a cache line, so there may be a few zeros between one and the next; the
        arrays of one layer follow each other without a gap, so that weights and biases may be seen as one matrix.
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: np.dtype[Any]) -> None:
        self.shapes, self.dtype = dict(shapes), np.dtype(dtype)
        self._starts: dict[str, int] = {}
        length, layer = 0, ""
        for name, shape in self.shapes.items():
            if name.rpartition("/")[0] != layer:
                length, layer = self._to_cache_line(length), name.rpartition("/")[0]
            self._starts[name] = length
            length += math.prod(shape)
        length = self._to_cache_line(length)
        self.move(aligned_block(length * self.dtype.itemsize, zeroed=True).view(self.dtype))

    def move(self, vector: np.ndarray) -> None:
        """Have the arrays in another vector of the same length, with the numbers that are there."""
        self.vector = vector
        self._views = {
            name: vector[start : start + math.prod(self.shapes[name])].reshape(self.shapes[name])
            for name, start in self._starts.items()
        }

    def twin(self) -> Arena:
        """An arena of the same layout, filled with zeros."""
        return Arena(self.shapes, self.dtype)

    def named(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        """A copy of a vector of this layout, cut into arrays by name."""
        twin = self.twin()
        twin.vector[:] = vector
        return dict(twin)

    def vector_of(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """A new vector of this layout that holds these arrays: the other way round. Errors are those of `load`."""
        twin = self.twin()
        twin.load(arrays)
        return twin.vector

    def slice_of(self, names: list[str]) -> slice:
        """Where some arrays that lie next to each other are in the vector."""
        last = names[-1]
        return slice(self._starts[names[0]], self._starts[last] + math.prod(self.shapes[last]))

    def touch(self, first: slice, second: slice) -> bool:
        """Whether between the end of one slice and the start of another there is nothing but the gap of alignment."""
        return bool(second.start == self._to_cache_line(first.stop))

    @property
    def count(self) -> int:
        """How many numbers have a name."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def copied(self) -> dict[str, np.ndarray]:
        """A copy of every array, by name."""
        return {name: view.copy() for name, view in self._views.items()}

    def load(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over the numbers of arrays with the same names and shapes.

        Raises
        ------
        ValueError
            If a name is missing or unknown, a shape differs, or a number is not finite; nothing is taken over then.
        """
        for name, array in self.check(arrays).items():
            self._views[name][...] = array

    def check(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The arrays, in the arena's type, if `load` can take them over; it raises what `load` raises if not."""
        missing, unknown = self._views.keys() - arrays.keys(), arrays.keys() - self._views.keys()
        if missing or unknown:
            name, what = (min(missing), "is missing") if missing else (min(unknown), "does not belong to this network")
            raise ValueError(f"Weights do not fit the network: {name} {what}.")
        with np.errstate(over="ignore"):
            arrays = {name: np.asarray(array).astype(self.dtype) for name, array in arrays.items()}
        for name, view in self._views.items():
            if np.shape(arrays[name]) != view.shape:
                raise ValueError(
                    f"Weights do not fit: {name} is {np.shape(arrays[name])}; the network has {view.shape}."
                )
            if not np.isfinite(arrays[name]).all():
                raise ValueError(f"Weights of {name} are not all finite numbers.")
        return arrays

    def _to_cache_line(self, length: int) -> int:
        """So many numbers, or as many more as it takes for the next one to lie at the start of a cache line."""
        return aligned(length * self.dtype.itemsize) // self.dtype.itemsize

    def __getitem__(self, name: str) -> np.ndarray:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)
