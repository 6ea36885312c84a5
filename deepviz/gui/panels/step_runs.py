"""Which changes of a field belong to one undo step: those made quickly, one after another, by wheel or arrows."""

from __future__ import annotations

import time
from collections.abc import Callable

from deepviz.gui.panels.values import can_step, stepped
from deepviz.registry import Definition, Hyperparameter

PAUSE = 1.0
"""Seconds after which stepping on begins another undo step."""

_LONGEST = 10


class StepRuns:
    """Gives merge keys for `Editor.apply`: equal ones for the steps of one gesture, none for what was typed or chosen.

    Parameters
    ----------
    clock
        Gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._number = 0
        self._last_field = ""
        self._last_time = 0.0

    def key(self, owner: str, before: Definition, after: Definition) -> str:
        """The merge key of a change; empty if it stands alone.

        Parameters
        ----------
        owner
            Whose definition it is, such as the id of a node.
        before, after
            The definition before and after the change.
        """
        names = differing(before, after)
        hyperparameter = next((each for each in after.hyperparameters() if each.name in names), None)
        if hyperparameter is None or len(names) > 1 or not _is_step(hyperparameter, before, after):
            self._last_field = ""
            return ""
        return self.go_on(f"{owner}.{hyperparameter.name}")

    def go_on(self, field: str) -> str:
        """The merge key of one more step of a field."""
        now = self._clock()
        if field != self._last_field or now - self._last_time > PAUSE:
            self._number += 1
        self._last_field, self._last_time = field, now
        return f"{field}#{self._number}"


def differing(before: Definition, after: Definition) -> list[str]:
    """The names of the hyperparameters in which two definitions of one type differ."""
    if type(before) is not type(after):
        return []
    return [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]


def change_label(before: Definition, after: Definition, whose: str = "") -> str:
    """What a change does, for the Undo menu: "Change units of dense_1"."""
    names = differing(before, after)
    labels = {each.name: each.label for each in after.hyperparameters()}
    what = _small(labels[names[0]]) if len(names) == 1 else after.label
    return f"Change {what} of {whose}" if whose else f"Change {what}"


def _small(label: str) -> str:
    """A label inside a sentence: "Batch size" becomes "batch size", "L2 penalty" stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _is_step(hyperparameter: Hyperparameter, before: Definition, after: Definition) -> bool:
    """Whether a change is one that the arrows or the wheel make."""
    old, new = (getattr(definition, hyperparameter.name) for definition in (before, after))
    if not can_step(hyperparameter) or old is None or new is None:
        return False
    direction = 1 if new > old else -1
    return any(stepped(hyperparameter, old, direction * count) == new for count in range(1, _LONGEST + 1))
