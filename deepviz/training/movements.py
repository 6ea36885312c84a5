"""What one movement of a hand, such as a dragged slider, changed bit by bit in a run: one mark tells where it ended.

Every bit of it is among the changes of the history, for the repetition. People are told the end and since when.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from deepviz.numerals import THIN_SPACE, thousands

SINCE = " (bit by bit since step {})"
_END = re.compile(re.escape(SINCE).replace(r"\{\}", rf"([0-9{THIN_SPACE}]+)") + "$")


def since_words(step: int) -> str:
    """What the mark of a movement says at its end: after which step its first bit came."""
    return SINCE.format(thousands(step))


def movements(marks: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """The movements among the marks of a run: after which step the first and the last bit of each came."""
    found = ((step, _END.search(text)) for step, text in marks)
    return [(int(match[1].replace(THIN_SPACE, "")), step) for step, match in found if match is not None]


def without_stops(
    course: Sequence[tuple[int, Any]], marks: Sequence[tuple[int, str]]
) -> list[tuple[int, Any, int | None]]:
    """A course with the end of each movement alone.

    Nothing else happens to a run within a movement, so that every change between its ends is one of its bits.

    Parameters
    ----------
    course
        After which step a setting was changed, and to what.
    marks
        Those of the run.

    Returns
    -------
    The same with the step after which the first bit of the movement came; None of what was changed at once.
    """
    moved = movements(marks)
    kept: list[tuple[int, Any, int | None]] = []
    for step, value in course:
        if not any(first <= step < last for first, last in moved):
            first = next((first for first, last in moved if last == step), None)
            kept.append((step, value, first))
    return kept
