"""Memory plan of a tape: tensors whose lives do not overlap share their place in one block.

It is what compilers do to share registers (liveness analysis, then linear scan: Poletto & Sarkar 1999), here with
arrays, as in Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost", section 3. A tensor lives from the call
that writes it first to the call that reads it last. The result of an elementwise call takes the very place of an
argument that dies in this call, which is what "in place" means.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from deepviz.engine.alignment import aligned, aligned_block
from deepviz.engine.replay import Record
from deepviz.engine.storage import Storage


class FreeList:
    """Pieces of a growing block that are free, by offset in bytes."""

    def __init__(self) -> None:
        self.end = 0
        self._pieces: list[tuple[int, int]] = []

    def take(self, nbytes: int) -> int:
        """Offset of a free piece: the smallest that is large enough ("best fit"), or new room at the end."""
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
    last_use = {storage: number for number, record in enumerate(records) for storage in _touched(record)}
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
            for storage in _touched(record):
                if last_use[storage] == number and storage in offsets:
                    free.give_back(offsets[storage], storage.nbytes)

    block = aligned_block(free.end)
    for storage, offset in offsets.items():
        storage.array = block[offset : offset + storage.nbytes].view(storage.dtype).reshape(storage.shape)
        block[offset + storage.nbytes : offset + storage.room].view(storage.dtype)[:] = 1
    return block


def _touched(record: Record) -> list[Storage]:
    """What a call reads and writes, each once and in order, so that the plan is always the same."""
    tensors = record.reads if record.write is None else (*record.reads, record.write)
    return list(dict.fromkeys(tensor.storage for tensor in tensors))


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
