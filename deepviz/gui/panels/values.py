"""How values of hyperparameters are written for people, read back from what people type, and stepped up and down.

Nothing here knows a window: text in, value out, or a `ValueError` whose words can be shown under the field.
"""

from __future__ import annotations

import math
import re
from typing import Any

from deepviz.gui.amounts import thousands
from deepviz.numerals import shortest
from deepviz.registry import Definition, DefinitionError, Hyperparameter

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f_]+")
_THOUSANDS = re.compile(r"[-\u2212]?\d{1,3}(?:(?:,\d{3})+|(?:\.\d{3})+)")
_BETWEEN = re.compile(r"[\s\u00a0,;x×*·()\[\]]+", re.IGNORECASE)
_LENGTH = re.compile(r"tuple should have (at (?:most|least) \d+) items? after validation, not (\d+)")
_WORDS = (
    ("input should be greater than or equal to ", "must be at least "),
    ("input should be less than or equal to ", "must be at most "),
    ("input should be greater than ", "must be above "),
    ("input should be less than ", "must be below "),
    ("input should be ", "must be "),
)


def written(value: Any, kind: str = "") -> str:
    """A value as a person would write it: `0.001`, `1e-5`, `28 × 28 × 1`, `1, 0.5, 2`; empty for None.

    Whole numbers in a row are lengths of a shape, unless their `kind` says "sides": those of an image are `1, 1, 0, 0`.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return shortest(value)
    if isinstance(value, tuple | list):
        between = ", " if kind == "sides" or any(isinstance(part, float) for part in value) else " × "
        return between.join(written(part) for part in value)
    return str(value)


def read(hyperparameter: Hyperparameter, text: str) -> Any:
    """The value that a person meant.

    Raises
    ------
    ValueError
        If it cannot be read as a value of this kind or is out of bounds, with a reason in words.
    """
    text = text.strip()
    if not text and hyperparameter.optional:
        return None
    label = hyperparameter.label
    if hyperparameter.kind == "integer":
        value: Any = _integer(text)
        if value is None:
            raise ValueError(f"{label} must be a whole number{_example(hyperparameter)}.")
    elif hyperparameter.kind == "number":
        value = _number(text)
        if value is None:
            raise ValueError(f"{label} must be a number{_example(hyperparameter)}.")
    elif hyperparameter.kind in ("shape", "sides"):
        parts = [_integer(part) for part in _BETWEEN.split(text) if part]
        if not parts or None in parts:
            raise ValueError(f"{label} must be whole numbers{_example(hyperparameter, '28 × 28 × 1')}.")
        return tuple(parts)
    elif hyperparameter.kind == "numbers":
        numbers = _numbers(text)
        if numbers is None:
            raise ValueError(f"{label} must be numbers{_example(hyperparameter, '1, 0.5, 2')}.")
        return numbers
    else:
        return text
    _check_bounds(hyperparameter, value)
    return value


def _integer(text: str) -> int | None:
    if _THOUSANDS.fullmatch(text.strip()):
        text = text.replace(",", "").replace(".", "")
    number = _number(text)
    if number is None or not number.is_integer():
        return None
    try:
        return int(_SPACES.sub("", text).replace("\u2212", "-"))  # exact also where a float is not
    except ValueError:
        return int(number)


def _number(text: str) -> float | None:
    text = _SPACES.sub("", text).replace("\u2212", "-")
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")  # half the world writes 0,5
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _numbers(text: str) -> tuple[float, ...] | None:
    """A row of numbers. Commas separate them, unless semicolons or spaces alone do: `0,5; 2` and `0,5 2` are two."""
    text = text.strip("()[] ").replace("×", " ")
    by_spaces = re.search(r"\s", text) and not re.search(r",\s|\s,", text)
    between = ";" if ";" in text else r"\s+" if by_spaces else r"\s*,\s*|\s+"
    parts = [_number(part) for part in re.split(between, text)]
    return None if None in parts else tuple(part for part in parts if part is not None)


def _example(hyperparameter: Hyperparameter, otherwise: str = "") -> str:
    example = written(hyperparameter.default, hyperparameter.kind) or otherwise
    return f", for example {example}" if example else ""


def _check_bounds(hyperparameter: Hyperparameter, value: float) -> None:
    low, high = hyperparameter.minimum, hyperparameter.maximum
    if low is not None and hyperparameter.exclusive_minimum and value <= low:
        raise ValueError(f"{hyperparameter.label} must be above {_grouped(low)}.")
    if low is not None and value < low:
        raise ValueError(f"{hyperparameter.label} must be at least {_grouped(low)}.")
    if high is not None and value > high:
        raise ValueError(f"{hyperparameter.label} must be at most {_grouped(high)}.")


def _grouped(value: float) -> str:
    """A bound with thin spaces between thousands."""
    return thousands(int(value)) if float(value).is_integer() else written(float(value))


def counts(definition: Definition, name: str) -> bool:
    """Whether the hyperparameter called `name` makes any difference with the other values as they are.

    A field of a definition says so itself: ``json_schema_extra={"when": {"padding": "explicit"}}``.
    """
    extra = type(definition).model_fields[name].json_schema_extra
    conditions = extra.get("when") if isinstance(extra, dict) else None
    return not isinstance(conditions, dict) or all(
        getattr(definition, other) == wanted for other, wanted in conditions.items()
    )


def changed(definition: Definition, hyperparameter: Hyperparameter, value: Any) -> Definition:
    """`definition` with another value for one hyperparameter.

    A single number where there were several counts for each of them: `5` for a kernel of `3 × 3` is `5 × 5`.

    Raises
    ------
    ValueError
        If the definition does not take the value, with a reason in words.
    """
    try:
        return definition.changed(**{hyperparameter.name: value})
    except DefinitionError as error:
        before = getattr(definition, hyperparameter.name)
        if isinstance(value, tuple) and len(value) == 1 and isinstance(before, tuple) and len(before) > 1:
            try:
                return definition.changed(**{hyperparameter.name: value * len(before)})
            except DefinitionError:
                pass
        raise ValueError(_in_words(str(error), definition, hyperparameter)) from None


def _in_words(reason: str, definition: Definition, hyperparameter: Hyperparameter) -> str:
    """A reason of the definition's, without the names by which it knows itself and its hyperparameters."""
    found = re.match(rf"{re.escape(definition.key)}: (\w+(?:\.\w+)*)?: (.*)", reason, re.S)
    words = found.group(2) if found else reason
    if length := _LENGTH.match(words):
        return f"{hyperparameter.label} must have {length.group(1)} numbers, not {length.group(2)}."
    for theirs, ours in _WORDS:
        if words.lower().startswith(theirs):
            each = "Each number" if found and "." in (found.group(1) or "") else hyperparameter.label
            words = f"{each} {ours}{words[len(theirs) :]}"
            break
    return words[:1].upper() + words[1:].rstrip(".") + "."


