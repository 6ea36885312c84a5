"""A storage: memory for the numbers of one or more tensors, wanted while recording and given when the tape is compiled.

How large it is follows from its shape; where it lies is what the plan of `memory` decides.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


class Storage:
    """A piece of memory that one or more tensors are views of. It has no array until the tape is compiled.

    Attributes
    ----------
    shape, dtype
        Of its array.
    array
        Where the numbers lie; None until the tape is compiled.
    outside
        Whether somebody else sees its array, such as a parameter's: then what is written to it is never dropped.
    ones
        How many ones lie right behind its numbers. Nobody writes to them, so it shares its place with nobody.
    """

    __slots__ = ("array", "dtype", "ones", "outside", "shape")

    def __init__(
        self, shape: tuple[int, ...], dtype: np.dtype[Any], array: np.ndarray | None = None, *, outside: bool = False
    ) -> None:
        self.shape, self.dtype, self.array, self.outside = shape, dtype, array, outside
        self.ones = 0

    @property
    def nbytes(self) -> int:
        """Bytes that its numbers take."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def room(self) -> int:
        """Bytes that it takes, with the ones."""
        return self.nbytes + self.ones * self.dtype.itemsize

    def blank(self) -> np.ndarray:
        """An array like the one it has or will have, to try views on. No memory is touched, so it costs none."""
        return np.empty(self.shape, self.dtype) if self.array is None else self.array

    def grow(self, size: int) -> None:
        """Make a storage of one axis at least so long."""
        self.shape = (max(size, *self.shape),)
