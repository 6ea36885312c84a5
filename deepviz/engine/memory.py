"""Memory plan of a tape: tensors whose lives do not overlap share their place in one block.

A tensor lives from the call that writes it first to the call that reads it last. The result of an elementwise call
takes the very place of an argument that dies in this call, which is what "in place" means.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from deepviz.engine.tape import Record

ALIGNMENT = 64
"""Bytes; a cache line, and the width of the widest vector registers."""


class Storage:
    """A piece of memory that one or more tensors are views of. It has no array until the tape is compiled.

    Attributes
    ----------
    outside
        Whether somebody else sees its array, such as a parameter's: then what is written to it is never dropped.
    ones
        How many ones lie right behind its numbers. Nobody writes to them, so it shares its place with nobody.
    """

    __slots__ = ("array", "dtype", "nbytes", "ones", "outside", "shape")

    def __init__(
        self, shape: tuple[int, ...], dtype: np.dtype[Any], array: np.ndarray | None = None, *, outside: bool = False
    ) -> None:
        self.shape, self.dtype, self.array, self.outside = shape, dtype, array, outside
        self.nbytes, self.ones = math.prod(shape) * dtype.itemsize, 0

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
        self.nbytes = self.shape[0] * self.dtype.itemsize


class FreeList:
    """Pieces of a growing block that are free, by offset in bytes."""

    def __init__(self) -> None:
        self.end = 0
        self._pieces: list[tuple[int, int]] = []

    def take(self, nbytes: int) -> int:
        """Offset of a free piece: the smallest that is large enough, or new room at the end."""
        wanted = aligned(nbytes)
        fitting = [piece for piece in self._pieces if piece[1] >= wanted]
        if not fitting:
            offset, self.end = self.end, self.end + wanted
            return offset
        offset, size = min(fitting, key=lambda piece: piece[1])
        self._pieces.remove((offset, size))
        if size > wanted:
            self._pieces.append((offset + wanted, size - wanted))
        return offset

    def give_back(self, offset: int, nbytes: int) -> None:
        """Make a piece free again and join it with free neighbours."""
        start, end = offset, offset + aligned(nbytes)
        for piece in list(self._pieces):
            if piece[0] + piece[1] == start or piece[0] == end:
                self._pieces.remove(piece)
                start, end = min(start, piece[0]), max(end, piece[0] + piece[1])
        self._pieces.append((start, end - start))


def place(records: Sequence[Record], kept: Collection[Storage], *, share: bool) -> np.ndarray:
    """Give every storage that the calls write, and that has no array yet, its array in one new block.

    Parameters
    ----------
    records
        The calls, in order.
    kept
        Storages that live to the end.
    share
        Whether storages may share memory when their lives do not overlap.

    Returns
    -------
    The block, an array of bytes.
    """
    last_use: dict[Storage, int] = {}
    for number, record in enumerate(records):
        for tensor in (*record.reads, *([record.write] if record.write else [])):
            last_use[tensor.storage] = number
    for storage in kept:
        last_use[storage] = len(records)

    free, offsets = FreeList(), dict[Storage, int]()
    with_ones = {record.write.storage: None for record in records if record.write and record.write.storage.ones}
    for storage in with_ones:  # first, so that it is room that nobody has used before them
        offsets[storage], last_use[storage] = free.take(storage.room), len(records)
    for number, record in enumerate(records):
        if record.write is not None:
            storage = record.write.storage
            if storage.array is None and storage not in offsets:
                heir = _dying_argument(record, number, last_use, offsets) if share else None
                offsets[storage] = free.take(storage.nbytes) if heir is None else offsets[heir]
                if heir is not None:
                    last_use[heir] = -1  # its place lives on under another name
        if share:
            touched = (*record.reads, *([record.write] if record.write else []))
            for storage in dict.fromkeys(tensor.storage for tensor in touched):  # in order: the plan is always the same
                if last_use[storage] == number and storage in offsets:
                    free.give_back(offsets[storage], storage.nbytes)

    block = aligned_block(free.end)
    for storage, offset in offsets.items():
        storage.array = block[offset : offset + storage.nbytes].view(storage.dtype).reshape(storage.shape)
        block[offset + storage.nbytes : offset + storage.room].view(storage.dtype)[:] = 1
    return block


def _dying_argument(
    record: Record, number: int, last_use: dict[Storage, int], offsets: dict[Storage, int]
) -> Storage | None:
    """The storage of an argument that nobody reads after this call and whose place the result can take, if any.

    Not for single numbers: with them a call in place takes NumPy four times as long, and there is nothing to save.
    """
    if not record.elementwise or record.write is None or record.write.size == 1:
        return None
    for tensor in record.reads:
        storage = tensor.storage
        if last_use[storage] == number and storage in offsets and tensor.lies_like(record.write):
            return storage
    return None


def aligned(nbytes: int) -> int:
    """A size rounded up to whole cache lines."""
    return math.ceil(nbytes / ALIGNMENT) * ALIGNMENT


def aligned_block(nbytes: int, *, zeroed: bool = False) -> np.ndarray:
    """New memory that starts at a cache line, as an array of bytes. Zeros cost nothing until they are touched."""
    raw = (np.zeros if zeroed else np.empty)(nbytes + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + nbytes]
