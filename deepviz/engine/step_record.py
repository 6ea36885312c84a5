"""What a trainer reports of a step: its number, and what was read from it."""

from __future__ import annotations

from typing import Any, NamedTuple


class StepRecord(NamedTuple):
    """What was read from one step.

    Attributes
    ----------
    step
        Counted from 1 over the whole run.
    epoch
        Counted from 1.
    values
        What each probe read, by its key; at the end of an epoch also ``validation_loss``, for classification
        ``validation_accuracy``, and each metric by its name, such as ``validation_F1``.
    """

    step: int
    epoch: int
    values: dict[str, Any]
