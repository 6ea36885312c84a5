"""How windows go over one axis of a batch when it is pooled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Index = tuple[slice, ...]
Part = tuple[Index, Index]


@dataclass(frozen=True)
class Windows:
    """Windows along one axis of a batch.

    Attributes
    ----------
    axis
        Which axis, that of the batch counted.
    length
        How long the axis is.
    size, stride
        Length of a window, and how far it is from the start of one to that of the next.
    before
        How many places in front of the axis the first window starts: there and behind the axis is nothing.
    count
        How many windows there are.
    """

    axis: int
    length: int
    size: int
    stride: int
    before: int
    count: int

    @property
    def padded(self) -> bool:
        """Whether some windows reach beyond the axis."""
        return self.before > 0 or (self.count - 1) * self.stride + self.size > self.length

    @property
    def overlap(self) -> bool:
        """Whether numbers belong to several windows."""
        return self.size > self.stride

    @property
    def tile(self) -> bool:
        """Whether each number belongs to one window."""
        return self.size == self.stride and self.count * self.size == self.length and not self.padded

    @property
    def least_filled(self) -> int:
        """How many numbers the window holds that holds least: the first or the last; those between hold no fewer."""
        starts = (-self.before, (self.count - 1) * self.stride - self.before)
        return min(min(start + self.size, self.length) - max(start, 0) for start in starts)

    def parts(self) -> list[Part]:
        """For each place in a window, which windows have it and where it lies on the axis, as indices of a batch."""
        found = []
        for offset in range(self.size):
            first = max(0, math.ceil((self.before - offset) / self.stride))
            last = min(self.count - 1, (self.length - 1 + self.before - offset) // self.stride)
            if first <= last:
                start = first * self.stride + offset - self.before
                stop = last * self.stride + offset - self.before + 1
                found.append((self._at(slice(first, last + 1)), self._at(slice(start, stop, self.stride))))
        return found

    def shape_after(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of a batch with one number for each window."""
        return (*shape[: self.axis], self.count, *shape[self.axis + 1 :])

    def shape_before(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of a batch that has one number for each window of it."""
        return (*shape[: self.axis], self.length, *shape[self.axis + 1 :])

    def filled(self) -> np.ndarray:
        """How many numbers each window holds."""
        starts = np.arange(self.count) * self.stride - self.before
        return np.minimum(starts + self.size, self.length) - np.maximum(starts, 0)

    def _at(self, where: slice) -> Index:
        return (slice(None),) * self.axis + (where,)
