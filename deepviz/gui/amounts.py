"""Amounts in words: counts and bytes, short for where there is little room, exact for tooltips."""

from __future__ import annotations

import math

THIN_SPACE = "\N{THIN SPACE}"

_COUNTS = ("", "k", "M", "G", "T", "P")
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def thousands(count: int) -> str:
    """A whole number with thin spaces between thousands."""
    return f"{count:,}".replace(",", THIN_SPACE)


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


def count_words(count: int) -> str:
    """A count with thin spaces, from ten millions on to three figures."""
    return thousands(count) if count < 10_000_000 else short_count(count)


def exact_bytes(count: float) -> str:
    """An amount of memory to the byte: ``1 234 567 bytes``."""
    whole = thousands(round(count)) if float(count).is_integer() else f"{count:,.1f}".replace(",", THIN_SPACE)
    return f"{whole} {'byte' if count == 1 else 'bytes'}"


def _scaled(count: float, step: int, units: tuple[str, ...]) -> str:
    power = 0
    while count >= step - 0.5 and power < len(units) - 1:
        count, power = count / step, power + 1
    figures = 0 if power == 0 and float(count).is_integer() else max(0, 2 - _digits(count))
    return f"{count:.{figures}f}{THIN_SPACE}{units[power]}".rstrip(THIN_SPACE)


def _digits(count: float) -> int:
    """How many digits stand before the point, less one."""
    return math.floor(math.log10(count)) if count >= 1 else 0