def can_step(hyperparameter: Hyperparameter) -> bool:
    """Whether a hyperparameter has a next larger and a next smaller value: numbers have, and pairs of lengths."""
    return hyperparameter.kind in ("integer", "number") or hyperparameter.length > 0


def stepped(hyperparameter: Hyperparameter, value: Any, steps: int) -> Any:
    """The value some steps up or down, within bounds; the value itself where there is no further step.

    Whole numbers step by 1, numbers by a round part of their range or size, logarithmic ones along 1, 2, 5, 10 (whole
    ones by doubling). Ten steps of a logarithmic one are a factor of ten. Several lengths step together: a kernel of
    3 × 3 becomes 4 × 4.
    """
    if hyperparameter.length > 0:
        if value is None:
            return (1 if hyperparameter.minimum is None else int(hyperparameter.minimum),) * hyperparameter.length
        return tuple(int(_within(hyperparameter, each + steps, each)) for each in value)
    if value is None:
        lowest = None if hyperparameter.exclusive_minimum else hyperparameter.minimum
        return _within(
            hyperparameter, next(each for each in (hyperparameter.default, lowest, 1) if each is not None), 1
        )
    if isinstance(value, tuple | str):
        return value
    whole = hyperparameter.kind == "integer"
    if hyperparameter.logarithmic and whole:
        factor = 10 if abs(steps) >= 10 else 2
        target: float = max(1, value) * factor if steps > 0 and value > 0 else value // factor if steps < 0 else 1
    elif hyperparameter.logarithmic:
        target = _along_decades(value, steps)
    else:
        target = value + steps * (1 if whole else _round_step(hyperparameter, value))
    return _within(hyperparameter, target if whole else float(f"{target:.12g}"), value)


def _within(hyperparameter: Hyperparameter, target: float, before: Any) -> Any:
    low, high = hyperparameter.minimum, hyperparameter.maximum
    if low is not None and target <= low:
        if hyperparameter.exclusive_minimum:
            return before
        target = low
    if high is not None and target > high:
        target = high
    return int(target) if hyperparameter.kind == "integer" else float(target)


def _round_step(hyperparameter: Hyperparameter, value: float) -> float:
    low, high = hyperparameter.minimum, hyperparameter.maximum
    if low is not None and high is not None and high - low <= 100:
        return float(10.0 ** math.floor(math.log10((high - low) / 20)))
    return float(10.0 ** (math.floor(math.log10(abs(value))) - 1)) if value else 0.1


def _along_decades(value: float, steps: int) -> float:
    """The next of 1, 2, 5, 10, 20, ... above or below; ten steps are a decade."""
    if value <= 0:
        return 1e-4 if steps > 0 else value
    if abs(steps) >= 10:
        return value * (10.0 if steps > 0 else 0.1)
    decade = math.floor(math.log10(value) + 1e-9)
    series = [mantissa * 10.0**power for power in (decade - 1, decade, decade + 1) for mantissa in (1, 2, 5)]
    if steps > 0:
        return min(each for each in series if each > value * (1 + 1e-9))
    return max(each for each in series if each < value * (1 - 1e-9))
