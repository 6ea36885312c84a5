"""Reading values of a certain type from JSON: what is missing or of another type is told in words."""

from __future__ import annotations

from typing import Any

from deepviz.document.archive import FileError
from deepviz.numerals import thousands

_REQUIRED: Any = object()


def object_in(values: Any, name: str) -> dict[str, Any]:
    """The object under a name.

    Raises
    ------
    FileError
        If there is none, as in all functions here.
    """
    found = values.get(name) if isinstance(values, dict) else None
    if not isinstance(found, dict):
        raise FileError(f"{name} is missing or not an object.")
    return found


def list_in(values: Any, name: str, default: list[Any] = _REQUIRED) -> list[Any]:
    """The list under a name; `default` if there is nothing under it."""
    found = values.get(name, default) if isinstance(values, dict) else None
    if not isinstance(found, list):
        raise FileError(f"{name} is missing or not a list.")
    return found


def text_in(values: Any, name: str, default: str = _REQUIRED) -> str:
    """The text under a name; `default` if there is nothing under it."""
    found = values.get(name, default) if isinstance(values, dict) else None
    if not isinstance(found, str):
        raise FileError(f"{name} is missing or not a text.")
    return found


def whole_in(values: Any, name: str, default: int, least: int, most: int) -> int:
    """The whole number under a name, within bounds; `default` if there is nothing under it."""
    found = values.get(name, default) if isinstance(values, dict) else None
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise FileError(f"{name} is no whole number from {least} to {thousands(most)}.")
    return found


def is_number(value: Any) -> bool:
    """Whether a value is a number, be it infinite or none at all (NaN)."""
    return isinstance(value, int | float) and not isinstance(value, bool)
