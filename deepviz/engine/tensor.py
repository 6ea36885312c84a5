"""A tensor: an array that will exist when the tape is compiled. Until then it is a shape and a view of some storage.

Slices, transposes and reshaped tensors are views of the same storage, as they are in NumPy. A tensor knows in which
order its numbers lie in memory, because that decides how fast a call is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from deepviz.engine.shapes import Shape
from deepviz.engine.storage import Storage

View = Callable[[np.ndarray], np.ndarray]
"""Something that NumPy does to an array without moving a number: a slice, a transpose, another shape."""


class Tensor:
    """A view of a storage.

    Parameters
    ----------
    storage
        Where the numbers will lie.
    views
        What is done, one after the other, to the array of the storage to get the array of this tensor.

    Attributes
    ----------
    shape, dtype
        As of the array.
    strides
        Bytes from one number to the next along each axis.
    in_order
        Whether the numbers lie in memory in the order of their indices, the last index running fastest, without gaps.
    """

    __slots__ = ("_views", "dtype", "in_order", "shape", "storage", "strides")

    def __init__(self, storage: Storage, views: Sequence[View] = ()) -> None:
        self.storage, self._views = storage, tuple(views)
        blank = storage.blank()
        array = self._seen(blank)
        if views and array.size and not np.may_share_memory(array, blank):
            raise ValueError("This takes a copy, which is a call: see Tape.in_order.")
        self.shape, self.dtype, self.strides = array.shape, array.dtype, array.strides
        self.in_order: bool = array.flags.c_contiguous

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def T(self) -> Tensor:  # noqa: N802 (NumPy's name for it)
        """The same numbers with the axes in reverse order."""
        return self._viewed(lambda array: array.T)

    def transpose(self, *axes: int) -> Tensor:
        """The same numbers with the axes in another order."""
        return self._viewed(lambda array: array.transpose(axes))

    def __getitem__(self, index: Any) -> Tensor:
        """A part, chosen by whole numbers and slices."""
        index = index if isinstance(index, tuple) else (index,)
        if Ellipsis not in index:
            index = (*index, ...)  # so that a single number too is a view and not a copy
        return self._viewed(lambda array: array[index])

    def reshape(self, *shape: int) -> Tensor:
        """The same numbers in another shape. One length may be -1.

        Raises
        ------
        ValueError
            If the shape does not fit, or the numbers lie in another order: `Tape.in_order` copies them into theirs.
        """
        return self._viewed(lambda array: array.reshape(shape))

    def windows(self, shape: Shape, strides: tuple[int, ...]) -> Tensor:
        """Overlapping parts as one array: any shape with any strides (in bytes), from the first number on.

        For reading only. The caller answers for it that no window reaches beyond the storage.
        """
        return self._viewed(lambda array: as_strided(array, shape, strides))

    def as_integers(self) -> Tensor:
        """The same bits, read as signed integers of the same width."""
        return self.as_type(np.dtype(f"i{self.dtype.itemsize}"))

    def as_type(self, dtype: np.dtype[Any]) -> Tensor:
        """The same bits, read as numbers of a type of the same width."""
        return self._viewed(lambda array: array.view(dtype))

    @property
    def memory_axes(self) -> tuple[int, ...]:
        """The axes in the order in which they lie in memory, the one whose index runs fastest last."""
        return tuple(sorted(range(len(self.shape)), key=lambda axis: -abs(self.strides[axis])))

    def in_memory_order(self) -> Tensor:
        """The same numbers with the axes in the order in which they lie in memory."""
        return self if self.in_order else self.transpose(*self.memory_axes)

    def lies_like(self, other: Tensor) -> bool:
        """Whether equal places of the two tensors are equal places in their storages, and both fill them."""
        fill = self.fills_storage and other.fills_storage
        return self.shape == other.shape and fill and self._steps() == other._steps()

    @property
    def fills_storage(self) -> bool:
        """Whether it holds every number of its storage once."""
        ordered = self.in_memory_order()
        return ordered.in_order and self.size * self.dtype.itemsize == self.storage.nbytes

    def array(self) -> np.ndarray:
        """The array, once it has its place in memory."""
        assert self.storage.array is not None
        return self._seen(self.storage.array)

    def _seen(self, array: np.ndarray) -> np.ndarray:
        for view in self._views:
            array = view(array)
        return array

    def _viewed(self, view: View) -> Tensor:
        return Tensor(self.storage, (*self._views, view))

    def _steps(self) -> list[int]:
        """Strides along the axes that have more than one index."""
        return [stride for stride, length in zip(self.strides, self.shape, strict=True) if length > 1]
