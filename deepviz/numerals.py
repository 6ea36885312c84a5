"""How numbers are written wherever a person reads them: counts with thin spaces between thousands, settings in full.

It stands below everything else, because messages are made on every floor.
"""

from __future__ import annotations

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
"""As thin as `THIN SPACE`, at which lines would break in the midst of a number."""


def thousands(count: float, places: int = 0) -> str:
    """A number with thin spaces between thousands: ``12 345``, with as many places as asked for: ``12 345.6``."""
    is_whole = not places and not isinstance(count, float)  # it may have more digits than a float holds
    return (f"{count:,}" if is_whole else f"{count:,.{places}f}").replace(",", THIN_SPACE)


def shortest(value: float) -> str:
    """A setting as fields have it, in the fewest digits that read back as the same number: ``0.003``, ``1000000``.

    An exponent has no padding: ``1e-5``.
    """
    mantissa, _, exponent = repr(float(value)).partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa
