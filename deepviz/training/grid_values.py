"""Lists of values as people type them: ``0.1, 0.01, 0.001``, ``16..64 step 16``, ``0.001..0.1 log 5``.

A hyperparameter's own declaration says what is possible; what is not is told in words and never guessed.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from deepviz.numerals import shortest, thousands
from deepviz.registry import Hyperparameter

MOST_VALUES = 1000

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})(?:\s+(step|log|linear)?\s*({_NUMBER}))?")
_DIGITS = 12
"""Significant digits that a computed value is rounded to, lest 0.1 becomes 0.1000000000000001."""


class ValuesError(ValueError):
    """What was typed is no list of values, or one of them is not possible. The text says why."""


def values_of(text: str, wanted: Hyperparameter) -> tuple[Any, ...]:
    """The values that were typed, in their order and each once.

    Parameters
    ----------
    text
        Values with commas between them (semicolons where a value is a row of numbers). Of numbers also ranges:
        ``a..b log n`` are n numbers from a to b with equal ratios, ``a..b linear n`` (or ``a..b n``) with equal
        distances, ``a..b step d`` goes up by d; whole numbers alone can be ``a..b``. Of a switch or a choice, ``all``.
    wanted
        What they are values of.

    Raises
    ------
    ValuesError
        If that is impossible.
    """
    text = text.strip()
    if not text:
        raise ValuesError("Type the values to try, with commas between them.")
    if text.lower() == "all" and wanted.kind in ("switch", "choice"):
        return tuple(wanted.choices) if wanted.kind == "choice" else (False, True)
    rows = wanted.kind in ("shape", "sides", "numbers")
    found: list[Any] = []
    for part in re.split(r"\s*;\s*" if rows else r"\s*[,;]\s*", text):
        if not part:
            raise ValuesError("There is a comma with no value beside it.")
        if wanted.kind in ("integer", "number"):
            found += _numbers(part, wanted)
        else:
            found.append(_value(part, wanted))
        if len(found) > MOST_VALUES:
            raise ValuesError(f"These are more than {thousands(MOST_VALUES)} values.")
    kept: list[Any] = []
    for value in found:
        if not any(value == other and type(value) is type(other) for other in kept):
            kept.append(value)
    return tuple(kept)


def _numbers(part: str, wanted: Hyperparameter) -> list[Any]:
    if wanted.optional and part.lower() == "none":
        return [None]
    matched = _RANGE.fullmatch(part)
    if matched is None:
        return [_checked(_number(part), wanted)]
    low, high, how, amount = matched.groups()
    return [_checked(value, wanted) for value in _range(_number(low), _number(high), how, amount, wanted)]


def _range(low: float, high: float, how: str | None, amount: str | None, wanted: Hyperparameter) -> list[float]:
    whole = wanted.kind == "integer"
    if amount is None:
        if not whole:
            first, last = shortest(low), shortest(high)
            raise ValuesError(f"Say how many numbers from {first} to {last}: {first}..{last} log 5, or linear 5.")
        how, amount = "step", "1" if low <= high else "-1"
    given = _number(amount)
    if how == "step":
        if given == 0 or (high - low) / given < 0:
            raise ValuesError(f"Steps of {shortest(given)} do not lead from {shortest(low)} to {shortest(high)}.")
        count = math.floor((high - low) / given + 1e-9) + 1
        if count > MOST_VALUES:
            raise ValuesError(f"These are more than {thousands(MOST_VALUES)} values.")
        return [_rounded(low + number * given) for number in range(count)]
    if given != int(given) or not 2 <= given <= MOST_VALUES:
        raise ValuesError(
            f"How many numbers there are must be a whole number from 2 to {thousands(MOST_VALUES)}, not {amount}."
        )
    count = int(given)
    if how == "log":
        if low <= 0 or high <= 0:
            raise ValuesError("On a logarithmic scale both ends must be above 0.")
        ratio = math.log(high / low)
        values = [low * math.exp(ratio * number / (count - 1)) for number in range(count)]
    else:
        values = [low + (high - low) * number / (count - 1) for number in range(count)]
    values = [float(round(value)) if whole else _rounded(value) for value in values]
    values[0], values[-1] = low, high
    return values


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValuesError(f"{text} is no number.") from None
    if not math.isfinite(value):
        raise ValuesError(f"{text} is no finite number.")
    return value


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _checked(value: float, wanted: Hyperparameter) -> int | float:
    """A number within the bounds of its hyperparameter, which say more than a failed combination would."""
    label = wanted.label
    if wanted.kind == "integer" and value != int(value):
        raise ValuesError(f"{label} must be a whole number, not {shortest(value)}.")
    low, high = wanted.minimum, wanted.maximum
    if low is not None and (value < low or (wanted.exclusive_minimum and value == low)):
        raise ValuesError(
            f"{label} must be {'above' if wanted.exclusive_minimum else 'at least'} {shortest(low)}, "
            f"not {shortest(value)}."
        )
    if high is not None and value > high:
        raise ValuesError(f"{label} must be at most {shortest(high)}, not {shortest(value)}.")
    return int(value) if wanted.kind == "integer" else value


def _value(part: str, wanted: Hyperparameter) -> Any:
    """A value that is no number: a switch, a choice, a text, or a row of numbers, which is left to its definition."""
    if wanted.optional and part.lower() == "none":
        return None
    if wanted.kind == "switch":
        switches = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
        if part.lower() not in switches:
            raise ValuesError(f"{wanted.label} is on or off, not {part}.")
        return switches[part.lower()]
    if wanted.kind == "choice":
        for choice in wanted.choices:
            if str(choice).lower() == part.lower() or json.dumps(choice) == part:
                return choice
        raise ValuesError(f"{wanted.label} cannot be {part}; it can be {', '.join(map(str, wanted.choices))}.")
    return part
