"""Where an axis is marked and how its numbers are written.

Marks stand at multiples of 1, 2, 2.5 or 5 times a power of ten, or at powers of ten on a logarithmic axis, never more
than there is room for. The numbers of one axis are all written in one way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from deepviz.gui.amounts import THIN_SPACE, thousands

DECADE_STRIDES = (1, 2, 3, 5, 10, 20, 50, 100, 200, 1000)
ZERO_DROP = 1.0
"""How many decades below the smallest positive value a logarithmic axis shows zero."""
FIRST_MARKS, PIXELS_OF_A_MARK = 3, 120
"""Of an axis, as `room_for` explains."""
LEAST_PLAIN, PAST_PLAIN = -3, 5
"""The powers of ten from which, and up to which, numbers are written in full: 0.001 and 99999, but 9e-4 and 1e5."""
LEAST_SPAN = 1e-9
"""As a share of its larger end, what a scale has to span: marks closer together could not be told apart."""


class Tick(NamedTuple):
    """One mark of an axis: where it stands, and what is written there."""

    position: float
    label: str


def room_for(pixels: float, least: float) -> int:
    """How many marks an axis may have: at least so many pixels apart, and in a large picture calmly far apart.

    Twenty lines across a picture are no help; so beyond the third mark each takes a good hundred.
    """
    return max(2, int(min(pixels / least, FIRST_MARKS + pixels / PIXELS_OF_A_MARK)))


def step_ticks(low: float, high: float, room: int) -> list[Tick]:
    """Marks for whole steps between `low` and `high`, at most `room` of them."""
    size = _round_size(low, high, room)
    # Below ten, two and a half steps would not be whole.
    size = max(1.0, size if size >= 25 else _round_size(low, high, room, (1, 2, 5, 10)))
    positions = [round(position) for position in _multiples(low, high, size)]
    # Beside 514 548 000, which has no short form, 514 550 000 is not to be 514.55M.
    is_short = all(_is_round(position) for position in positions if abs(position) >= 1_000_000)
    return [Tick(float(each), format_step(each) if is_short else format_integer(each)) for each in positions]


def linear_ticks(low: float, high: float, room: int, percent: bool = False) -> list[Tick]:
    """Marks between `low` and `high`, at most `room` of them; fractions are written as percentages on request."""
    size = _round_size(low, high, room)
    positions = _multiples(low, high, size)
    if percent:
        places = _places(100 * size)
        return [Tick(position, f"{100 * position:.{max(places, 0)}f}{THIN_SPACE}%") for position in positions]
    largest = max(abs(low), abs(high))
    if largest >= 1e5 or largest < 1e-3:
        digits = max(0, math.floor(math.log10(largest)) + _places(size)) if largest else 0
        return [Tick(position, _scientific(position, digits)) for position in positions]
    places = _places(size)
    return [Tick(position, f"{position:.{max(places, 0)}f}" if position else "0") for position in positions]


Marks = Callable[[float, float, int], list[Tick]]
"""Gives the marks of an axis from its ends and the number of marks that there is room for."""


def at_least_two(marks: Marks, low: float, high: float, room: int) -> list[Tick]:
    """Marks of an axis, two even where there is room for hardly more: from a single one nobody can read a scale."""
    found = marks(low, high, room)
    return found if len(found) > 1 else max((marks(low, high, room + more) for more in (1, 2)), key=_is_scale)


def _is_scale(found: list[Tick]) -> bool:
    return len(found) > 1


def apart(low: float, high: float) -> tuple[float, float]:
    """The ends of a scale from `low` to `high`, moved away from each other where they are the same or all but that."""
    size = max(abs(low), abs(high))
    if high - low > LEAST_SPAN * size:
        return low, high
    half = max(0.5, 1e-3 * size)
    return low - half, high + half


def logarithmic_ticks(low: float, high: float, room: int, zero: float | None = None) -> list[Tick]:
    """Marks of an axis whose positions are decimal logarithms.

    Parameters
    ----------
    low, high
        The range, as logarithms.
    room
        The largest number of marks.
    zero
        Where zero is shown, or None. Below it nothing is marked.
    """
    ticks = [] if zero is None or not low <= zero <= high else [Tick(zero, "0")]
    floor = low if zero is None else max(low, zero + ZERO_DROP / 2)
    decades = math.floor(high + 1e-9) - math.ceil(floor - 1e-9) + 1
    if decades >= 2:
        stride = next((each for each in DECADE_STRIDES if each * room >= decades), math.ceil(decades / room))
        first = math.ceil((math.floor(high + 1e-9) - decades + 1) / stride) * stride
        powers = range(first, math.floor(high + 1e-9) + 1, stride)
        return ticks + [Tick(power, text) for power, text in zip(powers, powers_of_ten(powers), strict=True)]
    # Less than two decades: 1, 2 and 5 times a power of ten; less than half of one: round numbers.
    power = math.floor(floor)
    shifts = (power, power + 1, power + 2)
    marks = [(math.log10(digit) + shift, digit, shift) for shift in shifts for digit in (1, 2, 5)]
    inside = [(place, digit, shift) for place, digit, shift in marks if floor <= place <= high]
    if len(inside) >= 2:
        chosen = inside if len(inside) <= room else inside[:: math.ceil(len(inside) / room)]
        is_plain = all(LEAST_PLAIN <= shift < PAST_PLAIN for _, _, shift in chosen)
        return ticks + [Tick(place, _digit_text(digit, shift, is_plain)) for place, digit, shift in chosen]
    values = linear_ticks(10**floor, 10**high, room) if floor > -300 and high < 300 else []
    return ticks + [Tick(math.log10(value), label) for value, label in values if value > 0]


def format_value(value: float, digits: int = 4, trim: bool = True) -> str:
    """A measured number in a few significant digits: `0.1183`, `3.21e-5`, `NaN`, `∞`.

    Parameters
    ----------
    trim
        Whether zeros at the end are left out. Numbers that change on the spot keep them, lest they jump.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if 10.0**LEAST_PLAIN <= abs(value) < 10.0**PAST_PLAIN:
        text = f"{value:{'' if trim else '#'}.{digits}g}".removesuffix(".")
        return f"{value:.0f}" if "e" in text else text
    return _scientific(value, digits - 1, trim)


