"""What is said of one bin of a histogram: its ends, how many numbers lie in it, and which share of all that is.

The ends have as many digits as it takes to tell them apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from deepviz.gui.amounts import percent
from deepviz.gui.plots.pointer import Reading
from deepviz.gui.plots.rebinning import Bin
from deepviz.gui.plots.ticks import format_integer, format_value


def readings(found: Bin, color: str) -> Iterator[Reading]:
    """The lines of the box beside the pointer."""
    width = found.high - found.low
    share = percent(found.share) if found.share > 0.9999 else f"{format_value(100 * found.share, 4)}\u202f%"
    yield Reading("from", bound(found.low, width), color)
    yield Reading("to", bound(found.high, width), color)
    yield Reading("numbers", f"{format_integer(found.count)} of {format_integer(found.total)}", color)
    yield Reading("share", share, color)


def bound(value: float, width: float) -> str:
    """An end of a range, with as many digits as tell it from the other end."""
    if value == 0 or not width > 0:
        return format_value(value, 6)
    digits = math.ceil(math.log10(max(abs(value) / width, 1.0))) + 4
    return format_value(value, min(max(digits, 5), 17))
