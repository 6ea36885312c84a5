"""Which steps of a run make which epochs, by its history, and what was measured of a whole epoch.

Epochs may differ in length, because the batch size can be changed midway, and of a long run only some steps are kept;
what cannot be told from those is not made up.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from deepviz.training.history import VALIDATION, History


def epoch_means(
    steps: npt.NDArray[np.int64],
    epochs: npt.NDArray[np.int64],
    values: npt.NDArray[Any],
    samples: npt.NDArray[np.int64] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], bool]:
    """The mean of each epoch over its samples, as rules and the best weights go by it (`deepviz.engine.course`).

    Parameters
    ----------
    steps, epochs, values
        Of each step its number, its epoch and what was measured, each of shape (n,); n is at least 1.
    samples
        How many each step has seen, of shape (n,); by default all the same.

    Returns
    -------
    epochs, means, is_exact
        Of each epoch its number and its mean, of shape (epochs,); and whether no step is missing between the first and
        the last.
    """
    numbers, first = np.unique(epochs, return_index=True)
    weights = np.ones(len(steps), np.int64) if samples is None else samples
    with np.errstate(all="ignore"):  # what has diverged may be infinite
        means = np.add.reduceat(values.astype(np.float64) * weights, first) / np.add.reduceat(weights, first)
    return numbers, means, bool((np.diff(steps) == 1).all())


def steps_per_epoch(history: History) -> int:
    """How many steps make an epoch; 0 if that cannot be told, or was not the same throughout the run.

    With p steps to an epoch, step s is in epoch e if p (e - 1) < s <= p e. Hardly more than one p fits to all steps.
    """
    if not len(history):
        return 0
    steps, epochs = history.steps, history.epochs
    later = epochs > 1
    least = int((-(-steps // epochs)).max())
    most = int(((steps[later] - 1) // (epochs[later] - 1)).min()) if later.any() else 0
    if least == most:
        return least
    ends = [int(step) for name in history.columns if name.startswith(VALIDATION) for step in history.column(name)[0]]
    common = math.gcd(*ends)  # what is measured when an epoch is over
    fitting = [common // n for n in range(1, common // least + 1) if common % n == 0] if common else []
    fitting = [each for each in fitting if not later.any() or each <= most]
    return fitting[0] if len(fitting) == 1 else 0


def epoch_places(history: History, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.float64] | None:
    """How many epochs steps are from the beginning, also where epochs differ in length; None if that is not known.

    Exact at the end of every epoch of which the end is known, and even between them. Where only some steps are kept,
    one of them is taken to be in the middle of its epoch.
    """
    made, epochs = history.steps, history.epochs
    is_end = np.zeros(len(made), bool)
    if len(made) > 1:
        is_end[:-1] = (np.diff(made) == 1) & (np.diff(epochs) == 1)
    for name in history.columns:
        if name.startswith(VALIDATION):
            is_end |= np.isin(made, history.column(name)[0])
    if not is_end.any():
        return None
    is_first = np.append(True, np.diff(epochs) > 0)
    is_amidst = is_first & ~is_end & ~np.isin(epochs, epochs[is_end]) & ~np.isin(epochs - 1, epochs[is_end])
    is_known = is_end | (is_amidst & (epochs > 1))
    at = np.append(0, made[is_known])
    counts = np.append(0.0, np.where(is_amidst, epochs - 0.5, epochs)[is_known])
    pace = (counts[-1] - counts[-2]) / (at[-1] - at[-2])
    beyond = counts[-1] + (steps - at[-1]) * pace
    return np.asarray(np.where(steps > at[-1], beyond, np.interp(steps, at, counts)), np.float64)


def epochs_at(history: History, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The epoch of each step; of a step that is not kept itself, that of the next that is."""
    known = np.minimum(np.searchsorted(history.steps, steps), len(history) - 1)
    epochs: npt.NDArray[np.int64] = history.epochs[known]
    length = 0 if np.array_equal(history.steps[known], steps) else steps_per_epoch(history)
    return -(-steps // length) if length else epochs


def ends_with_epoch(history: History) -> bool | None:
    """Whether the last step was the last of an epoch; None if that cannot be told."""
    if not len(history):
        return None
    last = int(history.steps[-1])
    measured = [int(history.column(name)[0][-1]) for name in history.columns if _was_measured(history, name)]
    if measured:
        return max(measured) == last
    length = steps_per_epoch(history)
    return last == length * history.epoch if length else None


def _was_measured(history: History, name: str) -> bool:
    """Whether a column is of the validation data and has anything in it."""
    return name.startswith(VALIDATION) and len(history.column(name)[0]) > 0
