"""Whether this machine can hold a network: found out before the memory is asked for, because then it is too late."""

from __future__ import annotations

import os
from collections.abc import Mapping

BYTES_PER_PARAMETER = 16
"""float32 weights, gradients, and the two vectors of an optimizer such as Adam."""

USABLE = 0.8
"""Share of the machine's memory that a network may take."""


def machine_memory() -> int | None:
    """The memory of this machine in bytes, or None where it cannot be found out."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def too_large(parameters: Mapping[str, int | None], memory: int | None) -> tuple[str, str] | None:
    """The node that makes a network too large for a memory, and why in words; None if it fits.

    Parameters
    ----------
    parameters
        How many numbers each node trains, by node id.
    memory
        Bytes, or None if not known.
    """
    known = {node_id: count for node_id, count in parameters.items() if count}
    needed = sum(known.values()) * BYTES_PER_PARAMETER
    if memory is None or needed <= USABLE * memory:
        return None
    largest = max(known, key=lambda node_id: known[node_id])
    text = (
        f"{largest} has {known[largest]:,} parameters. To train the network takes {needed / 2**30:,.1f} GiB; "
        f"this machine has {memory / 2**30:,.1f} GiB. Use fewer units."
    )
    return largest, text
