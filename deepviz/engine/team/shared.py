"""Memory that several processes see: one block, in which named arrays lie.

It is a file that never touches a disk where the system has such files, and has no name that could be left behind.
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from deepviz.engine.alignment import aligned
from deepviz.engine.shapes import Shape
from deepviz.numerals import thousands


class SharedArrays(Mapping[str, np.ndarray]):
    """Named arrays in shared memory, filled with zeros at first.

    Parameters
    ----------
    layout
        Shape and type (``"float32"``) of each array by its name.
    descriptor
        The open file of a block that another process has made with the same layout; None to make one.

    Raises
    ------
    MemoryError
        If there is no room for a new block.
    """

    def __init__(self, layout: Mapping[str, tuple[Shape, str]], descriptor: int | None = None) -> None:
        self.layout = dict(layout)
        self._starts: dict[str, int] = {}
        length = 0
        for name, (shape, dtype) in self.layout.items():
            self._starts[name] = length
            length += aligned(math.prod(shape) * np.dtype(dtype).itemsize)
        self.descriptor = _new_file(max(length, 1)) if descriptor is None else descriptor
        try:
            block = mmap.mmap(self.descriptor, max(length, 1))
        except BaseException:
            os.close(self.descriptor)
            raise
        self._arrays = {
            name: np.frombuffer(block, dtype, math.prod(shape), self._starts[name]).reshape(shape)
            for name, (shape, dtype) in self.layout.items()
        }

    def close_file(self) -> None:
        """Close the file. The memory stays for as long as one of its arrays is in use."""
        os.close(self.descriptor)

    def __getitem__(self, name: str) -> Any:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


def _new_file(length: int) -> int:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("deepviz")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    try:
        # Room is asked for now: to find none when a number is written would end the process.
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, length)
        else:
            os.ftruncate(descriptor, length)
    except OSError as error:
        os.close(descriptor)
        raise MemoryError(f"There is no room for {thousands(length / 2**20)} MiB of shared memory: {error}.") from None
    return descriptor
