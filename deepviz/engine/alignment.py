"""Alignment: memory that starts at a cache line, so that vector instructions load and store whole lines."""

from __future__ import annotations

import math

import numpy as np

ALIGNMENT = 64
"""Bytes; a cache line, and the width of the widest vector registers."""


def aligned(nbytes: int) -> int:
    """A size rounded up to whole cache lines."""
    return math.ceil(nbytes / ALIGNMENT) * ALIGNMENT


def aligned_block(nbytes: int, *, zeroed: bool = False) -> np.ndarray:
    """New memory that starts at a cache line, as an array of bytes. Zeros cost nothing until they are touched."""
    raw = (np.zeros if zeroed else np.empty)(nbytes + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + nbytes]
