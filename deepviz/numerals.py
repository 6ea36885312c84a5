"""How numbers of more than three digits are written wherever a person reads them: with thin spaces between thousands.

It stands below everything else, because messages are made on every floor.
"""

from __future__ import annotations

THIN_SPACE = "\N{THIN SPACE}"


def thousands(count: float, places: int = 0) -> str:
    """A number with thin spaces between thousands: ``12 345``, with as many places as asked for: ``12 345.6``."""
    is_whole = not places and not isinstance(count, float)  # it may have more digits than a float holds
    return (f"{count:,}" if is_whole else f"{count:,.{places}f}").replace(",", THIN_SPACE)