def powers_of_ten(powers: Sequence[int]) -> list[str]:
    """Decades of one axis as text, all in one way: `0.01`, `1` and `100`, but `1e-4`, `1e0` and `1e2`."""
    is_plain = all(LEAST_PLAIN <= power < PAST_PLAIN for power in powers)
    return [_digit_text(1, power, is_plain) for power in powers]


def written_alike(values: Sequence[float]) -> list[Tick]:
    """Marks at round numbers, of up to three digits, with as many decimal places as the one that needs most."""
    shown = [float(f"{value:.3g}") for value in values]
    largest = max(map(abs, shown), default=0.0)
    if largest >= 10.0**PAST_PLAIN or largest < 10.0**LEAST_PLAIN:
        digits = max((_digits(value) for value in shown), default=0)
        return [Tick(value, _scientific(text, digits)) for value, text in zip(values, shown, strict=True)]
    places = max((_digits(value) - math.floor(math.log10(abs(value))) for value in shown if value), default=0)
    labels = [f"{text:.{max(places, 0)}f}" if text else "0" for text in shown]
    return [Tick(value, label) for value, label in zip(values, labels, strict=True)]


def _digits(value: float) -> int:
    """How many of up to three digits stand after the first one, without zeros at the end."""
    return len(f"{abs(value):.2e}".partition("e")[0].rstrip("0").replace(".", "")) - 1 if value else 0


def _digit_text(digit: int, power: int, is_plain: bool) -> str:
    """A digit times a power of ten, in full or with the power; also where no float is so small or so large."""
    if not is_plain:
        return f"{digit}e{power}"
    return f"{digit / 10**-power:.{-power}f}" if power < 0 else str(digit * 10**power)


def format_step(step: int) -> str:
    """The number of a step as an axis shows it; round millions with one `M`."""
    if abs(step) >= 1_000_000 and _is_round(step):
        return f"{step / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"
    return format_integer(step)


def _is_round(step: int) -> bool:
    """Whether so many steps are told in millions without losing any of them."""
    return step % 10_000 == 0


def format_integer(number: int) -> str:
    """A whole number in groups of three digits, as everywhere in the window."""
    return thousands(number)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near to the wanted ones as possible, at least `gap` apart and between `low` and `high`.

    Parameters
    ----------
    wanted
        Any positions, in any order; the results are in the same order.
    gap
        The smallest distance. Where there is not enough room for it, the results are spread evenly.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    if len(order) > 1 and gap * (len(order) - 1) > high - low:
        gap = (high - low) / (len(order) - 1)
    # Neighbours that would touch form a block, which sits where its members would lie on average.
    blocks: list[tuple[float, int]] = []
    for index in order:
        blocks.append((min(max(wanted[index], low), high), 1))
        while len(blocks) > 1 and _end(blocks[-2], gap) + gap > _start(blocks[-1], gap):
            (first, first_size), (second, second_size) = blocks[-2:]
            size = first_size + second_size
            centre = (first * first_size + second * second_size) / size
            half = gap * (size - 1) / 2
            blocks[-2:] = [(min(max(centre, low + half), high - half), size)]
    placed = [_start(block, gap) + gap * member for block in blocks for member in range(block[1])]
    positions = [0.0] * len(order)
    for index, position in zip(order, placed, strict=True):
        positions[index] = position
    return positions


def _start(block: tuple[float, int], gap: float) -> float:
    return block[0] - gap * (block[1] - 1) / 2


def _end(block: tuple[float, int], gap: float) -> float:
    return block[0] + gap * (block[1] - 1) / 2


def _round_size(low: float, high: float, room: int, factors: Sequence[float] = (1, 2, 2.5, 5)) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten with at most `room` multiples from `low` to `high`."""
    power = math.floor(math.log10(max(high - low, 1e-300) / max(room, 1)))
    sizes = (factor * 10.0**exponent for exponent in (power, power + 1, power + 2) for factor in factors)
    return next(size for size in sizes if _past(high, size) - _first(low, size) <= max(room, 2))


def _places(size: float) -> int:
    """How many decimal places multiples of `size` have; negative where they end in zeros."""
    power = math.floor(math.log10(size) + 1e-9)
    return -power + (abs(size / 10.0**power - 2.5) < 1e-6)


def _multiples(low: float, high: float, size: float) -> list[float]:
    return [number * size for number in range(_first(low, size), _past(high, size))]


def _first(low: float, size: float) -> int:
    return math.ceil(low / size - 1e-6)


def _past(high: float, size: float) -> int:
    return math.floor(high / size + 1e-6) + 1


def _scientific(value: float, digits: int, trim: bool = False) -> str:
    """As `3.2e-5`, without the zeros of Python's `3.2e-05`."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    if trim and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"
