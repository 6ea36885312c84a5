"""What was done to a run by hand, and after which step: for people in words, for a repetition as JSON.

Of the words only the newest are kept where there are too many; of what a repetition needs nothing is ever let go.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.numerals import thousands
from deepviz.training.checked_arrays import checked, is_json

MOST_EVENTS = 1000
"""Events of which there are more are let go from the oldest on; the first that is left says how many there were."""
MOST_CHANGES = 100_000
"""More changes than a hand can make. A file with more is damaged."""

Note = tuple[int, str]


class Notes:
    """Events and changes in the order in which they were made."""

    def __init__(self) -> None:
        self._events: list[Note] = []
        self._changes: list[Note] = []
        self._left_out = 0

    @property
    def events(self) -> tuple[Note, ...]:
        """Step and words of each event. Where there were too many, the first says how many earlier ones there were."""
        return tuple(self._events)

    @property
    def changes(self) -> tuple[Note, ...]:
        """Step and JSON of each change; all that were made."""
        return tuple(self._changes)

    def __len__(self) -> int:
        return len(self._events) + len(self._changes)

    def add_event(self, step: int, text: str) -> None:
        """Note an event after so many steps."""
        self._events.append((int(step), text.replace("\0", " ").strip()))
        if len(self._events) > MOST_EVENTS:
            # The first of them counts those before it, if there were any.
            self._left_out += 1 if self._left_out else 2
            summary = f"{thousands(self._left_out)} earlier changes"
            self._events[:2] = [(self._events[1][0], summary)]

    def drop_events(self, count: int) -> None:
        """Forget the newest events, because others say the same better."""
        del self._events[len(self._events) - count :]

    def add_change(self, step: int, json_text: str) -> None:
        """Note a change after so many steps.

        Raises
        ------
        ValueError
            If it is not JSON.
        """
        if not is_json(json_text):
            raise ValueError(f"A change must be JSON, not {json_text!r}.")
        self._changes.append((int(step), json_text))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything as plain arrays."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "event/step": np.array([step for step, _ in self._events], np.int64),
            "event/text": np.array([text for _, text in self._events], np.str_),
        }
        if self._left_out:
            arrays["event/left_out"] = np.array([self._left_out], np.int64)
        if self._changes:
            arrays["change/step"] = np.array([step for step, _ in self._changes], np.int64)
            arrays["change/json"] = np.array([text for _, text in self._changes], np.str_)
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Notes:
        """Read back what `to_arrays` gave.

        Raises
        ------
        ValueError
            If something is missing or does not fit together.
        """
        notes = cls()
        steps = checked(arrays, "event/step", "i", None).tolist()
        texts = checked(arrays, "event/text", "U", len(steps)).tolist()
        if "event/left_out" in arrays:
            notes._left_out = max(0, checked(arrays, "event/left_out", "i", 1).tolist()[0])
        for step, text in zip(steps, texts, strict=True):
            notes.add_event(step, text)
        if "change/step" in arrays:
            steps = checked(arrays, "change/step", "i", None).tolist()
            texts = checked(arrays, "change/json", "U", len(steps)).tolist()
            if len(steps) > MOST_CHANGES or any(a > b for a, b in pairwise(steps)):
                raise ValueError("The history is damaged: its changes are not in order.")
            if not all(map(is_json, texts)):
                raise ValueError("The history is damaged: 'change/json' is not JSON.")
            notes._changes = list(zip(steps, texts, strict=True))
        return notes
