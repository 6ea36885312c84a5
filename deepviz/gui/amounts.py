"""Amounts in words: counts and bytes, short for where there is little room, exact for tooltips."""

from __future__ import annotations

import math
import re

from deepviz.numerals import THIN_SPACE as THIN_SPACE
from deepviz.numerals import thousands as thousands

NEARLY = 1e-12
"""What sums of rounded numbers may be off: a share that lies no farther from 0 or 1 is taken for that."""

_WITH_COMMAS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?!,?\d)")
_COUNTS = ("", "k", "M", "G", "T", "P")
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def in_thin_spaces(words: str) -> str:
    """Words such as ``after step 1,234``, as older versions kept them with a run, with thin spaces in their numbers."""
    return _WITH_COMMAS.sub(lambda found: found[0].replace(",", THIN_SPACE), words)


def plural(count: int, noun: str) -> str:
    """A noun as it is said of so many things: ``layer`` of one, ``layers`` of any other number."""
    return noun if count == 1 else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """How many there are of something: ``1 layer``, ``12 345 parameters``."""
    return f"{thousands(count)} {plural(count, noun)}"


def some_of(count: int, total: int) -> str:
    """How many there are of how many: `400 of 1 437`, `all 314`."""
    return f"all {thousands(total)}" if count == total else f"{thousands(count)} of {thousands(total)}"


def short_count(count: float) -> str:
    """A count to three figures: ``980``, ``12.3 k``, ``4.57 M``."""
    return _scaled(count, 1000, _COUNTS)


def short_bytes(count: float) -> str:
    """An amount of memory to three figures: ``980 B``, ``12.3 KiB``, ``4.57 MiB``."""
    return _scaled(count, 1024, _BYTES)


def percent(share: float, places: int = 2, space: str = THIN_SPACE) -> str:
    """A share of 1 in percent: ``12.50 %``.

    What is not quite nothing and what is not quite all do not look so: ``< 0.01 %``, ``> 99.99 %``.
    """
    if math.isnan(share):
        return "NaN"
    return f"{_bounded(share, 1, 100 * share, 100, places)}{space}%"


def fraction(share: float, places: int) -> str:
    """A share of 1 as it is, ``0.1250``; like `percent` it tells ``> 0.9999`` from 1."""
    return "NaN" if math.isnan(share) else _bounded(share, 1, share, 1, places)


def count_words(count: int) -> str:
    """A count with thin spaces, from ten millions on to three figures."""
    return thousands(count) if count < 10_000_000 else short_count(count)


def exact_bytes(count: float) -> str:
    """An amount of memory to the byte: ``1 234 567 bytes``."""
    whole = thousands(round(count)) if float(count).is_integer() else thousands(count, 1)
    return f"{whole} {'byte' if count == 1 else 'bytes'}"


def _bounded(share: float, whole: float, value: float, end: float, places: int) -> str:
    """`value` with so many places, unless `share` lies inside 0 and `whole` and rounding takes it to 0 or to `end`."""
    text, least = f"{value:.{places}f}", 10.0**-places
    if share > NEARLY and float(text) == 0:
        return f"< {least:.{places}f}"
    return f"> {end - least:.{places}f}" if share < whole - NEARLY and float(text) >= end else text


def _scaled(count: float, step: int, units: tuple[str, ...]) -> str:
    power = 0
    while count >= step - 0.5 and power < len(units) - 1:
        count, power = count / step, power + 1
    figures = 0 if power == 0 and float(count).is_integer() else max(0, 2 - _digits(count))
    return f"{count:.{figures}f}{THIN_SPACE}{units[power]}".rstrip(THIN_SPACE)


def _digits(count: float) -> int:
    """How many digits stand before the point, less one, once the number is rounded to three figures."""
    return math.floor(math.log10(float(f"{count:.3g}"))) if count >= 1 else 0
